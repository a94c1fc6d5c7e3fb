"""The claims of the book, as ``claims.yml`` declares them.

A claim is a sentence that people repeat about a technique. What is declared of
it is written down before it is measured: who says it, what is measured, and
how large a difference must be to matter. :data:`FIELDS` is the schema; the
loader below and the check of the notebooks both read it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from d2l_ext.config import BUDGETS

import yaml

EXACT = "exact"
EFFECT = "effect"
SHARE = "share"
MACHINE = "machine"
#: What a claim of each kind measures.
KINDS = {
    EXACT: "mathematics, counts, shapes, bytes, multiply-adds",
    EFFECT: "a difference between two sides, over seeds",
    SHARE: "in how many of some runs something happens",
    MACHINE: "seconds, throughput, memory of a process",
}

HOLDS = "holds"
CONDITIONAL = "holds only when"
FAILS = "does not hold"
UNDECIDED = "undecided"
VERDICTS = (HOLDS, CONDITIONAL, FAILS, UNDECIDED)

#: What supports the statement: a metric that is higher, lower, or equal on
#: both sides (up to rounding; of an effect up to its margin).
HIGHER, LOWER, EQUAL = "higher", "lower", "equal"
DIRECTIONS = (HIGHER, LOWER, EQUAL)

#: The claims of the book, inside the package.
CLAIMS_FILE = Path(__file__).parents[1] / "_files" / "claims.yml"


@dataclass(frozen=True)
class Metric:
    """What a claim is about, as a number.

    Attributes
    ----------
    name : str
        What is measured.
    unit : str
        What it is measured in.
    direction : str
        One of ``DIRECTIONS``: which way supports the statement.
    """

    name: str
    unit: str
    direction: str


@dataclass(frozen=True)
class Declaration:
    """A claim as ``claims.yml`` declares it.

    Attributes
    ----------
    chapter : str
        The chapter that measures it.
    statement : str
        The sentence that people repeat.
    kind : str
        One of ``KINDS``.
    metric : Metric
        What is measured, in which unit, and which way supports the statement.
    margin : float, optional
        Of an effect the smallest difference that matters, in the metric's
        unit; of a share the part of the runs that the claim needs, between 0
        and 1. Other kinds have none.
    arms : tuple of str
        The conditions that are judged one by one, in words that can follow
        ``holds only when``; none if there is one measurement.
    budgets : tuple of str
        How long is trained, of ``d2l_ext.config.BUDGETS``.
    fixed : str, optional
        What is held fixed: a caveat of an effect or a share.
    source : str, optional
        Who says it: a key of ``references.bib``.
    """

    chapter: str
    statement: str
    kind: str
    metric: Metric
    margin: float | None = None
    arms: tuple[str, ...] = ()
    budgets: tuple[str, ...] = ("short",)
    fixed: str | None = None
    source: str | None = None


#: The fields of a claim and of its metric, and those that every claim needs.
FIELDS = tuple(field.name for field in fields(Declaration))
METRIC_FIELDS = tuple(field.name for field in fields(Metric))
_LISTS = ("arms", "budgets")
_NEEDED = ("chapter", "statement", "kind", "metric")


class _Loader(yaml.SafeLoader):
    """Refuses a key that is given twice; YAML's own takes the last one."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.YAMLError(
                f"{', '.join(twice)} is declared twice, the last time above "
                f"line {node.end_mark.line + 1}"
            )
        return super().construct_mapping(node, deep)


@cache
def declarations(path: Path = CLAIMS_FILE) -> dict[str, Declaration]:
    """Returns the claims of ``claims.yml`` by their ids.

    Raises
    ------
    ValueError
        If the file cannot be read as claims by their ids, or something is
        wrong with one of them; the message names the claim and what is
        allowed.
    """
    records = read(path.read_text(encoding="utf-8"))
    for claim_id, problem in problems(records):
        raise ValueError(f"claims.yml: {claim_id}: {problem}")
    return {name: _declaration(record) for name, record in records.items()}


def _declaration(record: Mapping[str, Any]) -> Declaration:
    lists = {name: tuple(record[name]) for name in _LISTS if name in record}
    metric = {"metric": Metric(**record["metric"])}
    return Declaration(**{**record, **lists, **metric})


def read(text: str) -> dict[str, Any]:
    """Returns the records in the text of a ``claims.yml``, not yet checked.

    Raises
    ------
    ValueError
        If the text is not YAML, declares something twice or is no mapping.
    """
    try:
        records = yaml.load(text, _Loader) or {}
    except yaml.YAMLError as error:
        message = " ".join(str(error).split())
        raise ValueError(f"claims.yml: cannot be read: {message}") from error
    if not isinstance(records, dict):
        raise ValueError("claims.yml: is not a mapping of ids to claims")
    return records


def problems(
    records: Mapping[str, Any],
    *,
    chapters: Collection[str] | None = None,
    citations: Collection[str] | None = None,
) -> Iterator[tuple[str, str]]:
    """Yields a claim's id and a sentence for each thing wrong with it.

    Parameters
    ----------
    records : mapping of str to record
        As :func:`read` returns them.
    chapters, citations : collection of str, optional
        The chapters that there are, and the keys of ``references.bib``;
        without them neither is looked up.
    """
    for claim_id, record in records.items():
        if not isinstance(record, dict):
            found = [f"is not a mapping with the fields {_list(_NEEDED)}"]
        else:
            found = [
                *_wrong_fields(record),
                *_wrong_metric(record),
                *_wrong_margin(record),
                *_wrong_lists(record),
                *_unknown(record, chapters, citations),
            ]
        for problem in found:
            yield str(claim_id), problem


def _wrong_fields(record: Mapping[str, Any]) -> Iterator[str]:
    for name in record:
        if name not in FIELDS:
            yield f"unknown field {name!r}; the fields are {_list(FIELDS)}"
    for name in _NEEDED:
        if name not in record:
            yield f"the field {name!r} is missing"
    for name, value in record.items():
        if name in ("metric", "margin", *_LISTS) or name not in FIELDS:
            continue
        if not (isinstance(value, str) and value.strip()):
            yield f"the value of {name!r} is not text"
    kind = record.get("kind")
    if isinstance(kind, str) and kind not in KINDS:
        yield f"unknown kind {kind!r}; use one of: {_list(KINDS)}"


def _wrong_metric(record: Mapping[str, Any]) -> Iterator[str]:
    if "metric" not in record:
        return
    metric = record["metric"]
    if not isinstance(metric, dict) or set(metric) != set(METRIC_FIELDS):
        yield f"the metric needs the fields {_list(METRIC_FIELDS)}, no others"
        return
    for name, value in metric.items():
        if not (isinstance(value, str) and value.strip()):
            yield f"the metric's {name!r} is not text"
    may_equal = record.get("kind") in (EXACT, EFFECT)
    allowed = DIRECTIONS if may_equal else DIRECTIONS[:2]
    direction = metric["direction"]
    if isinstance(direction, str) and direction not in allowed:
        yield (
            f"unknown direction {direction!r}; use one of: {_list(allowed)}"
        )


def _wrong_margin(record: Mapping[str, Any]) -> Iterator[str]:
    kind: Any = record.get("kind")
    margin: Any = record.get("margin")
    if kind not in (EFFECT, SHARE):
        if "margin" in record and kind in (EXACT, MACHINE):
            yield (
                f"a claim of the kind {kind!r} has no margin; those of the "
                f"kinds {EFFECT!r} and {SHARE!r} have one"
            )
        return
    if kind == EFFECT and not _is_positive(margin):
        yield (
            "an effect needs a margin, the smallest difference that matters: "
            "a positive number, in the metric's unit"
        )
    if kind == SHARE and not (_is_positive(margin) and margin < 1):
        yield (
            "a share needs a margin, the part of the runs that the claim "
            "needs: a number between 0 and 1, such as 0.8"
        )


def _wrong_lists(record: Mapping[str, Any]) -> Iterator[str]:
    for name in _LISTS:
        value = record.get(name, [])
        texts = isinstance(value, list) and all(
            isinstance(text, str) and text.strip() for text in value
        )
        if not texts or (name in record and not value):
            yield f"the value of {name!r} is not a list of texts"
        elif len(set(value)) < len(value):
            yield f"{name!r} has a text twice"
        elif name == "budgets" and not set(value) <= set(BUDGETS):
            yield f"unknown budget; the budgets are {_list(BUDGETS)}"
    if "budgets" in record and record.get("kind") in (EXACT, MACHINE):
        yield f"a claim of the kind {record['kind']!r} has no budgets"


def _is_positive(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and value is not True
    return is_number and 0 < value < math.inf


def _unknown(
    record: Mapping[str, Any],
    chapters: Collection[str] | None,
    citations: Collection[str] | None,
) -> Iterator[str]:
    chapter, source = record.get("chapter"), record.get("source")
    if (
        isinstance(chapter, str)
        and chapters is not None
        and chapter not in chapters
    ):
        yield f"there is no chapter {chapter!r}"
    if (
        isinstance(source, str)
        and citations is not None
        and source not in citations
    ):
        near = difflib.get_close_matches(source, citations)
        guess = f"did you mean {' or '.join(near)}? " if near else ""
        yield (
            f"unknown citation {source!r}; {guess}The keys are those of "
            "references.bib"
        )


def _list(names: Collection[str]) -> str:
    return ", ".join(names)
