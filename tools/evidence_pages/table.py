"""The table of all claims.

It is read as it stands without JavaScript; ``_static/d2l-evidence.js`` makes
it sort and filter. On a narrow screen a style sheet shows each claim as a
card, so the roles that a browser then forgets are written out.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from d2l_ext.evidence import bars, box
from d2l_ext.evidence.declarations import EFFECT, EXACT, SHARE, VERDICTS
from d2l_ext.evidence.published import Arm, Published

from .entries import Entry, marked

#: The columns that a claim has once, and those that each of its arms has.
ABOUT_CLAIM = {
    "statement": "Claim",
    "verdict": "Verdict",
    "chapter": "Chapter",
    "kind": "Kind",
    "source": "Said by",
}
ABOUT_ARM = {
    "where": "Where, and how long",
    "count": "Seeds",
    "effect": "Effect, 95 % interval",
    "agree": "Agree",
}
#: What is to be seen where a row is open.
_LEGENDS = {
    EFFECT: "Each dot is a seed. Shaded is what would be too little to "
    "matter, the solid line is no difference, and the dashed line is what "
    "the claim needs.",
    SHARE: "Each dot is a seed, hollow where it did not happen.",
}
#: What stands in a cell with nothing to say.
EMPTY = "–"
#: What the reader can filter by, besides the text.
_FILTERS = ("verdict", "chapter", "kind", "source")
#: What the arms cannot be sorted by.
_UNSORTED = ("where",)


def table(entries: Sequence[Entry], page: str) -> str:
    """Returns the table, with a form to filter it.

    Parameters
    ----------
    entries : sequence of Entry
    page : str
        The address of the page with the table, which is this one.
    """
    head = "".join(
        f'<th scope="col" role="columnheader" data-column="{name}"'
        f"{'' if name in _UNSORTED else ' data-sorts'}>{text}</th>"
        for name, text in (ABOUT_CLAIM | ABOUT_ARM).items()
    )
    return (
        f'<div class="d2l-evidence full-width">{_form()}'
        f'<table role="table" aria-label="All claims with their evidence">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f"{''.join(map(_body, entries))}</table></div>"
    )


def _form() -> str:
    """The filters; the script fills them in and shows them."""
    selects = "".join(
        f'<label>{ABOUT_CLAIM[name]} <select name="{name}">'
        f'<option value="">all</option></select></label>'
        for name in _FILTERS
    )
    return (
        '<form class="d2l-evidence-form" role="search" hidden '
        'aria-label="Filter the claims">'
        '<label>Words <input type="search" name="statement" '
        f'autocomplete="off"></label>{selects}'
        '<label class="d2l-evidence-order">Sort by '
        '<select name="sort"><option value="">the book</option></select>'
        "</label>"
        '<button type="reset">Show all</button>'
        '<output aria-live="polite"></output></form>'
    )


def _body(entry: Entry) -> str:
    cells = []
    if entry.evidence is not None:
        cells = [_arm_cells(entry, arm) for arm in entry.evidence.arms]
        cells += [_left_cells(name) for name in entry.evidence.left]
    first, *others = cells or [_empty_cells()]
    rows = len(others) + 1
    more = "".join(f'<tr role="row">{cells}</tr>' for cells in others)
    return (
        f'<tbody role="rowgroup" id="evidence-{entry.claim}">'
        f'<tr role="row">{_claim_cells(entry, rows)}{first}</tr>{more}'
        f"{_seeds(entry)}</tbody>"
    )


def _claim_cells(entry: Entry, rows: int) -> str:
    texts = {
        "verdict": _verdict(entry),
        "chapter": str(entry.chapter),
        "kind": entry.declaration.kind,
        "source": str(entry.source or "everybody"),
    }
    cells = "".join(
        _cell(name, text, rows, _order(entry) if name == "verdict" else None)
        for name, text in texts.items()
    )
    return (
        f'<th scope="rowgroup" role="rowheader" rowspan="{rows}" '
        f'data-column="statement">'
        f"{html.escape(entry.declaration.statement)}</th>{cells}"
    )


def _verdict(entry: Entry) -> str:
    words = box.verdict_in_words(entry.declaration, entry.evidence)
    if entry.verdict not in VERDICTS:
        words = {"machine": "each machine’s own"}.get(words, words)
        return f"{marked(entry.verdict)} <span data-key>{words}</span>"
    rest = html.escape(words.removeprefix(entry.verdict))
    return (
        f"{marked(entry.verdict)} <span data-key>{entry.verdict}</span>{rest}"
    )


def _order(entry: Entry) -> int:
    return list(bars.LOOKS).index(entry.verdict)


def _arm_cells(entry: Entry, arm: Arm) -> str:
    assert entry.evidence is not None
    declaration = entry.declaration
    if declaration.kind == EXACT:
        said = "exactly" if arm.mean else "not exactly"
        return (
            _cell("where", html.escape(arm.arm) or "anywhere")
            + _cell("count", "none needed", number=0)
            + _cell("effect", said)
            + _cell("agree", EMPTY)
        )
    axis = bars.axis_of(entry.evidence, declaration)
    where = html.escape(box.where_of(arm, entry.evidence)) or EMPTY
    drawn = ""
    if axis is not None:
        label = box.describe(arm, declaration)
        drawn = bars.interval(arm, axis, label=label)
    failed = f"<br>{arm.failed} failed" if arm.failed else ""
    return (
        _cell("where", where)
        + _cell("count", f"{arm.count}{failed}", number=arm.count)
        + _cell(
            "effect",
            f"{drawn}<div>{_numbers(entry, arm)}</div>",
            number=_in_margins(entry, arm),
        )
        + _cell("agree", box.agreeing(arm), number=arm.agree)
    )


def _numbers(entry: Entry, arm: Arm) -> str:
    if arm.mean is None or arm.low is None or arm.high is None:
        return "too few seeds"
    margin = entry.declaration.margin or 0
    if entry.declaration.kind == SHARE:
        low, high = box.percent(arm.low), box.percent(arm.high)
        return f"{box.percent(arm.mean)} ({low} to {high}); needs {margin:.0%}"
    low, high = box.signed(arm.low), box.signed(arm.high)
    unit = html.escape(entry.declaration.metric.unit)
    return f"{box.signed(arm.mean)} ({low} to {high}) {unit}; δ {margin:g}"


def _in_margins(entry: Entry, arm: Arm) -> float | None:
    """Effects have units of their own; in margins they can be compared."""
    if arm.mean is None or not entry.declaration.margin:
        return None
    return arm.mean / entry.declaration.margin


def _left_cells(budget: str) -> str:
    texts = {"where": box.BUDGETS[budget], "effect": "not measured yet"}
    return "".join(_cell(name, texts.get(name, EMPTY)) for name in ABOUT_ARM)


def _empty_cells() -> str:
    return "".join(_cell(name, EMPTY) for name in ABOUT_ARM)


def _cell(
    name: str, text: str, rows: int = 1, number: float | None = None
) -> str:
    label = (ABOUT_CLAIM | ABOUT_ARM)[name]
    sort = "" if number is None else f' data-number="{number:.6g}"'
    empty = " data-empty" if text == EMPTY else ""
    span = "" if rows == 1 else f' rowspan="{rows}"'
    return (
        f'<td role="cell" data-column="{name}" data-label="{label}"{span}'
        f"{sort}{empty}>{text}</td>"
    )


def _seeds(entry: Entry) -> str:
    """The row that opens: each seed as a dot, and what was declared."""
    declaration = entry.declaration
    metric = declaration.metric
    margin = (
        ""
        if declaration.margin is None
        else f" Margin: {declaration.margin:g}."
    )
    about = (
        f"<p>Measured: {html.escape(metric.name)}, in "
        f"{html.escape(metric.unit)}; {metric.direction} supports the claim."
        f"{margin}</p>"
    )
    if declaration.fixed is not None:
        about += f"<p>Held fixed: {html.escape(declaration.fixed)}</p>"
    parts, summary = [], "Details"
    evidence = entry.evidence
    if evidence is not None and declaration.margin is not None:
        summary = "Seeds"
        parts = [_dots(entry, evidence, arm) for arm in evidence.arms]
        parts.append(f"<p>{_LEGENDS[declaration.kind]}</p>")
    columns = len(ABOUT_CLAIM | ABOUT_ARM)
    return (
        f'<tr role="row" class="d2l-seeds"><td role="cell" '
        f'colspan="{columns}"><details><summary>{summary}'
        f'<span class="d2l-unseen">: {html.escape(declaration.statement)}'
        f"</span></summary>{about}{''.join(parts)}"
        f"</details></td></tr>"
    )


def _dots(entry: Entry, evidence: Published, arm: Arm) -> str:
    axis = bars.axis_of(evidence, entry.declaration, each_seed=True)
    values = ", ".join(
        f"{seed}: {box.signed(value)}"
        for seed, value in sorted(arm.values.items(), key=_by_seed)
    )
    said = box.arm_in_words(arm, evidence, entry.declaration)
    p = "" if arm.p_corrected is None else f"; corrected p {_p(arm)}"
    label = f"By seed: {values}"
    if axis is None or entry.declaration.kind == SHARE:
        drawn = bars.outcomes(arm, label=label)
    else:
        drawn = bars.seeds(arm, axis, label=label)
    return (
        f"<figure>{drawn}"
        f"<figcaption>{html.escape(said + p)}.</figcaption></figure>"
    )


def _by_seed(item: tuple[str, float]) -> int:
    return int(item[0])


def _p(arm: Arm) -> str:
    p = arm.p_corrected or 0.0
    return "below .001" if p < 0.001 else f"{p:.3f}".lstrip("0")
