"""Takes the screenshots of docs/: `kg draw` in headless Chromium, with a font that has Chinese and Japanese.

    python docs/screenshots.py

Needs Chromium and Noto CJK (Debian: chromium, fonts-noto-cjk), and playwright from requirements/test.txt.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parents[1]
SHOTS = {
    "picture-whole": ("", "light"),
    "picture-chain": ("#cause=battles-of-khalkhin-gol&effect=neutrality-pact-signing&id=victory-khalkhin-gol&to=1941-12-31", "light"),
    "picture-map": ("#pane=map&id=battles-of-khalkhin-gol&from=1939-05-01&to=1939-09-16&as=empire-of-japan", "dark"),
}
"""File → the address's fragment, and light or dark."""


def main() -> int:
    """Writes docs/NAME.png for each."""
    chromium = which("chromium")
    fonts = subprocess.run(["fc-list", ":lang=ja", "family"], capture_output=True, text=True, check=False).stdout if which("fc-list") else ""
    if chromium is None or not fonts.strip():
        print("screenshots: needs Chromium and a font with Japanese (Debian: chromium, fonts-noto-cjk)", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(ROOT / "src"))
    import kg

    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        page = Path(scratch, "network.html")
        kg.draw(kg.open(ROOT), page)
        browser = playwright.chromium.launch(executable_path=chromium)
        for name, (fragment, scheme) in SHOTS.items():
            context = browser.new_context(offline=True, viewport={"width": 1440, "height": 960}, color_scheme=scheme)
            tab = context.new_page()
            tab.goto(page.as_uri() + fragment)
            tab.wait_for_selector("body[data-ready]", state="attached")
            tab.wait_for_timeout(400)
            tab.screenshot(path=ROOT / "docs" / f"{name}.png")
            context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
