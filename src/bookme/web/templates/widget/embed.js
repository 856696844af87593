// Booking on this site: docs/widget.md. Everything is in a shadow tree, so neither style reaches the other, and all
// style is set by script: the page around needs no 'unsafe-inline' for it.
(() => {
  const script = document.currentScript;
  const told = {{ told|as_data }};
  const { mode, label, service, lang, position } = script.dataset;
  const origin = new URL(script.src).origin;
  const inPlace = mode === "inline";

  const codes = Object.keys(told.words);
  const near = (wanted) => {
    const code = wanted?.toLowerCase();
    return codes.find((each) => each.toLowerCase() === code)
      ?? codes.find((each) => each.split("-")[0].toLowerCase() === code?.split("-")[0]);
  };
  const language = [lang, document.documentElement.lang, ...navigator.languages].map(near).find(Boolean) ?? codes[0];
  const words = told.words[language];

  const url = new URL("/embed/", origin);
  url.searchParams.set("lang", language);
  if (service) url.searchParams.set("service", service);

  const make = (name, parts, ...children) => {
    const made = Object.assign(document.createElement(name), parts);
    made.append(...children);
    return made;
  };

  const host = make("div", { lang: language, dir: words.dir });
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host{display:${inPlace ? "block" : "inline-block"}}
:host(.left),:host(.right){position:fixed;z-index:9999;bottom:20px}
:host(.left){left:20px}:host(.right){right:20px}
button,a{box-sizing:border-box;font:600 16px/1.2 system-ui,sans-serif;cursor:pointer}
.open{font-family:inherit;min-block-size:48px;padding:12px 24px;border:1px solid ${told.edge};border-radius:12px;text-decoration:none;background:${told.fill};color:${told.on}}
.open:hover{background:${told.deep}}
:host(.left) .open,:host(.right) .open{box-shadow:0 6px 24px #0004}
:focus-visible{outline:3px solid light-dark(#000,#fff);outline-offset:2px}
dialog{flex-direction:column;inline-size:min(1080px,100vw - 24px);block-size:min(900px,100dvh - 24px);max-inline-size:none;max-block-size:none;padding:0;border:0;border-radius:18px;overflow:hidden;background:light-dark(#fff,#1b171a);color:light-dark(#1d1a1c,#f4f1f3);box-shadow:0 20px 60px #0006}
dialog[open]{display:flex}
dialog::backdrop{background:#0009}
.top{display:flex;align-items:center;justify-content:space-between;gap:12px;padding-inline-start:20px;font:600 16px/1.3 system-ui,sans-serif;border-block-end:1px solid light-dark(#e6e2e4,#3a3438)}
.close{flex:none;inline-size:52px;block-size:52px;border:0;background:none;color:inherit;font-size:26px}
.top .close:focus-visible{outline-offset:-6px}
.box{position:relative;flex:1;min-block-size:${inPlace ? "420px;border-radius:16px" : 0}}
iframe{display:block;inline-size:100%;block-size:${inPlace ? "760px" : "100%"};border:0}
.wait{position:absolute;inset:0;display:grid;place-content:center;justify-items:center;gap:14px;margin:0;border-radius:inherit;font:16px system-ui,sans-serif;background:light-dark(#fff,#1b171a);color:light-dark(#5c565a,#c9c3c7)}
.wait i{inline-size:28px;block-size:28px;border:3px solid ${told.fill};border-block-start-color:#8886;border-radius:50%;animation:turn 1s linear infinite}
.ready .wait,.late iframe{display:none}
.ready{min-block-size:0}
.late.box{min-block-size:160px}
@keyframes turn{to{rotate:1turn}}
@media(prefers-reduced-motion){.wait i{animation-duration:6s}}
@media(max-width:560px){dialog{inline-size:100vw;block-size:100dvh;border-radius:0}}`);
  shadow.adoptedStyleSheets = [sheet];

  const wait = make("p", { className: "wait" }, make("i"), make("span", { role: "status", textContent: words.wait }));
  // Light or dark as this page is, which is light unless it says otherwise. Where it is either, the device decides.
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const look = scheme.includes("dark") ? (scheme.includes("light") ? "" : "dark") : "light";
  const frame = make("iframe", { title: words.title, name: inPlace ? `${look} in-place` : look });
  const box = make("div", { className: "box" }, frame, wait);
  let dialog;
  let pages = 0;

  // A site that is not on the business's list gets no word from the frame: then there is the way around it.
  const late = () => {
    if (box.matches(".ready, .late")) return;
    box.classList.add("late");
    const href = `${origin}/book/${url.search}`;
    wait.replaceChildren(make("a", { className: "open", href, target: "_blank", rel: "noopener", textContent: words.tab }));
  };
  const begin = () => {
    if (frame.src) return;
    frame.src = url;
    setTimeout(late, 15000);
  };
  frame.addEventListener("load", () => frame.src && setTimeout(late, 3000));
  addEventListener("message", ({ data, origin: from, source }) => {
    if (from !== origin || source !== frame.contentWindow) return;
    if (data.bookme === "here") {
      source.postMessage({ bookme: "hello" }, origin);
      if (pages++ && inPlace && host.getBoundingClientRect().top < 0) host.scrollIntoView();
    } else if (data.bookme === "height") {
      box.className = "box ready";
      if (inPlace) frame.style.blockSize = `${data.height}px`;
    } else if (data.bookme === "booked") {
      script.dispatchEvent(new CustomEvent("bookme:booked", { bubbles: true }));
    } else if (data.bookme === "close") {
      dialog?.close();
    }
  });

  if (inPlace) {
    shadow.append(box);
    begin();
  } else {
    const close = make("button", { type: "button", className: "close", textContent: "×", ariaLabel: words.close });
    const open = make("button", { type: "button", className: "open", textContent: label || words.book });
    dialog = make("dialog", { ariaLabel: words.title }, make("div", { className: "top" }, told.name, close), box);
    open.setAttribute("aria-haspopup", "dialog");
    open.addEventListener("click", () => {
      begin();
      dialog.showModal();
    });
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    shadow.append(open, dialog);
    if (position === "left" || position === "right") host.className = position;
  }

  const place = () => (script.closest("body") ? script.after(host) : document.body.append(host));
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
