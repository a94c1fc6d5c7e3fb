"""The six settings of the book, read once from the environment.

============== ==================================== ==================
variable       values                               default
============== ==================================== ==================
D2L_EXT_CTX    auto, cpu, cpu(N), gpu, gpu(N)       auto
D2L_EXT_SEED   a whole number from 0 to 2**31 - 1   0
D2L_EXT_SCALE  quick, full                          quick
D2L_EXT_BUDGET short, long                          short
D2L_EXT_DATA   a folder                             the platform's cache
D2L_EXT_GATE   off, on                              off
============== ==================================== ==================
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Of scales, budgets and gates the first is the default.
SCALES = ("quick", "full")
#: How long a network is trained in an experiment: as the chapter says, or ten
#: times as long.
BUDGETS = ("short", "long")
LONG = 10
#: Where a claim that is measured otherwise is only shown, and where it fails.
GATES = ("off", "on")
MAX_SEED = 2**31 - 1


@dataclass(frozen=True)
class Settings:
    """The settings of this process.

    Attributes
    ----------
    ctx : str
        Where to compute: ``auto``, ``cpu``, ``cpu(N)``, ``gpu``, ``gpu(N)``.
    seed : int
        What :func:`d2l_ext.seed` seeds every generator with.
    scale : str
        ``quick``: embedded digits and small networks, in seconds. ``full``:
        Fashion-MNIST with the reference sizes and epochs.
    budget : str
        ``short``: a :class:`~d2l_ext.evidence.study.Study` trains for as many
        epochs as it says. ``long``: ten times as many.
    data : pathlib.Path
        Where downloads are kept.
    gate : bool
        Whether a claim fails that is measured otherwise than recorded. On in
        the tests of the chapters; off where people read, build and try out.
    """

    ctx: str
    seed: int
    scale: str
    budget: str
    data: Path
    gate: bool

    @property
    def full(self) -> bool:
        """Whether the scale is ``full``."""
        return self.scale == "full"

    @property
    def recorded(self) -> bool:
        """Whether the tests measure claims with these settings."""
        short = self.budget == "short"
        return self.scale == "quick" and self.seed == 0 and short


@cache
def settings() -> Settings:
    """Returns the settings, read from the environment at the first call.

    Raises
    ------
    ValueError
        If a variable has a value that is not a setting; the message lists
        those that are.
    """
    return read(os.environ)


def read(environ: Mapping[str, str]) -> Settings:
    """Returns the settings that the variables in ``environ`` make."""
    data = environ.get("D2L_EXT_DATA", "").strip()
    gate = _read_choice(environ, "D2L_EXT_GATE", "setting of the gate", GATES)
    return Settings(
        ctx=_read_ctx(environ.get("D2L_EXT_CTX", "auto")),
        seed=_read_seed(environ.get("D2L_EXT_SEED", "0")),
        scale=_read_choice(environ, "D2L_EXT_SCALE", "scale", SCALES),
        budget=_read_choice(environ, "D2L_EXT_BUDGET", "budget", BUDGETS),
        data=Path(data).expanduser() if data else default_cache(),
        gate=gate == "on",
    )


def default_cache() -> Path:
    """Returns the platform's cache folder for this package."""
    # Imported here: pooch is needed by who downloads, and by nobody else.
    import pooch

    return Path(pooch.os_cache("d2l-ext"))


def _read_ctx(value: str) -> str:
    ctx = value.strip().lower()
    if not re.fullmatch(r"auto|(cpu|gpu)(\(\d+\))?", ctx):
        raise ValueError(
            f"D2L_EXT_CTX={value!r} is not a context; use one of: auto, cpu, "
            "cpu(1), gpu, gpu(1)"
        )
    return ctx


def _read_seed(value: str) -> int:
    if not re.fullmatch(r"\d+", value.strip()) or int(value) > MAX_SEED:
        raise ValueError(
            f"D2L_EXT_SEED={value!r} is not a seed; use a whole number from "
            f"0 to {MAX_SEED}"
        )
    return int(value)


def _read_choice(
    environ: Mapping[str, str],
    variable: str,
    noun: str,
    choices: tuple[str, ...],
) -> str:
    value = environ.get(variable, choices[0])
    choice = value.strip().lower()
    if choice not in choices:
        raise ValueError(
            f"{variable}={value!r} is not a {noun}; use one of: "
            + ", ".join(choices)
        )
    return choice
