"""Keeps the outputs of the chapters where MyST-NB looks for them.

That is jupyter-cache, which finds an executed chapter by its code alone. Its
own parallel executor neither says how far it is nor starts with the longest,
and nothing of it knows on what else outputs depend; so the chapters are
executed here, and what they depend on is kept beside their outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cache.db import NbCacheRecord

from tools.book.chapter import ChapterError, Execution, execute
from tools.book.sources import Sources
from tools.side_by_side import Job, expected_seconds

#: Where MyST-NB looks, in the folder that is built in.
CACHE = ".jupyter_cache"


def chapters(root: Path) -> list[Path]:
    """Returns the notebooks of the table of contents, in its order."""
    text = (root / "_toc.yml").read_text(encoding="utf-8")
    notebooks = [
        root / f"{name}.ipynb" for name in _files(yaml.safe_load(text))
    ]
    return [path for path in notebooks if path.is_file()]


def _files(part: Any) -> Iterator[str]:
    """Yields the files that a part of the table of contents names."""
    if isinstance(part, dict):
        if "file" in part:
            yield part["file"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _files(each)


class Outputs:
    """The kept outputs of the chapters.

    Parameters
    ----------
    build : pathlib.Path
        The folder that is built in.
    sources : Sources
        What they depend on.
    """

    def __init__(self, build: Path, sources: Sources) -> None:
        self._cache = get_cache(build / CACHE)
        self._sources = sources

    def close(self) -> None:
        """Closes the file that they are listed in."""
        self._cache.db.dispose()

    def kept(self, chapter: Path) -> Any:
        """Returns the executed notebook; ``None`` if it must be executed."""
        record = self._record(chapter)
        if record is None:
            return None
        before = record.data.get("sources", {})
        if not self._sources.still(chapter.stem, before):
            return None
        try:
            return self._cache.get_cache_bundle(record.pk).nb
        # Its file is not there, or was half written when a build ended.
        except (KeyError, ValueError):
            return None

    def forget_all_but(self, current: Sequence[Path]) -> None:
        """Drops what no chapter can be found by any more."""
        found = {record.pk for c in current if (record := self._record(c))}
        for record in self._cache.list_cache_records():
            if record.pk not in found:
                with suppress(KeyError):  # its file is not there
                    self._cache.remove_cache(record.pk)

    def job(self, chapter: Path, timeout: float) -> Job:
        """Returns the job that executes a chapter and keeps its outputs."""

        async def run() -> str | None:
            try:
                notebook = _read(chapter)
                done = await execute(notebook, chapter.parent, timeout)
                self._keep(chapter, done)
            except ChapterError as error:
                return str(error)
            return None

        name = chapter.relative_to(self._sources.root).as_posix()
        return Job(name, run, self._expected(chapter))

    def _expected(self, chapter: Path) -> float:
        """Returns how long a chapter took last, or else a guess."""
        last = [
            record.data.get("cpu_seconds", 0.0)
            for record in self._cache.list_cache_records()
            if record.uri == str(chapter)
        ]
        return max(last, default=expected_seconds(chapter))

    def _keep(self, chapter: Path, done: Execution) -> None:
        root, modules = self._sources.root, []
        for module in map(Path, done.modules):
            if not module.is_relative_to(root):
                raise ChapterError(
                    f"it loaded {module}, which is not in this checkout; "
                    "install the locked environment with: uv sync"
                )
            modules.append(module.relative_to(root).as_posix())
        data = {
            "cpu_seconds": done.cpu_seconds,
            "sources": self._sources.of(chapter.stem, modules),
        }
        self._cache.cache_notebook_bundle(
            CacheBundleIn(done.notebook, str(chapter), data=data),
            check_validity=False,
            overwrite=True,
        )

    def _record(self, chapter: Path) -> NbCacheRecord | None:
        try:
            return self._cache.match_cache_notebook(_read(chapter))
        except (KeyError, ChapterError):
            return None


def _read(chapter: Path) -> Any:
    try:
        return nbformat.read(chapter, as_version=4)
    except ValueError as error:
        raise ChapterError(f"it is not a notebook ({error})") from error
