"""What holds for every page that customers see, looked at by script in a real browser.

A page is loaded once, from a cold cache; widths and schemes then change under it, as on somebody's desk.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page, expect

from tests.browser.axe import AXE_RULES, COLOUR_RULES, violations
from tests.browser.conftest import FADED

URLS = "bookme.web.urls_business"
NOWHERE = "(no page)"
WIDTHS = {320: 640, 390: 844, 768: 1024, 1280: 900}
RULES = {"light": AXE_RULES, "dark": COLOUR_RULES}
ZOOMED = 640  # 1280 px at 200%
PHONES = (390, 320)
FONT_SIZE = 16  # of browsers, until somebody sets another
TOTAL_BYTES, JS_BYTES, CSS_BYTES = 90 * 1024, 25 * 1024, 12 * 1024
NO_TRANSFER = {"Image", "Ping"}  # pictures have no part in it

# What can be pressed and is smaller than 24 px each way. Links within a sentence are as high as its lines.
SMALL = """() => {
    const able = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]";
    const inSentence = (each) => getComputedStyle(each).display.startsWith("inline") && each.matches("a")
        && each.closest("p, li, dd, small, span:not(.btn span)")?.textContent.trim() !== each.textContent.trim();
    return [...document.querySelectorAll(able)].filter((each) => {
        if (!each.checkVisibility({ visibilityProperty: true }) || each.closest(".vh, .skip, .trap")) return false;
        const boxes = [each, ...(each.labels ?? [])].map((one) => one.getBoundingClientRect());
        const fits = boxes.some((box) => box.width >= 24 && box.height >= 24);
        return !fits && !inSentence(each);
    }).map((each) => {
        const { width, height } = each.getBoundingClientRect();
        return `${Math.round(width)} x ${Math.round(height)} px: ${each.outerHTML.slice(0, 160)}`;
    });
}"""

# Gives the focus to one after another. Each must show that it has it, and none may be covered by what sticks.
UNSEEN = """() => {
    const able = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    const around = (each) =>
        [each, each.nextElementSibling, each.parentElement, each.closest(".choice"), each.closest(".card")];
    const look = (each) => around(each).filter(Boolean).map((one) => {
        const { outlineStyle, outlineWidth, boxShadow, borderColor, transform } = getComputedStyle(one);
        return [outlineStyle === "none" ? "" : outlineWidth, boxShadow, borderColor, transform].join();
    }).join("|");
    const meets = (each) => {
        const box = each.getBoundingClientRect();
        const mine = [each, ...(each.labels ?? [])];
        const xs = [0.5, 0.1, 0.9], ys = [0.5, 0.1, 0.9];
        return xs.some((x) => ys.some((y) => {
            const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
            return hit && mine.some((one) => one.contains(hit) || hit.contains(one));
        }));
    };
    const faults = [];
    for (const each of document.querySelectorAll(able)) {
        if (each.disabled || each.tabIndex < 0 || !each.checkVisibility({ visibilityProperty: true })) continue;
        document.activeElement?.blur();
        const before = look(each);
        each.focus();
        if (document.activeElement !== each) continue;
        const name = each.outerHTML.slice(0, 160);
        if (look(each) === before) faults.push(`does not show its focus: ${name}`);
        if (!meets(each)) faults.push(`has the focus and is hidden: ${name}`);
    }
    document.activeElement?.blur();
    scrollTo(0, 0);
    return faults;
}"""

# What is lost when text takes more room: cut off, out of its box, over other text, or behind what sticks and is high.
LOST = """([style_sheet, most]) => {
    const more = new CSSStyleSheet();
    more.replaceSync(style_sheet);
    document.adoptedStyleSheets = [more];
    const styles = new Map(), faults = new Set();
    const style = (each) => styles.get(each) ?? styles.set(each, getComputedStyle(each)).get(each);
    const above = (each) => each ? [each, ...above(each.parentElement)] : [];
    const told = (what, each) => faults.add(`${what}: ${each.outerHTML.replace(/\\s+/g, " ").slice(0, 160)}`);
    const sticks = [...document.querySelectorAll("body, body *")].filter((each) =>
        ["fixed", "sticky"].includes(style(each).position) && style(each).pointerEvents !== "none"
        && each.checkVisibility({ visibilityProperty: true }) && !each.matches(".skip"));
    const high = sticks.reduce((sum, each) => sum + each.offsetHeight, 0);
    if (high > innerHeight * most) faults.add(`${high} of ${innerHeight} px stick`);
    scrollTo(0, 0);
    const lines = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = new Range();
    for (let text; (text = texts.nextNode());) {
        const own = text.parentElement, parents = above(own);
        if (!text.data.trim() || !own.checkVisibility({ visibilityProperty: true })) continue;
        if (own.closest(".skip, .trap, option") || parents.some((each) => style(each).clipPath !== "none")) continue;
        range.selectNodeContents(text);
        for (const { left, right, top: over, height } of range.getClientRects()) {
            if (right - left < 1) continue;
            const top = over + height / 4, bottom = over + height * 3 / 4;  // as high as a small letter
            const scrolls = parents.findIndex((each) => ["auto", "scroll"].includes(style(each).overflowX));
            for (const each of scrolls < 0 ? parents : parents.slice(0, scrolls)) {
                const { overflowX, backgroundColor, boxShadow, display } = style(each);
                const cuts = overflowX === "hidden" || overflowX === "clip";
                const bounds = backgroundColor !== "rgba(0, 0, 0, 0)" || boxShadow !== "none";
                if (each === document.body || display.startsWith("inline ") || display === "inline") continue;
                if (!cuts && !bounds) continue;
                const box = each.getBoundingClientRect();
                if (left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1)
                    told(cuts ? "cut off" : "out of its box", own);
            }
            lines.push({ left, right, top, bottom, own, stuck: sticks.some((each) => each.contains(own)) });
        }
    }
    lines.sort((one, other) => one.top - other.top);
    for (const [at, one] of lines.entries()) {
        for (let next = at + 1; next < lines.length && lines[next].top < one.bottom - 1; next++) {
            const other = lines[next];
            const meet = Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1;
            if (meet && one.own !== other.own && one.stuck === other.stuck) told("over other text", other.own);
        }
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) faults.add(`${scrollWidth - clientWidth} px too wide`);
    document.adoptedStyleSheets = [];
    return [...faults];
}"""

# The least that WCAG 1.4.12 has a page bear.
SPACED = """
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
    p { margin-block-end: 2em !important }
"""

TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def route_of(url: str) -> str:
    try:
        return resolve(urlsplit(url).path, URLS).route
    except Resolver404:
        return NOWHERE


@dataclass
class Transfer:
    """What one page fetched since it was asked for, in bytes of content as it came over the wire, by kind."""

    of: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, size: int) -> None:
        self.of[kind] = self.of.get(kind, 0) + size

    def faults(self) -> list[str]:
        total = sum(size for kind, size in self.of.items() if kind not in NO_TRANSFER)
        bounds = (("in all", total, TOTAL_BYTES), ("Script", self.of.get("Script", 0), JS_BYTES))
        bounds += (("Stylesheet", self.of.get("Stylesheet", 0), CSS_BYTES),)
        return [f"{size} bytes {name}, more than {most}: {self.of}" for name, size, most in bounds if size > most]


class Bars:
    """Looks at the page as it is now, each time it is called; keeps which routes it has seen."""

    def __init__(self, page: Page) -> None:
        self.page, self.transfer = page, Transfer()
        self.seen: set[str] = set()
        self._kinds: dict[str, str] = {}
        self._wire = wire = page.context.new_cdp_session(page)
        wire.on("Network.requestWillBeSent", self._asked)
        wire.on("Network.dataReceived", self._came)
        wire.on("Network.loadingFinished", self._ended)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.send("Network.setBypassServiceWorker", {"bypass": True})

    def __call__(self) -> None:
        """Raises AssertionError with everything that is below a bar."""
        page = self.page
        page.wait_for_load_state("load")
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        self.seen.add(route_of(page.url))
        faults = [f"transfer: {each}" for each in self.transfer.faults()]
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            faults += self._too_wide(width)
            faults += [f"at {width} px: {each}" for each in page.evaluate(SMALL)]
            for scheme, rules in RULES.items():
                page.emulate_media(color_scheme=scheme)
                page.evaluate(f"scrollTo(0, 0); {FADED}")  # what is under the header half way has no size of its own
                faults += [f"at {width} px, {scheme}: {each}" for each in violations(page, rules)]
        page.set_viewport_size({"width": ZOOMED, "height": 450})
        faults += self._too_wide(ZOOMED)
        faults += self._unseen()
        faults += self._with_larger_text()
        assert not faults, "\n".join([page.url, *faults])

    def _too_wide(self, width: int) -> list[str]:
        by = self.page.evaluate(TOO_WIDE)
        return [f"at {width} px: {by} px too wide"] if by > 0 else []

    def _unseen(self) -> list[str]:
        """By keyboard, on a phone and on a desk; a step of its own first, since a mouse shows no focus."""
        faults = []
        for width in (1280, 390):
            self.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            self.page.keyboard.press("Tab")
            faults += [f"at {width} px: {each}" for each in self.page.evaluate(UNSEEN)]
        return faults

    def _with_larger_text(self) -> list[str]:
        """On a phone: text that is spaced out; then twice as large by the browser's setting, and nothing sticks."""
        page = self.page
        faults = [f"spaced text: {each}" for each in page.evaluate(LOST, [SPACED, 1 / 3])]
        self._wire.send("Page.setFontSizes", {"fontSizes": {"standard": 2 * FONT_SIZE}})
        for width in PHONES:
            page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            faults += [f"large text: at {width} px: {each}" for each in page.evaluate(LOST, ["", 0])]
        self._wire.send("Page.setFontSizes", {"fontSizes": {"standard": FONT_SIZE}})
        return faults

    def _asked(self, event: dict[str, Any]) -> None:
        if event["type"] == "Document" and event["requestId"] == event["loaderId"] and "redirectResponse" not in event:
            self.transfer, self._kinds = Transfer(), {}
        self._kinds[event["requestId"]] = event["type"]

    def _came(self, event: dict[str, Any]) -> None:
        self._add(event, of_documents=False)

    def _ended(self, event: dict[str, Any]) -> None:
        """Of documents alone Chromium tells no sooner, and with their headers."""
        self._add(event, of_documents=True)

    def _add(self, event: dict[str, Any], *, of_documents: bool) -> None:
        kind = self._kinds.get(event["requestId"])
        if kind is not None and (kind == "Document") == of_documents:
            self.transfer.add(kind, int(event["encodedDataLength"]))
