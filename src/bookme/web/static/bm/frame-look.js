// In a frame, before anything is drawn, so that nothing jumps later: how it looks stands in the frame's name, which
// the script of the page around gave it.

for (const each of window.name.split(" ")) {
  if (["light", "dark"].includes(each)) document.documentElement.dataset.theme = each;
  if (each === "in-place") document.documentElement.classList.add(each);
}
