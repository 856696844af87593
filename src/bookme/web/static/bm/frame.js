// What a page in a frame of another site tells the page around it: its height, that it is booked, that it may close.
// The first word is the other's, so that the answer goes to nobody else; who may frame us is the browser's to refuse.

const around = window.parent;
const root = document.documentElement;
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
  root.classList.toggle("in-place", event.data.inPlace === true);
  tellHeight();
  // Not once more for who comes back to the page, or loads it again.
  const [came] = performance.getEntriesByType("navigation");
  if (isFirst && document.querySelector("[data-booked]") && came?.type === "navigate") tell({ bookme: "booked" });
});

new ResizeObserver(tellHeight).observe(document.body);

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) tell({ bookme: "close" });
});
