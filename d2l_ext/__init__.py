"""Layers, training and measured claims for a course in MXNet Gluon.

Importing this package makes ``import mxnet`` and ``from d2l import mxnet``
work on Python 3.10 to 3.13 with NumPy 1.23 to 2.x, and turns on MXNet's NumPy
semantics (``npx.set_np()``), which every function here works with. All else
is loaded when it is first used.
"""

import sys
from importlib import import_module
from typing import Any

from d2l_ext._version import __version__
from d2l_ext.compat import import_mxnet, import_mxnet_later


def _command() -> str:
    """Returns which command of ``python -m d2l_ext`` this process runs."""
    started = sys.orig_argv[-len(sys.argv) - 1 :]
    return "".join(started[2:3]) if started[:2] == ["-m", "d2l_ext"] else ""


def _set_np(mxnet: Any) -> None:
    mxnet.npx.set_np()


if _command() == "course":
    # Its commands need NumPy alone, and MXNet takes longer than they do.
    import_mxnet_later(_set_np)
else:
    try:
        _set_np(import_mxnet())
    except ImportError:
        # The command that reports what is broken must still run.
        if _command() != "doctor":
            raise

#: Where each public name lives; ``d2l_ext.fit`` loads ``d2l_ext.training``.
_PUBLIC = {
    "config": ("Settings", "settings"),
    "device": ("context",),
    "randomness": ("seed",),
    "data": (
        "MiniBatches",
        "load_digits",
        "load_fashion_mnist",
        "load_images",
    ),
    "networks": ("dropout_mlp", "get_network", "lenet", "mlp"),
    "resnets": ("resnet18", "small_resnet"),
    "densenets": ("densenet", "small_densenet"),
    "training": ("DivergenceWarning", "History", "evaluate", "fit"),
    "diagnostics": ("dead_units", "gradient_check", "layer_statistics"),
    "evidence.trial": ("Trial", "seeds", "trial"),
    "evidence.claim": ("claim",),
    "exercises": ("check",),
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}
_MODULES = (
    *dict.fromkeys(module.split(".")[0] for module in _PUBLIC),
    *("callbacks", "compat", "initializers", "landscapes"),
    *("layers", "optimizers", "plotting", "report"),
)

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f"d2l_ext.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return import_module(f"d2l_ext.{name}")
    raise AttributeError(f"module 'd2l_ext' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME, *_MODULES})
