"""A claim with all that the pages say of it."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from d2l_ext.evidence.bars import LOOKS, UNMEASURED
from d2l_ext.evidence.declarations import (
    MACHINE,
    VERDICTS,
    Declaration,
)
from d2l_ext.evidence.published import Published


@dataclass(frozen=True)
class Link:
    """A text that may lead somewhere.

    Attributes
    ----------
    text : str
    address : str, optional
        Seen from the page that it stands on.
    """

    text: str
    address: str | None = None

    def __str__(self) -> str:
        """Returns it as HTML."""
        text = html.escape(self.text)
        if self.address is None:
            return text
        return f'<a href="{html.escape(self.address)}">{text}</a>'


@dataclass(frozen=True)
class Entry:
    """A claim, what is declared of it, and the evidence for it.

    Attributes
    ----------
    claim : str
        Its id.
    declaration : Declaration
    evidence : Published or None
        None if it is not measured yet, or has no verdict of ours.
    chapter : Link
        To the cell that measures it.
    source : Link or None
        To who says it; none if everybody does.
    """

    claim: str
    declaration: Declaration
    evidence: Published | None
    chapter: Link
    source: Link | None

    @property
    def verdict(self) -> str:
        """One of the names of ``bars.LOOKS``."""
        if self.declaration.kind == MACHINE:
            return MACHINE
        return UNMEASURED if self.evidence is None else self.evidence.verdict


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """Returns how many claims have which verdict, in the order to show.

    The four verdicts are always there; claims that are not measured yet are
    if there is one, and those of a machine's own never.
    """
    found = Counter(entry.verdict for entry in entries)
    counts = {verdict: found[verdict] for verdict in VERDICTS}
    if found[UNMEASURED]:
        counts[UNMEASURED] = found[UNMEASURED]
    return counts


def marked(verdict: str) -> str:
    """Returns the mark of a verdict, for who sees it."""
    mark, color = LOOKS[verdict]
    return (
        f'<span class="d2l-mark" aria-hidden="true" '
        f'style="background:{color}">{mark}</span>'
    )
