// Buttons that copy and print. Without them one selects, and prints by the browser's own menu.

const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** The text of an element, a line for each item of a list. */
function textOf(element) {
  const items = findAll("li", element);
  return (items.length ? items : [element]).map((each) => each.textContent.trim()).join("\n");
}

async function copy(button) {
  await navigator.clipboard.writeText(textOf(document.getElementById(button.dataset.copy)));
  button.querySelector("span").textContent = button.dataset.copied;
  const status = document.getElementById("sr-status");
  if (status) status.textContent = button.dataset.copied;
}

for (const button of findAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => copy(button));
}
for (const button of findAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
