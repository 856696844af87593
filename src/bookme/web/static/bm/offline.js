// The page that stands in for another while there is no network asks for that one again when there is. That a browser
// says `online` is not enough: it may see a network that leads nowhere, and not tell when that one leads on again.
const EVERY = 4000;

addEventListener("online", () => location.reload());

async function look() {
  if (document.hidden) return;
  try {
    await fetch(location.href, { method: "HEAD", cache: "no-store" });
  } catch {
    return;
  }
  location.reload();
}

// Asked for by its own address it stands in for no other.
if (location.pathname !== "/offline/") setInterval(look, EVERY);
