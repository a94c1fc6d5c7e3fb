"""The built site, served over loopback, and a browser that looks at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browsing import started_browser
from playwright.sync_api import Browser
from visiting import ROOT, Visit, documents, start_visit

SITE = ROOT / "_build" / "html"
FIXTURES = Path(__file__).parent / "pages"


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
    with started_browser() as started:
        yield started


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
