"""A page in a real browser with the network cut, names that try to break it, and contrast by computation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

HOSTILE = [
    "</script><script>window.broken = 1</script>",
    '<img src="x" onerror="window.broken = 1">',
    '<a href="javascript:window.broken=1">href</a>',
    "{{ 7 * 7 }} ${7 * 7} <!-- ]]> &amp; \u2028 \u2029",
    "\u202eright to left\u202c",
    "',\"`\\\\ \x00 \x1b[31m",
    "x" * 10_000,
    "戦争 война мандал",
]


class Opened:
    """A page in the browser with the network cut, and everything that went wrong on it."""

    def __init__(self, browser: Browser, path: Path, fragment: str = "", **options: Any) -> None:
        self.context = browser.new_context(offline=True, **options)
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        address = path.as_uri() + fragment
        self.page.on("request", lambda request: None if request.url in (address, path.as_uri()) or request.url.startswith(("data:", "blob:"))
                     else self.wrong.append(request.url))
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.add_init_script("document.addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective))")
        self.page.goto(address)
        self.page.wait_for_selector("body[data-ready]", state="attached")

    def set(self, **changes: Any) -> None:
        """Sets the state of the view and waits until all have been told."""
        self.page.evaluate("(changes) => { kgPicture.view.set(changes); kgPicture.view.now(); }", changes)

    def settle(self) -> None:
        """Waits until what was done has been told to all."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def number(self, iri: str) -> str:
        """The page's own name of a thing."""
        return str(self.page.evaluate("(iri) => [...kgPicture.things.values()].find((one) => one.iri === iri).id", iri))

    def iris(self, what: str) -> set[str]:
        """The IRIs of the things whose names a script gives."""
        return set(self.page.evaluate(f"() => [...({what})].map((id) => kgPicture.things.get(id).iri)"))

    def pick(self, iri: str) -> None:
        """Chooses a thing."""
        self.page.evaluate("(id) => { kgPicture.view.pick(id); kgPicture.view.now(); }", self.number(iri))

    def shown(self, rows: str) -> int:
        """How many rows of the tables are not hidden."""
        return int(self.page.evaluate("(rows) => [...document.querySelectorAll(rows)].filter((row) => !row.hidden).length", rows))

    def equal(self) -> None:
        """Fails unless tables, count and picture hold the same as the view."""
        visible, links = self.page.evaluate("[[...kgPicture.things.keys()].filter(kgPicture.view.shows), kgPicture.view.shownLinks.map((link) => link.id)]")
        drawn = self.page.evaluate("kgPicture.picture.nodes.get().filter((node) => !node.hidden).map((node) => node.id)")
        assert sorted(drawn) == sorted(visible)
        lines = self.page.evaluate("""() => { const opened = kgPicture.view.state.pair;
            return kgPicture.view.shownLinks.every((link) => kgPicture.picture.edges.get([link.from, link.to].sort((a, b) => a.slice(1) - b.slice(1)).join(" "))
                || (opened && kgPicture.picture.edges.get(link.id))) }""")
        assert lines
        ends = self.page.evaluate("kgPicture.picture.edges.get().every((edge) => kgPicture.view.shows(edge.from) && kgPicture.view.shows(edge.to))")
        assert ends
        rows = self.page.eval_on_selector_all("tr[data-id]", "rows => rows.filter((row) => !row.hidden).map((row) => row.dataset.id)")
        assert sorted(rows) == sorted(visible)
        rows = self.page.eval_on_selector_all("tr[data-link]", "rows => rows.filter((row) => !row.hidden).map((row) => row.dataset.link)")
        assert sorted(rows) == sorted(links)
        one = lambda n, noun: f"{n} {noun}{'' if n == 1 else 's'}"  # noqa: E731
        assert self.page.inner_text("#count") == f"{one(len(visible), 'thing')}, {one(len(links), 'link')}"


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition of it) of a colour as rgb(r, g, b) or #rrggbb."""
    if colour.startswith("#"):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    else:
        parts = [float(n) / 255 for n in re.findall(r"[\d.]+", colour)[:3]]
    red, green, blue = (n / 12.92 if n <= 0.04045 else ((n + 0.055) / 1.055) ** 2.4 for n in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, definition of it)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
