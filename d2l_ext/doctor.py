"""The report on an environment: what is there, and whether it works.

No module that imports MXNet is imported at the top: the report must also be
made where ``import mxnet`` fails.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from d2l_ext._version import __version__
from d2l_ext.engine.cuda import cuda_build
from d2l_ext.engine.threads import chosen, usable_cores
from d2l_ext.engine.wheel import import_mxnet

import numpy as np

#: SHA-256 of the arrays of the embedded digits, in the order of their names.
DIGITS_SHA256 = (
    "909a50c302f33c01a1f6dcb80886b99d5c55604119719da079da896034e8ce09"
)

PACKAGES = ("numpy", "d2l", "matplotlib", "pandas")


@dataclass(frozen=True)
class Line:
    """One line of the report: what was looked at, and what was found."""

    name: str
    found: str
    works: bool = True


def environment_report() -> str:
    """Returns the report as text, a line for each thing looked at.

    It holds the versions of Python, MXNet, NumPy and of what the course
    needs, the context and why it is that one, threads, settings, the cache
    folder, and whether the digits and a first training step are right. It
    never raises: what does not work is marked with ``!!``.
    """
    return render(examine())


def examine() -> list[Line]:
    """Looks at everything that the report is about."""
    lines: dict[str, Line] = {}
    for name, look in _LOOKS.items():
        if name in _NEEDS_MXNET and not lines["mxnet"].works:
            lines[name] = Line(name, "not tried without mxnet", works=False)
        else:
            lines[name] = _look(name, look)
    return list(lines.values())


def render(lines: list[Line]) -> str:
    """Returns the lines as text, those that do not work marked."""
    width = max(len(line.name) for line in lines)
    text = [
        f"{'  ' if line.works else '!!'} {line.name:{width}}  {line.found}"
        for line in lines
    ]
    broken = sum(not line.works for line in lines)
    text.append(
        f"{broken} of {len(lines)} lines, marked !!, need attention."
        if broken
        else "Everything works."
    )
    return "\n".join(text)


def _look(name: str, look: Callable[[], str]) -> Line:
    try:
        with warnings.catch_warnings():
            # The report says itself why there is no GPU.
            warnings.simplefilter("ignore")
            return Line(name, look())
    # Whatever is broken, the rest of the report is what helps to find it.
    except Exception as error:
        message = " ".join(str(error).split()) or type(error).__name__
        return Line(name, message, works=False)


def _python() -> str:
    return f"{platform.python_version()} ({platform.python_implementation()})"


def _mxnet() -> str:
    return f"{import_mxnet().__version__} ({cuda_build() or 'CPU'} build)"


def _version_of(package: str) -> Callable[[], str]:
    def version() -> str:
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            raise ImportError(
                f"not installed; run: pip install --no-deps {package}"
            ) from None

    return version


def _context() -> str:
    from d2l_ext.engine.device import context

    return str(context())


def _gpu() -> str:
    from d2l_ext.engine.device import why_no_gpu

    reason = why_no_gpu()
    return "gpu(0) works" if reason is None else f"none: {reason}"


def _threads() -> str:
    parts = [f"{os.cpu_count()} processors, {usable_cores()} usable"]
    for name in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT"):
        value = os.environ.get(name, "not set")
        reason = chosen.get(name, "as it was" if name in os.environ else "")
        parts.append(f"{name} {value}" + (f" ({reason})" if reason else ""))
    return "; ".join(parts)


def _settings() -> str:
    from d2l_ext.config import settings

    now = settings()
    return f"ctx {now.ctx}, seed {now.seed}, scale {now.scale}"


def _cache() -> str:
    from d2l_ext.config import settings

    folder = settings().data.absolute()
    # The first download makes the folder; until then its parent counts.
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return f"{_from_home(folder)} (writable)"
    except OSError as error:
        raise OSError(
            f"{_from_home(folder)} cannot be written to ({error.strerror}); "
            "set D2L_EXT_DATA to a folder that can"
        ) from error


def _from_home(path: Path) -> str:
    """Returns ``path`` with ``~``: a report is often shown to others."""
    try:
        return str("~" / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def _digits() -> str:
    file = resources.files("d2l_ext") / "_files" / "digits.npz"
    found = hashlib.sha256()
    with file.open("rb") as stream, np.load(stream) as digits:
        for name in sorted(digits.files):
            found.update(digits[name].tobytes())
        count = len(digits["labels"])
    if found.hexdigest() != DIGITS_SHA256:
        raise ValueError("digits.npz is damaged; install d2l-ext again")
    return f"{count} images, checksum right"


def _training_step() -> str:
    """Moves the one weight of w·x from 2 towards 3, half of the way."""
    from d2l_ext.engine.device import context

    import mxnet

    ctx = context()
    net = mxnet.gluon.nn.Dense(1, in_units=1, use_bias=False)
    # No draw: a report in a notebook leaves the generators as they are.
    net.initialize(mxnet.init.Constant(2.0), ctx=ctx)
    trainer = mxnet.gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.5}
    )
    x = mxnet.np.ones((1, 1), ctx=ctx)
    with mxnet.autograd.record():
        loss = mxnet.gluon.loss.L2Loss()(net(x), 3 * x)
    loss.backward()
    trainer.step(batch_size=1)
    weight = net.weight.data().item()
    if abs(weight - 2.5) > 1e-5:
        raise ValueError(f"wrong: 2 became {weight:g}, and not 2.5")
    return f"right, on {ctx}"


_LOOKS: dict[str, Callable[[], str]] = {
    "Python": _python,
    "platform": lambda: f"{platform.system()} {platform.machine()}",
    "d2l_ext": lambda: __version__,
    "mxnet": _mxnet,
    **{package: _version_of(package) for package in PACKAGES},
    "context": _context,
    "GPU": _gpu,
    "threads": _threads,
    "settings": _settings,
    "cache folder": _cache,
    "digits": _digits,
    "training step": _training_step,
}
_NEEDS_MXNET = ("context", "GPU", "training step")
