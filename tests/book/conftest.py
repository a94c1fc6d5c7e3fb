"""The built site, served over loopback, and a browser that looks at it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
FIXTURES = Path(__file__).parent / "pages"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
)


def documents() -> list[str]:
    """Returns the source of each page, as the table of contents has it."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [
        chapter["file"]
        for part in toc.get("parts", ())
        for chapter in part["chapters"]
    ]
    return [toc["root"], *chapters]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test with the argument `document` once for each page.

    The table of contents names the pages: a page that the build left out is
    a failure and not one test fewer.
    """
    if "document" in metafunc.fixturenames:
        metafunc.parametrize("document", documents())
    if "notebook" in metafunc.fixturenames:
        metafunc.parametrize(
            "notebook",
            [d for d in documents() if (ROOT / f"{d}.ipynb").is_file()],
        )


class _Handler(SimpleHTTPRequestHandler):
    """Serves the site and, below /fixture/, the pages of these tests."""

    def translate_path(self, path: str) -> str:
        """Returns the file that stands behind the path of a request."""
        name = urlsplit(path).path
        if name.startswith("/fixture/"):
            return str(FIXTURES / Path(name).name)
        return super().translate_path(path)

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the log out of the tests' output."""


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    if not (SITE / "index.html").is_file():
        pytest.fail("the site is not built; build it with: make book")
    return SITE


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address of the served site, with a slash at the end."""
    handler = partial(_Handler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    if not found:
        message = (
            "no Chromium on this machine; install it with: "
            "apt-get install chromium"
        )
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            message
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found[0], args=list(BROWSER_OPTIONS)
        )
        yield started
        started.close()


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


@pytest.fixture
def context_options() -> dict[str, Any]:
    """Options of the browser's context; a test may override them."""
    return {"color_scheme": "light"}


@pytest.fixture
def visit(
    browser: Browser, address: str, context_options: dict[str, Any]
) -> Iterator[Visit]:
    """An empty page in a browser without history."""
    with browser.new_context(**context_options) as context:
        yield start_visit(context, address)
