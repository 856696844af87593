"""`make lighthouse`: what Lighthouse says of a phone's first visit, to the real product served as in production.

It needs Node, which nothing else does, and brings Lighthouse itself.
"""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, launch
from tests.browser.product import Product, running_product
from tests.browser.walking import CLASSES, SHOP, to_step

LIGHTHOUSE = "lighthouse@12.8.2"
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
FIGURES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
NO_NODE = "Lighthouse needs Node (npx), and there is none here. Nothing else of BookMe does: install it, or leave it."


def addresses(product: Product) -> dict[str, str]:
    """Of a start page, of the step of the time, and of a list of classes."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(product.url(SHOP, "/book/?service=cut-finish"))
        to_step(page, "time")
        time = page.url
        browser.close()
    return {"home": product.url(SHOP), "time": time, "classes": product.url(CLASSES, "/classes/")}


def measure(npx: str, url: str) -> dict[str, Any]:
    """The whole report. Lighthouse's own defaults: a slow phone on a slow network, as it reckons them.

    Where it lost its browser it asks to be run again (NO_NAVSTART and such): twice at most.
    """
    command = [npx, "--yes", LIGHTHOUSE, url, "--output=json", "--quiet"]
    command += [f"--only-categories={','.join(LEAST)}", f"--chrome-flags={' '.join(['--headless=new', *ARGUMENTS])}"]
    for left in (2, 1, 0):
        done = subprocess.run(
            command, env=os.environ | {"CHROME_PATH": CHROMIUM}, stdout=subprocess.PIPE, check=not left
        )
        if done.returncode == 0:
            break
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def below(name: str, report: dict[str, Any]) -> bool:
    """Prints a line of the table, and what cost points."""
    scores = {each: round(report["categories"][each]["score"] * 100) for each in LEAST}
    shown = [report["audits"][each]["displayValue"].replace("\xa0", " ") for each in FIGURES]
    print(f"| {name} | {' | '.join(map(str, scores.values()))} | {' | '.join(shown)} |", flush=True)
    short = [each for each, score in scores.items() if score < LEAST[each]]
    for category in short:
        for part in report["categories"][category]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                print(f"  {category}: {audit['title']} {audit.get('displayValue', '')}", file=sys.stderr)
    return bool(short)


def main() -> int:
    """Exit code 1 where a page is below its bar, or nothing could be measured."""
    npx = shutil.which("npx")
    if npx is None:
        print(NO_NODE, file=sys.stderr)
        return 1
    with running_product() as product:
        print("| page | performance | accessibility | best practices | SEO | FCP | LCP | TBT | CLS |")
        print("|---|---|---|---|---|---|---|---|---|")
        short = [name for name, url in addresses(product).items() if below(name, measure(npx, url))]
        return int(bool(short))


if __name__ == "__main__":
    sys.exit(main())
