// Polish that every page has. Each works without it: links and forms do the work.

const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

const TOAST_MS = 8000;

// A second tap while the first is on its way would only be refused: say that it is on its way.
document.addEventListener("submit", (event) => {
  if (event.submitter?.formTarget) return; // into a frame: this page stays
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
  for (const each of [event.target, event.submitter]) each?.setAttribute("aria-busy", "true");
});
function letSendAgain() {
  for (const form of findAll("form[data-sent]")) delete form.dataset.sent;
  for (const each of findAll("form[aria-busy], form .btn[aria-busy]")) each.removeAttribute("aria-busy");
}
addEventListener("pageshow", letSendAgain);
document.addEventListener("htmx:afterRequest", letSendAgain); // the page stays

// The page of a form that was refused is not gone back to as a form to send once more, but asked for anew.
if (performance.getEntriesByType("navigation")[0]?.responseStatus >= 400) history.replaceState(history.state, "");

// After a refusal the first thing to put right has the focus.
const fault = find("[data-focus-first]") ?? find("[aria-invalid=true]");
fault?.focus();

// A toast goes by itself, but not while somebody reads or reaches for it.
for (const toast of findAll("[data-toast]")) {
  let timer = 0;
  const start = () => {
    timer = setTimeout(() => toast.remove(), TOAST_MS);
  };
  const hold = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
}

/** What could not be fetched into the page can be opened as a page: its link stands where it should have come. */
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const { target, pathInfo, requestConfig } = event.detail;
    if (requestConfig?.verb === "post") {
      for (const each of findAll("[data-unsummed]")) each.hidden = false;
      for (const each of findAll("[data-summed]")) each.hidden = true;
    }
    const retry = requestConfig?.verb === "get" && find("[data-retry]", target);
    if (!retry) return;
    find("a", retry).href = pathInfo.finalRequestPath ?? pathInfo.requestPath;
    retry.hidden = false;
    find("a", retry).focus();
  });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const retry = find("[data-retry]", event.detail.target);
  if (retry) retry.hidden = true;
});

// Another language is for the page as it is by now: what was swapped in has changed its address.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".foot a[hreflang]");
  if (!link) return;
  const there = new URL(location.href);
  const to = new URL(link.href);
  there.pathname = to.pathname;
  if (to.searchParams.has("lang")) there.searchParams.set("lang", link.hreflang);
  link.href = there;
});

// What is online is told in the visitor's own time, too: the page is asked for once more with their zone. One that was
// picked on these pages stays; that of whoever passed the address on does not.
const zoned = find("[data-zone]");
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const picked = zoned?.hasAttribute("data-zone-known") && document.referrer.startsWith(location.origin);
if (zoned && ownZone && zoned.dataset.zone !== ownZone && !picked) {
  const there = new URL(location.href);
  if (there.searchParams.get("zone") !== ownZone) {
    there.searchParams.set("zone", ownZone);
    location.replace(there);
  }
}
