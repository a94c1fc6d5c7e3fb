"""Evidence that nobody measured, for tests of what shows evidence."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: Student's t(.975, 11) and t(.9995, 11).
T_95, T_999 = 2.201, 4.437


def arm(values: Sequence[float], **changes: Any) -> dict[str, Any]:
    """Returns the record of an arm of an effect, with a simple interval."""
    count = len(values)
    mean = sum(values) / count
    variance = sum((v - mean) ** 2 for v in values) / max(count - 1, 1)
    half = T_95 * math.sqrt(variance / count)
    return {
        "arm": "",
        "budget": "short",
        "count": count,
        "mean": mean,
        "low": mean - half,
        "high": mean + half,
        "agree": sum(v > 0 for v in values) / count,
        "p": 0.0005,
        "p_corrected": 0.02,
        "spread": T_999 * math.sqrt(variance),
        "verdict": "holds",
        "manner": None,
        "failed": 0,
        "values": {str(i): v for i, v in enumerate(values, start=1)},
    } | changes


def effect(values: Sequence[float], **changes: Any) -> dict[str, Any]:
    """Returns the record of a claim with one arm."""
    return claim("effect", [arm(values)], **changes)


def share(happened: int, count: int, **changes: Any) -> dict[str, Any]:
    """Returns the record of a claim of k of N runs."""
    return claim("share", [share_arm(happened, count)], **changes)


def share_arm(happened: int, count: int, **changes: Any) -> dict[str, Any]:
    """Returns the record of an arm of a share, with its score interval."""
    part, z2 = happened / count, 1.96**2
    center = (part + z2 / 2 / count) / (1 + z2 / count)
    half = math.sqrt(part * (1 - part) * z2 / count + z2**2 / 4 / count**2)
    half /= 1 + z2 / count
    values = [1.0] * happened + [0.0] * (count - happened)
    return arm(values) | {
        "low": max(center - half, 0.0),
        "high": min(center + half, 1.0),
        "agree": part,
        "p": None,
        "p_corrected": None,
        "spread": None,
        **changes,
    }


def exact(holds: bool, **changes: Any) -> dict[str, Any]:
    """Returns the record of a claim that needs no seeds."""
    value = float(holds)
    bounds = {"low": value, "high": value, "spread": None}
    found = "holds" if holds else "does not hold"
    tests = {"p": None, "p_corrected": None, "verdict": found}
    record = arm([value]) | bounds | tests
    return claim("exact", [record], verdict=found, **changes)


def claim(
    kind: str, arms: Sequence[Mapping[str, Any]], **changes: Any
) -> dict[str, Any]:
    """Returns the record of a claim."""
    return {
        "kind": kind,
        "chapter": "batch-norm",
        "verdict": "holds",
        "condition": None,
        "manner": None,
        "code": "0123456789abcdef",
        "budgets": list(dict.fromkeys(a["budget"] for a in arms)),
        "arms": [dict(a) for a in arms],
    } | changes


def for_all(claims: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Returns evidence for the claims of a ``claims.yml``, of every look."""
    draw = random.Random(0)
    made = {}
    numbers: Counter[str] = Counter()
    for name, declared in claims.items():
        where = {"chapter": declared["chapter"]}
        # By kind, so that each kind has every look, whatever claims there are.
        number = numbers[declared["kind"]]
        numbers[declared["kind"]] += 1
        if declared["kind"] == "exact":
            made[name] = exact(number % 5 != 0, **where)
        elif declared["kind"] == "share":
            made[name] = _made_share(number, where)
        elif declared["kind"] == "effect":
            margin = declared["margin"]
            made[name] = _made_effect(draw, number, margin, where)
    return {"claims": made}


def _made_share(number: int, where: dict[str, str]) -> dict[str, Any]:
    happened, found = [
        *((30, "holds"), (11, "undecided"), (1, "does not hold")),
    ][number % 3]
    record = share_arm(happened, 30 if happened == 30 else 12, verdict=found)
    return claim("share", [record], verdict=found, **where)


def _made_effect(
    draw: random.Random, number: int, margin: float, where: dict[str, str]
) -> dict[str, Any]:
    def drawn(center: float, count: int = 12) -> list[float]:
        return [
            margin * (center + 0.6 * draw.gauss(0, 1)) for _ in range(count)
        ]

    looks: list[tuple[str, str | None, float]] = [
        ("holds", None, 2.5),
        ("does not hold", "no difference that matters", 0.0),
        ("undecided", None, 1.0),
        ("does not hold", "the reverse", -2.5),
    ]
    if number % 5 == 4:
        condition = "the rate is 0.5"
        arms = [
            arm(drawn(3.0), arm=condition),
            arm(
                drawn(0.1),
                arm="the rate is 0.2",
                verdict="does not hold",
                manner="no difference that matters",
            ),
            arm(drawn(2.8, 6), arm=condition, budget="long"),
            arm(
                drawn(-2.0, 6),
                arm="the rate is 0.2",
                budget="long",
                verdict="does not hold",
                manner="the reverse",
                failed=1,
            ),
        ]
        found = {"verdict": "holds only when", "condition": condition}
        return claim("effect", arms, **found, **where)
    verdict, manner, center = looks[number % 5]
    same = {"verdict": verdict, "manner": manner}
    arms = [
        arm(drawn(center), **same),
        arm(drawn(center, 6), budget="long", **same),
    ]
    return claim("effect", arms, **same, **where)


def write(folder: Path, evidence: Mapping[str, Any]) -> Path:
    """Writes a table of runs and the verdicts, and returns the latter."""
    columns = "claim,chapter,arm,budget,seed,value,status"
    rows = [
        f"{name},{record['chapter']},{each['arm']},{each['budget']},{seed},"
        f"{value},ok"
        for name, record in sorted(evidence["claims"].items())
        for each in record["arms"]
        for seed, value in each["values"].items()
    ]
    text = "\n".join([columns, *rows]) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "runs.csv").write_text(text, encoding="utf-8")
    runs = hashlib.sha256(text.encode()).hexdigest()
    path = folder / "verdicts.json"
    path.write_text(json.dumps({"runs": runs, **evidence}), encoding="utf-8")
    return path
