// Polish for writing the texts of messages. Without it one copies what can be put in, and presses Preview.

const form = document.getElementById("text-form");
const WAIT_MS = 700;

/** What can be put in becomes a button that does it, where the cursor was last. */
function makeInserting(list) {
  let field = form.elements.body;
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("input[type=text], textarea")) field = event.target;
  });
  for (const code of list.querySelectorAll("[data-insert]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "var";
    button.title = list.dataset.hint;
    code.replaceWith(button);
    button.append(code);
    button.addEventListener("click", () => {
      field.focus();
      field.setRangeText(code.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

/** A moment after the last change, the form is sent into the frame. */
function makeLive(button) {
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => form.requestSubmit(button), WAIT_MS);
  });
}

if (form) {
  for (const list of form.querySelectorAll("[data-vars]")) makeInserting(list);
  for (const button of form.querySelectorAll("[data-preview]")) makeLive(button);
}
