"""The verdicts in one look: the scoreboard, by chapter, and the surprises."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from d2l_ext.evidence import bars, box
from d2l_ext.evidence.bars import UNMEASURED
from d2l_ext.evidence.declarations import (
    CONDITIONAL,
    FAILS,
    MACHINE,
)
from d2l_ext.evidence.published import Arm

from .entries import Entry, counted, marked

#: Sentences that a practitioner expects to hold, the most surprising first.
#: The first five that do not, or only under a condition, are shown.
SURPRISES = (
    "bn-covariate-shift",
    "bn-before-after",
    "ada-adam-best",
    "drop-points",
    "act-leaky-elu-maxout",
    "res-ten-layers",
    "ada-default-lr",
    "bn-regularises",
    "act-tanh-middling",
    "mom-nag-overshoot",
    "bn-batch-size",
)
NUM_SURPRISES = 5
SURPRISING = (FAILS, CONDITIONAL)


def scoreboard(entries: Sequence[Entry], page: str) -> str:
    """Returns how many claims have which verdict, each a link to them.

    Parameters
    ----------
    entries : sequence of Entry
    page : str
        The address of the page with the table.
    """
    counts = counted(entries)
    total = sum(counts.values())
    tiles = "".join(
        f'<li><a href="{page}?verdict={quote(verdict)}">{marked(verdict)} '
        f"<strong>{count}</strong><br>{verdict}</a></li>"
        for verdict, count in counts.items()
    )
    return (
        f'<div class="d2l-scoreboard">'
        f"<p>{total} sentences that people repeat. Measured, so far:</p>"
        f"{bars.stacked(counts)}<ul>{tiles}</ul></div>"
    )


def chapters(entries: Sequence[Entry], page: str) -> str:
    """Returns the verdicts of each chapter, as numbers and as bars."""
    by_chapter: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.verdict != MACHINE:
            by_chapter.setdefault(entry.chapter.text, []).append(entry)
    columns = list(counted(entries))
    most = max((len(group) for group in by_chapter.values()), default=1)
    head = "".join(
        f'<th scope="col">{marked(verdict)} <span>{verdict}</span></th>'
        for verdict in columns
    )
    rows = []
    for chapter, group in by_chapter.items():
        counts = counted(group)
        cells = "".join(
            f"<td>{counts.get(verdict, 0) or '–'}</td>" for verdict in columns
        )
        rows.append(
            f'<tr><th scope="row">{html.escape(chapter)}</th>{cells}'
            f"<td>{bars.stacked(counts, most=most, labels=False)}</td></tr>"
        )
    total = counted(entries)
    cells = "".join(f"<td>{total[verdict]}</td>" for verdict in columns)
    return (
        f'<div class="d2l-by-chapter" tabindex="0" role="region" '
        f'aria-label="Verdicts by chapter"><table><thead><tr>'
        f'<th scope="col">Chapter</th>{head}<td></td></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody>"
        f'<tfoot><tr><th scope="row">The book</th>{cells}'
        f"<td>{bars.stacked(total, labels=False)}</td></tr></tfoot>"
        f"</table></div>"
    )


def surprises(entries: Sequence[Entry], page: str) -> str:
    """Returns the claims that will surprise a practitioner.

    Raises
    ------
    KeyError
        If one of them is no claim.
    """
    by_id = {entry.claim: entry for entry in entries}
    chosen = [by_id[claim] for claim in SURPRISES]
    found = [entry for entry in chosen if entry.verdict in SURPRISING]
    if not found:
        waits = any(entry.verdict == UNMEASURED for entry in chosen)
        text = "not measured yet" if waits else "none"
        return f'<p class="d2l-surprises">Surprises: {text}.</p>'
    items = "".join(_surprise(e, page) for e in found[:NUM_SURPRISES])
    return f'<ul class="d2l-surprises">{items}</ul>'


def _surprise(entry: Entry, page: str) -> str:
    assert entry.evidence is not None
    words = box.verdict_in_words(entry.declaration, entry.evidence)
    pictures = "".join(_picture(entry))
    return (
        f"<li><blockquote>{html.escape(entry.declaration.statement)}"
        f"</blockquote><p>{marked(entry.verdict)} "
        f"<strong>{html.escape(words)}</strong></p>{pictures}"
        f'<p class="d2l-links">{entry.chapter} · '
        f'<a href="{page}#evidence-{entry.claim}">all seeds</a></p></li>'
    )


def _picture(entry: Entry) -> Iterator[str]:
    """Yields the bar of the arm that says most, with its numbers."""
    assert entry.evidence is not None
    axis = bars.axis_of(entry.evidence, entry.declaration)
    arm = _telling(entry.evidence.arms)
    if axis is None or arm is None:
        return
    said = box.arm_in_words(arm, entry.evidence, entry.declaration)
    yield (
        f'<div class="d2l-drawn">{bars.interval(arm, axis, label=said)}'
        f"<p>{html.escape(said)}</p></div>"
    )


def _telling(arms: Sequence[Arm]) -> Arm | None:
    """Returns the arm that goes against the sentence, of the most seeds."""
    against = [arm for arm in arms if arm.verdict == FAILS]
    return max(against, key=lambda arm: arm.count, default=None)
