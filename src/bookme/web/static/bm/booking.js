// Polish for the public pages. Every page works without it: links and forms do the work.

const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Shows what is chosen (a service, a person, a time) in the summary and in the bar. */
function showChoice() {
  const chosen = find("[data-choice]:checked");
  for (const place of findAll("[data-chosen]")) {
    place.textContent = chosen?.dataset[place.dataset.chosen] || place.dataset.empty || "";
  }
  for (const box of findAll("[data-set-when-chosen]")) {
    box.classList.toggle("is-set", Boolean(chosen));
  }
}

/** Brings the chosen day of the strip into view. */
function centreDay() {
  const strip = find("#strip");
  const current = strip && find("[aria-current]", strip);
  if (!current || strip.scrollWidth <= strip.clientWidth) return;
  const shift = current.getBoundingClientRect().left - strip.getBoundingClientRect().left;
  strip.scrollLeft += getComputedStyle(strip).direction === "rtl"
    ? shift - strip.clientWidth + 56 + current.clientWidth
    : shift - 56;
}

let showsMonth = false;

/** Phones: the month instead of the strip of days. Kept over swaps of the picker. */
function applyMonth() {
  find("#picker")?.classList.toggle("show-cal", showsMonth);
  find(".month-b")?.setAttribute("aria-expanded", String(showsMonth));
}

/** Hides services that do not contain the words, and groups with nothing left. */
function filterServices(words) {
  const wanted = words.trim().toLowerCase();
  let left = 0;
  for (const group of findAll(".choice-group")) {
    let leftInGroup = 0;
    for (const choice of findAll(".choice", group)) {
      const fits = choice.textContent.toLowerCase().includes(wanted);
      choice.hidden = !fits;
      leftInGroup += Number(fits);
    }
    group.hidden = !leftInGroup;
    left += leftInGroup;
  }
  const none = find("#no-service");
  if (none) none.hidden = left > 0;
}

document.addEventListener("click", (event) => {
  for (const menu of findAll(".me[open]")) menu.open = menu.contains(event.target);
  if (event.target.closest(".month-b")) {
    showsMonth = !showsMonth;
    applyMonth();
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-choice]")) showChoice();
});
document.addEventListener("input", (event) => {
  if (event.target.matches("#service-search")) filterServices(event.target.value);
});
document.addEventListener("htmx:afterSettle", () => {
  applyMonth();
  centreDay();
  showChoice();
});

// A second tap while the first is on its way would only be refused: say that it is on its way.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
  event.target.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of findAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

addEventListener("scroll", () => document.documentElement.classList.toggle("scrolled", scrollY > 8), { passive: true });

// Who comes back after a while sees fresh times.
const STALE_AFTER_MS = 60_000;
let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    hiddenAt = Date.now();
  } else if (find("#picker") && Date.now() - hiddenAt > STALE_AFTER_MS) {
    window.htmx?.ajax("GET", location.href, { target: "#picker", swap: "outerHTML" });
  }
});

// After a refusal the first thing to put right has the focus.
const fault = find("[data-focus-first]") ?? find("[aria-invalid=true]");
fault?.focus();

for (const button of findAll(".month-b")) button.hidden = false;
centreDay();
showChoice();
