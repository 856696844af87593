// Shows a page of the business where there is no network. Everything else comes from the network, always: a time that
// was free an hour ago is worth nothing.
const KEPT = "bookme-offline-{{ kept }}";
const PAGE = "{% url 'offline' %}";
const PARTS = [PAGE, {% for each in parts %}"{{ each }}"{% if not forloop.last %}, {% endif %}{% endfor %}];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(PARTS)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const forget = (names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(forget).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !(request.mode === "navigate" || PARTS.includes(new URL(request.url).pathname))) return;
  event.respondWith(
    fetch(request).catch(() => caches.match(request.mode === "navigate" ? PAGE : request, { ignoreVary: true })),
  );
});
