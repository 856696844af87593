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
/** Marks the category that is being read among the chips, and brings its chip into view. */
function spy() {
  const chips = new Map(findAll(".chips a[href^='#group-']").map((chip) => [chip.hash.slice(1), chip]));
  if (!chips.size) return;
  const mark = (wanted) => {
    for (const chip of chips.values()) chip.removeAttribute("aria-current");
    wanted.setAttribute("aria-current", "true");
    const row = wanted.closest(".chips");
    const shift = wanted.getBoundingClientRect().left - row.getBoundingClientRect().left;
    row.scrollBy({ left: shift - (row.clientWidth - wanted.clientWidth) / 2 });
  };
  let held = 0; // what was chosen stays marked, also where the page is too short to scroll there
  for (const chip of chips.values()) {
    chip.addEventListener("click", () => {
      held = performance.now() + 1000;
      mark(chip);
    });
  }
  const watcher = new IntersectionObserver(
    (entries) => {
      const seen = entries.find((entry) => entry.isIntersecting);
      if (seen && performance.now() > held) mark(chips.get(seen.target.id));
    },
    { rootMargin: "-120px 0px -70% 0px" },
  );
  for (const id of chips.keys()) watcher.observe(document.getElementById(id));
}

document.addEventListener("input", (event) => {
  if (event.target.matches("#service-search")) filterServices(event.target.value);
});
document.addEventListener("htmx:afterSettle", () => {
  applyMonth();
  centreDay();
  showChoice();
});

addEventListener("scroll", () => document.documentElement.classList.toggle("scrolled", scrollY > 8), { passive: true });

// Who comes back after a while sees fresh times.
const STALE_AFTER_MS = 60_000;
let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    hiddenAt = Date.now();
  } else if (find("#picker") && Date.now() - hiddenAt > STALE_AFTER_MS) {
    window.htmx?.ajax("GET", location.href, { target: "#picker", select: "#picker", swap: "outerHTML" });
  }
});

// What is typed filters at once: Enter has nothing left to do.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("#service-search")) event.preventDefault();
});
for (const button of findAll(".search-go")) button.hidden = true;
filterServices(find("#service-search")?.value ?? "");
spy();

for (const button of findAll(".month-b")) button.hidden = false;
centreDay();
showChoice();

// The page that is shown without a network; nothing else is kept. Only for a business, and not on other sites.
if (find("link[rel=manifest]") && window.parent === window) {
  addEventListener("load", () => navigator.serviceWorker?.register("/worker.js").catch(() => {}));
}
