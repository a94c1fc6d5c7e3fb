"""The box of a claim: what this run measured, and what the evidence says.

Everything here is a function from records to HTML or to text. Styles stand
inside the elements and colors are half transparent: the box looks the same on
the page, in Jupyter and on Colab, in light and in dark mode.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from d2l_ext.evidence import bars
from d2l_ext.evidence.bars import LOOKS, UNMEASURED
from d2l_ext.evidence.declarations import (
    EFFECT,
    EQUAL,
    EXACT,
    MACHINE,
    SHARE,
    Declaration,
)
from d2l_ext.evidence.published import LONG, SHORT, Arm, Published

#: What a run measured, by arm: one value for each seed.
Values = Mapping[str, Sequence[float]]

#: How long a network was trained, for who reads it.
BUDGETS = {SHORT: "the chapter's epochs", LONG: "ten times the epochs"}
#: Where the table of all claims is, seen from a chapter.
_PAGE = "../reference/evidence.html"


def to_html(
    claim_id: str,
    declaration: Declaration,
    numbers: Mapping[str, Any],
    *,
    evidence: Published | None = None,
    now: Values | None = None,
    budget: str = SHORT,
    machine: str | None = None,
) -> str:
    """Returns the whole box.

    Parameters
    ----------
    claim_id : str
    declaration : Declaration
        Of that claim.
    numbers : mapping of str to value
        What this run measured, by name, as the reader sees it.
    evidence : Published, optional
        What many seeds gave; by default it is not measured yet.
    now : mapping of str to sequence of float, optional
        This run's value for each seed, by arm, as the evidence counts.
    budget : str
        That of this run.
    machine : str, optional
        What a claim of the kind ``machine`` was measured on, in words.
    """
    verdict = _look(declaration, evidence)
    color = LOOKS[verdict][1]
    outside = list(remarks(evidence, declaration, now, budget))
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left;font-weight:normal;'
        f'padding:0 1em 0 0">{html.escape(words(name))}</th>'
        f'<td style="text-align:left;white-space:nowrap">'
        f"{html.escape(show(value))}</td></tr>"
        for name, value in numbers.items()
    )
    return (
        f'<div class="d2l-claim" id="claim-{claim_id}" role="note" '
        f'data-verdict="{verdict.replace(" ", "-")}" '
        f'data-outside="{str(bool(outside)).lower()}" '
        f'style="border:1px solid rgba(127,127,127,.4);'
        f"border-left:.4em solid {color};border-radius:4px;"
        f"padding:.6em 1em;margin:1em 0;"
        f'background:rgba(127,127,127,.08);color:inherit">'
        f'<p style="margin:0"><strong>Claim.</strong> '
        f"{html.escape(declaration.statement)}</p>"
        f'<table style="margin:.4em 0;border:none;font-size:.95em">'
        f'<caption style="caption-side:top;text-align:left;padding:0;'
        f'color:inherit;font-weight:bold;white-space:nowrap">{_run(declaration)}</caption>'
        f"{rows}</table>"
        f"{_evidence_html(claim_id, declaration, evidence, now, budget)}"
        f"{_paragraphs(outside, 'font-weight:bold')}"
        f"{_paragraphs(_machine(machine), '')}</div>"
    )


def to_text(
    claim_id: str,
    declaration: Declaration,
    numbers: Mapping[str, Any],
    *,
    evidence: Published | None = None,
    now: Values | None = None,
    budget: str = SHORT,
    machine: str | None = None,
) -> str:
    """Returns the same in plain text; the parameters are the same."""
    lines = [
        f"[{verdict_in_words(declaration, evidence)}] {claim_id}: "
        f"{declaration.statement}"
    ]
    lines += [f"  {words(k)}: {show(v)}" for k, v in numbers.items()]
    if evidence is not None and declaration.kind in (EFFECT, SHARE):
        lines += [
            f"  evidence: {arm_in_words(arm, evidence, declaration)}"
            for arm in evidence.arms
        ]
        lines += [f"  evidence: {said}" for said in left_in_words(evidence)]
    lines += remarks(evidence, declaration, now, budget)
    return "\n".join([*lines, *_machine(machine)])


def remarks(
    evidence: Published | None,
    declaration: Declaration,
    now: Values | None,
    budget: str = SHORT,
) -> Iterator[str]:
    """Yields a sentence for each arm that lies outside the evidence."""
    if evidence is None:
        return
    for name, values in (now or {}).items():
        arm = evidence.arm(name, budget)
        if arm is None or not evidence.outside(name, values, budget):
            continue
        where = f" where {name}" if name else ""
        yield (
            f"This run lies outside the evidence{where}: "
            f"{_compared(arm, values, declaration)}."
        )


def verdict_in_words(
    declaration: Declaration, evidence: Published | None
) -> str:
    """Returns a claim's verdict, with its condition or its manner."""
    if evidence is None or declaration.kind == MACHINE:
        return _look(declaration, evidence)
    if evidence.condition is not None:
        return f"{evidence.verdict} {evidence.condition}"
    if evidence.manner is not None:
        return f"{evidence.verdict}: {evidence.manner}"
    return evidence.verdict


def describe(arm: Arm, declaration: Declaration) -> str:
    """Returns in words what an arm gave, for text and for screen readers."""
    if arm.mean is None or arm.low is None or arm.high is None:
        said = f"{_count(arm.count, 'seed')}, too few for an interval"
    elif declaration.kind == SHARE:
        said = (
            f"{round(arm.mean * arm.count)} of {_count(arm.count, 'seed')} "
            f"(95\u00a0% interval {percent(arm.low)} to {percent(arm.high)}); "
            f"needed: more than {percent(declaration.margin or 0)}"
        )
    else:
        said = (
            f"{signed(arm.mean)} {declaration.metric.unit} "
            f"(95\u00a0% interval {signed(arm.low)} to {signed(arm.high)}); "
            f"needed: {_needed(declaration)}; "
            f"{agreeing(arm)} seeds agree"
        )
    failed = f"; {_count(arm.failed, 'run')} failed" if arm.failed else ""
    return said + failed


def where_of(arm: Arm, evidence: Published) -> str:
    """Returns the condition and the budget of an arm, in words.

    The budget is named where there are two.
    """
    budget = BUDGETS[arm.budget] if len(evidence.budgets) > 1 else ""
    return ", ".join(filter(None, [arm.arm, budget]))


def arm_in_words(
    arm: Arm, evidence: Published, declaration: Declaration
) -> str:
    """Returns where an arm was measured, and what it gave."""
    where = where_of(arm, evidence)
    said = describe(arm, declaration)
    return f"{where}: {said}" if where else said


def left_in_words(evidence: Published) -> list[str]:
    """Returns a line for each budget that is not measured yet."""
    return [f"{BUDGETS[name]}: not measured yet" for name in evidence.left]


def agreeing(arm: Arm) -> str:
    """Returns how many of an arm's seeds support the statement."""
    return f"{round((arm.agree or 0) * arm.count)} of {arm.count}"


def signed(value: float) -> str:
    """Returns a number to three digits with its sign."""
    text = f"{value:+.3g}" if float(f"{value:.3g}") else "0"
    return text.replace("-", "−")


def percent(value: float) -> str:
    """Returns a share as percent."""
    return f"{100 * value:.0f}\u00a0%"


def words(name: str) -> str:
    """Returns the name of a number as words."""
    return name.replace("_", " ")


def show(value: Any) -> str:
    """Returns a number, a truth value or a text as the reader sees it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "never"
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value)


def _look(declaration: Declaration, evidence: Published | None) -> str:
    """Returns the name in ``LOOKS`` of what is said of a claim."""
    if declaration.kind == MACHINE:
        return MACHINE
    return UNMEASURED if evidence is None else evidence.verdict


def _run(declaration: Declaration) -> str:
    return "On this machine" if declaration.kind == MACHINE else "This run"


def _machine(machine: str | None) -> list[str]:
    if machine is None:
        return []
    return [f"Measured on {machine}. Yours may differ."]


def _paragraphs(texts: Sequence[str], style: str) -> str:
    return "".join(
        f'<p style="margin:.4em 0 0;{style}">{html.escape(text)}</p>'
        for text in texts
    )


def _evidence_html(
    claim_id: str,
    declaration: Declaration,
    evidence: Published | None,
    now: Values | None,
    budget: str,
) -> str:
    if declaration.kind == MACHINE:
        return ""
    mark, color = LOOKS[_look(declaration, evidence)]
    # Outside the site there is no such page: its style sheet shows the link.
    link = (
        f' <a class="d2l-claim-row" href="{_PAGE}#evidence-{claim_id}" '
        f'style="display:none">all seeds</a>'
    )
    head = (
        f'<p style="margin:0"><span aria-hidden="true" '
        f'style="color:{color};font-weight:bold">{mark}</span> '
        f"<strong>Evidence: "
        f"{html.escape(verdict_in_words(declaration, evidence))}</strong>"
        f"{link}</p>"
    )
    if evidence is None or declaration.kind == EXACT:
        return head
    axis = bars.axis_of(evidence, declaration, now)
    if axis is None:
        return head
    lines, drawn = [], False
    for arm in evidence.arms:
        values = (now or {}).get(arm.arm, ()) if arm.budget == budget else ()
        here = sum(values) / len(values) if len(values) else math.nan
        drawn = drawn or math.isfinite(here)
        said = arm_in_words(arm, evidence, declaration)
        bar = bars.interval(arm, axis, label=said, now=here)
        lines.append(
            f'<div style="display:flex;flex-wrap:wrap;align-items:center;'
            f'gap:.2em .8em;margin:.3em 0 0;font-size:.95em">{bar}'
            f'<p style="margin:0;flex:1 1 14em">{html.escape(said)}</p></div>'
        )
    left = _paragraphs(left_in_words(evidence), "font-size:.95em")
    return (
        f"{head}{''.join(lines)}{left}"
        f'<p style="margin:.3em 0 0;font-size:.85em">'
        f"{html.escape(legend(declaration))}"
        f"{' ◇ this run.' if drawn else ''}</p>"
    )


def legend(declaration: Declaration) -> str:
    """Returns what is to be seen in a claim's bars."""
    if declaration.kind == SHARE:
        return (
            "● share of the seeds with its 95\u00a0% interval, from 0 to 1; "
            "dashed: what the claim needs."
        )
    if declaration.metric.direction == EQUAL:
        return (
            "● mean with its 95\u00a0% interval; shaded: differences that do "
            "not matter, where the claim has it."
        )
    return (
        "● mean with its 95\u00a0% interval, to the right where it supports "
        "the claim; shaded: too little to matter; dashed: what the claim "
        "needs."
    )


def _needed(declaration: Declaration) -> str:
    margin = f"{declaration.margin:g}"
    if declaration.metric.direction == EQUAL:
        return f"between −{margin} and +{margin}"
    return f"more than +{margin}"


def _compared(
    arm: Arm, values: Sequence[float], declaration: Declaration
) -> str:
    """Says what this run gave, and what the evidence leads one to expect."""
    if declaration.kind == SHARE:
        happened = round((arm.mean or 0) * arm.count)
        return (
            f"{round(sum(values))} of {_count(len(values), 'seed')}, and "
            f"{happened} of {arm.count} there"
        )
    mean = sum(values) / len(values)
    reach = arm.reach(len(values))
    if declaration.kind == EXACT or reach is None or arm.mean is None:
        return "it comes out otherwise"
    return (
        f"{signed(mean)} {declaration.metric.unit}, and 999 of 1,000 runs "
        f"give {signed(arm.mean - reach)} to {signed(arm.mean + reach)}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
