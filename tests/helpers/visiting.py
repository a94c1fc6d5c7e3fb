"""What the tests of the site share: its pages, and a visit to one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]


#: Returns the text and the contrast of each element of a selector.
CONTRAST = """selector => {
  const rgba = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) =>
      v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    if (!node) return [255, 255, 255];
    const [r, g, b, a] = rgba(getComputedStyle(node).backgroundColor);
    const below = a < 1 ? ground(node.parentElement) : [0, 0, 0];
    return [r, g, b].map((v, i) => a * v + (1 - a) * below[i]);
  };
  return [...document.querySelectorAll(selector)].map((node) => {
    const style = getComputedStyle(node);
    const text = node.closest("svg") ? style.fill : style.color;
    const [one, other] = [light(rgba(text).slice(0, 3)), light(ground(node))]
      .sort((a, b) => b - a);
    return [node.textContent.trim(), (one + 0.05) / (other + 0.05)];
  });
}"""


def documents() -> list[str]:
    """Returns the source of each page, as the table of contents has it."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [
        chapter["file"]
        for part in toc.get("parts", ())
        for chapter in part["chapters"]
    ]
    return [toc["root"], *chapters]


@dataclass
class Visit:
    """A page of the browser, with what it asked for and complained about."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Goes to a page of the site and waits until it is loaded."""
        response = self.page.goto(self.address + path)
        assert response is not None
        assert response.ok, f"{path}: {response.status}"
        return self.page

    @property
    def elsewhere(self) -> list[str]:
        """The requests that went to another host."""
        own = (self.address, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    def width_overflow(self) -> int:
        """Returns by how many pixels the page is wider than the window."""
        overflow: int = self.page.evaluate(
            "document.documentElement.scrollWidth - window.innerWidth"
        )
        return overflow


def start_visit(context: BrowserContext, address: str) -> Visit:
    """Opens an empty page that cannot reach another host."""
    visit = Visit(context.new_page(), address)
    page = visit.page
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            visit.errors.append(message.text)
            if message.type == "error"
            else None
        ),
    )

    def refuse_other_hosts(route: Any) -> None:
        if route.request.url.startswith(address):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", refuse_other_hosts)
    return visit
