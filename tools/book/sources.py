"""What the outputs of a chapter depend on, besides the chapter's code."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

PACKAGES = ("d2l_ext", "d2l_check", "d2l_course")
CLAIMS = Path("evidence", "claims.yml")
#: A claim's box shows the evidence for it.
VERDICTS = Path("evidence", "verdicts.json")
#: What every chapter depends on.
LOCK = "uv.lock"


class Sources:
    """The sources as they are when the build starts.

    They are read once, so that what is changed during the build counts as
    changed for the next one.

    Parameters
    ----------
    root : pathlib.Path
        The checkout.
    settings : mapping of str to str
        The variables that chapters are executed with.

    Raises
    ------
    SystemExit
        If the claims or the verdicts cannot be read.
    """

    def __init__(self, root: Path, settings: Mapping[str, str]) -> None:
        self.root = root
        modules = {
            path
            for package in PACKAGES
            for path in (root / package).rglob("*.py")
        }
        self._modules = {
            path.relative_to(root).as_posix(): _digest(path)
            for path in modules
        }
        self._claims = _read_claims(root / CLAIMS)
        self._verdicts = _read_verdicts(root / VERDICTS)
        self._data = {
            package: _digest_of(
                {
                    path.name: _digest(path)
                    for path in sorted((root / package).glob("_files/*"))
                    # Each claim belongs to one chapter.
                    if path.is_file()
                    and path.name not in (CLAIMS.name, VERDICTS.name)
                }
            )
            for package in PACKAGES
        }
        lock = [_digest(path) for path in root.glob(LOCK)]
        common = [lock, sys.version, dict(settings)]
        self._common = _digest_of(common)

    def of(
        self, chapter: str, modules: Iterable[str]
    ) -> dict[str, str | None]:
        """Returns digests of what the outputs of a chapter depend on.

        Parameters
        ----------
        chapter : str
            The chapter's name, as its claims have it.
        modules : iterable of str
            The files that it loads, relative to the checkout.
        """
        claims = {
            name: (claim, self._verdicts.get(name))
            for name, claim in self._claims.items()
            if claim.get("chapter") == chapter
        }
        modules = list(modules)
        loaded = {module.partition("/")[0] for module in modules}
        return {
            "common": self._common,
            "claims": _digest_of(claims),
            **{f"data of {each}": self._data.get(each) for each in loaded},
            **{module: self._modules.get(module) for module in modules},
        }

    def still(self, chapter: str, before: Mapping[str, str | None]) -> bool:
        """Whether digests that were recorded are those of today."""
        modules = [name for name in before if name.endswith(".py")]
        return self.of(chapter, modules) == before


def _read_claims(path: Path) -> dict[str, dict[str, Any]]:
    try:
        claims = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return {name: dict(claim) for name, claim in claims.items()}
    except (yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        message = " ".join(str(error).split())
        raise SystemExit(f"book: {path.name} cannot be read: {message}") from (
            error
        )


def _read_verdicts(path: Path) -> dict[str, Any]:
    """Returns the evidence by claim; nothing before there is any."""
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["claims"])
    except (ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"book: {path.name} cannot be read: {error}") from (
            error
        )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest_of(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
