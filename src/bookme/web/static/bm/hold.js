// How long something is still held: it counts down, says so twice to who listens, and at the end shows what comes then.
// The page says the moment in words; without this file nothing is missing.

const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

const box = find("[data-hold]");
const left = find("[data-hold-left]", box);
// By how much time passes here, not by what this clock says: it may be wrong.
const end = Date.now() + Number(box.dataset.hold) * 1000;
const marks = [300, 60].filter((mark) => mark < Number(box.dataset.hold));

/** `1:59:05`, `4:05`. */
function clock(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const padded = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}

/** To a screen reader, when it has a moment. */
function tell(text) {
  find("#sr-status").textContent = text;
}

function finish() {
  for (const each of findAll("[data-hold-on]")) each.hidden = true;
  for (const each of findAll("[data-hold-over]")) each.hidden = false;
  tell(find("[data-hold-over] b").textContent);
}

let timer = 0;
function tick() {
  clearTimeout(timer);
  const rest = end - Date.now();
  if (rest <= 0) {
    finish();
    return;
  }
  const seconds = Math.ceil(rest / 1000);
  left.textContent = clock(seconds);
  if (seconds <= marks[0]) {
    tell(box.getAttribute(`data-told-${marks.shift()}`));
  }
  timer = setTimeout(tick, rest % 1000 || 1000);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() < end) tick();
});
tick();
