// In a frame, before anything is drawn: light or dark as the page around it, whose script gave the frame this name.

if (["light", "dark"].includes(window.name)) document.documentElement.dataset.theme = window.name;
