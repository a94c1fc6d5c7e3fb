"""A browser without a window, for tests that look at pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
)


@contextmanager
def started_browser() -> Iterator[Browser]:
    """Starts the system's Chromium; without one, the test is skipped."""
    found = [path for name in _BROWSERS if (path := shutil.which(name))]
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
            executable_path=found[0], args=list(_OPTIONS)
        )
        yield started
        started.close()
