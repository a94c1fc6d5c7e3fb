"""What each parameter of an exercise may be, and the corners of that.

An exercise's module says it in ``MAY_BE``, for each parameter in a few words:

- ``a number``, ``a number >= 0 < 1``, ``a whole number >= 1``;
- ``numbers of (m, d)``, ``numbers > 0 of (d)``, ``whole numbers of (k >= 0)``:
  arrays, in which an axis has one entry or more if nothing else is said, and
  the same letter is the same length in all of them; ``(n, ...)`` has any
  number of axes;
- ``floats of (n, d)``: an array that is never of an integer type;
- ``a tuple of numbers of (h, d)``: one array or more;
- ``a truth value``.

The corners are what answers stumble over: 0, the negative, a bound that is
included, an integer type, an axis with one entry or with none.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_BOUND = r"(>=|<=|>|<) (-?\d+(?:\.\d+)?)"
_WORDS = re.compile(
    r"(?P<tuple>a tuple of )?"
    r"(?P<kind>a number|a whole number|numbers|whole numbers|floats)"
    rf"(?P<bounds>(?: {_BOUND})*)"
    r"(?: of \((?P<axes>[^()]+)\))?"
)
_AXIS = re.compile(r"(.+?)(?: >= (\d+))?(?:, |$)")
_ANY_AXES = "..."
#: The name of a corner, after "is never", and whether a value is there.
Corner = tuple[str, Callable[[Any], bool]]


@dataclass(frozen=True)
class Domain:
    """What a parameter may be; see above.

    Attributes
    ----------
    integers, floats : bool
        Whether it may be of an integer type, and of another.
    bounds : sequence of (str, float)
        Comparisons that all numbers fulfil: ``(">=", 0.0)``.
    axes : sequence of (str, int)
        The names of an array's axes, and the fewest entries of each.
    is_array, is_tuple, is_truth : bool
        Whether it is an array, arrays in a tuple, a truth value.
    """

    integers: bool = True
    floats: bool = True
    bounds: Sequence[tuple[str, float]] = ()
    axes: Sequence[tuple[str, int]] = ()
    is_array: bool = False
    is_tuple: bool = False
    is_truth: bool = False

    def has(self, numbers: Any) -> bool:
        """Whether numbers are within the bounds."""
        within = (_COMPARISONS[s](numbers, bound) for s, bound in self.bounds)
        return all(np.all(each) for each in within)

    @property
    def any_axes(self) -> bool:
        """Whether there may be other axes than those with a name."""
        return self.axes[-1:] == [(_ANY_AXES, 1)]

    @property
    def named_axes(self) -> Sequence[tuple[str, int]]:
        """The axes that have a name."""
        return self.axes[:-1] if self.any_axes else self.axes


def parse(words: str) -> Domain:
    """Returns what the words of ``MAY_BE`` say.

    Raises
    ------
    ValueError
        If they are not of a form above.
    """
    if words == "a truth value":
        return Domain(is_truth=True)
    found = _WORDS.fullmatch(words)
    if not found or found["kind"].startswith("a ") == bool(found["axes"]):
        raise ValueError(f"cannot read {words!r}")
    return Domain(
        integers=found["kind"] != "floats",
        floats="whole" not in found["kind"],
        bounds=[(s, float(b)) for s, b in re.findall(_BOUND, found["bounds"])],
        axes=[
            (name, int(fewest or 1))
            for name, fewest in _AXIS.findall(found["axes"] or "")
        ],
        is_array=bool(found["axes"]),
        is_tuple=bool(found["tuple"]),
    )


def gaps(
    may_be: Mapping[str, str], cases: Sequence[Sequence[Any]]
) -> Iterator[str]:
    """Yields what is missing from cases, or should not be, in sentences."""
    try:
        domains = {name: parse(words) for name, words in may_be.items()}
    except ValueError as error:
        yield str(error)
        return
    for args in cases:
        lengths: dict[str, int] = {}
        for (name, domain), value in zip(domains.items(), args, strict=True):
            if not all(_is_of(domain, p) for p in _parts(domain, value)):
                yield f"{name} is {value!r}, and not {may_be[name]}"
                return
            # Each layer of a tuple has widths of its own.
            shape = () if domain.is_tuple else np.shape(value)
            for (axis, _), length in zip(
                domain.named_axes, shape, strict=False
            ):
                if lengths.setdefault(axis, length) != length:
                    yield f"{name} has another length in {axis} than others"
                    return
    for (name, domain), values in zip(
        domains.items(), zip(*cases, strict=True), strict=True
    ):
        for corner in _never(domain, values):
            yield f"{name} is never {corner}"


def _never(domain: Domain, values: Sequence[Any]) -> Iterator[str]:
    """Yields what a parameter never is among the values of all cases."""
    parts = [part for value in values for part in _parts(domain, value)]
    for name, here in _corners(domain):
        if not any(map(here, parts)):
            yield name
    if domain.is_tuple and all(len(value) > 1 for value in values):
        yield "a tuple of one"
    if domain.any_axes and len({part.ndim for part in parts}) < 2:
        yield "of another number of axes"


def _parts(domain: Domain, value: Any) -> Sequence[Any]:
    return value if domain.is_tuple else (value,)


def _is_of(domain: Domain, value: Any) -> bool:
    if isinstance(value, np.ndarray) != domain.is_array:
        return False
    if isinstance(value, bool) or domain.is_truth:
        return isinstance(value, bool) and domain.is_truth
    if not (domain.integers if _is_integer(value) else domain.floats):
        return False
    shape, axes = np.shape(value), domain.named_axes
    enough = all(n >= f for n, (_, f) in zip(shape, axes, strict=False))
    right_number = len(shape) == len(axes) or domain.any_axes
    return enough and right_number and domain.has(value)


def _corners(domain: Domain) -> Iterator[Corner]:
    if domain.is_truth:
        yield "True", lambda value: value
        yield "False", lambda value: not value
        return
    if domain.has(0):
        yield "0", _has(0)
    if domain.has(-1e-9) or domain.has(-1):
        yield "negative", lambda value: bool(np.any(value < 0))
    for sign, bound in domain.bounds:
        if "=" in sign and bound:
            yield f"{bound:g}, its limit", _has(bound)
    # Between 0 and 1, both left out, there is no integer.
    if domain.integers and domain.floats and any(map(domain.has, (-1, 0, 1))):
        yield "of an integer type", _is_integer
    for number, (name, fewest) in enumerate(domain.named_axes):
        for length in sorted({fewest, max(fewest, 1)}):
            yield f"{length} long, in {name}", _is_long(number, length)


def _has(number: float) -> Callable[[Any], bool]:
    return lambda value: bool(np.any(value == number))


def _is_integer(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "iu"


def _is_long(axis: int, length: int) -> Callable[[Any], bool]:
    return lambda value: value.shape[axis] == length
