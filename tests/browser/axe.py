"""What axe finds in a page: WCAG 2.2 AA, and what is best practice beside it."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# In the other scheme all is as it was but the colours: of these rules alone the answer can be another.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]

# Runs axe where it is; what it finds as lines.
_RUN = """async (rules) => {
    const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
    return found.violations.flatMap((each) => each.nodes.map((node) =>
        `${each.id}: ${node.html.slice(0, 200)} ${node.failureSummary.replace(/\\s+/g, " ").slice(0, 300)}`));
}"""


def violations(page: Page, rules: list[str]) -> list[str]:
    """A line for each, of the page as it looks now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN, rules)
    return found
