// Polish for the team's pages. Every page works without it: links and forms do the work.

const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Brings the chosen day of the strip, or the chosen one of the chips, into view. */
function centre(strip) {
  const current = strip && find("[aria-current]", strip);
  if (!current || strip.scrollWidth <= strip.clientWidth) return;
  const shift = current.getBoundingClientRect().left - strip.getBoundingClientRect().left;
  strip.scrollLeft += shift - (strip.clientWidth - current.clientWidth) / 2;
}

function closeMenus(except) {
  for (const menu of findAll("[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("[data-menu]")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("[data-menu][open]");
  closeMenus();
  if (menu) find("summary", menu).focus();
});

/** Who comes by a link to a form that is folded away finds it open. */
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (target?.matches?.("details")) {
    target.open = true;
    find("input:not([type=hidden])", target)?.focus();
  }
}
addEventListener("hashchange", openTarget);

// Choices that change what is shown are sent at once.
for (const form of findAll("form[data-auto]")) {
  for (const button of findAll("[data-no-script]", form)) button.hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}

findAll("#strip, .chips").forEach(centre);
openTarget();

/** What cannot be looked at in place is sent as without scripts: then the page that says why is shown. */
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => event.target.closest("form#import")?.submit());
}
