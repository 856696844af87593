// What a page in a frame of another site tells the page around it: its height, that it is booked, that it may close.
// That it is here it tells anybody, which is nothing new to who framed it; the rest goes to who then says hello, and to
// nobody else. Who may frame us is the browser's to refuse.

const around = window.parent;
let origin = "";

function tell(message) {
  if (origin) around.postMessage(message, origin);
}

function tellHeight() {
  tell({ bookme: "height", height: Math.ceil(document.body.getBoundingClientRect().height) });
}

addEventListener("message", (event) => {
  if (event.source !== around || event.data?.bookme !== "hello") return;
  const isFirst = !origin;
  origin = event.origin;
  tellHeight();
  // Not once more for who comes back to the page, or loads it again.
  const [came] = performance.getEntriesByType("navigation");
  if (isFirst && document.querySelector("[data-booked]") && came?.type === "navigate") tell({ bookme: "booked" });
});

around.postMessage({ bookme: "here" }, "*"); // before its pictures and fonts are
new ResizeObserver(tellHeight).observe(document.body);

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) tell({ bookme: "close" });
});
