"""Layers, training and measured claims for a course in MXNet Gluon.

Importing this package makes ``import mxnet`` and ``from d2l import mxnet``
work on Python 3.10 to 3.13 with NumPy 1.23 to 2.x, and turns on MXNet's NumPy
semantics (``npx.set_np()``), which every function here works with. All else
is loaded when it is first used.
"""

from contextlib import suppress
from importlib import import_module
from typing import Any

from d2l_ext._version import __version__
from d2l_ext.engine.wheel import import_mxnet

# What needs MXNet raises the reason when it is used: the command that reports
# what is broken, ``python -m d2l_ext doctor``, must run where MXNet does not.
with suppress(ImportError):
    import_mxnet().npx.set_np()

#: Where each public name lives; ``d2l_ext.fit`` loads ``d2l_ext.training``.
_PUBLIC = {
    "config": ("Settings", "settings"),
    "engine.device": ("context",),
    "engine.seeding": ("seed",),
    "data": (
        "CurriculumBatches",
        "MiniBatches",
        "load_digits",
        "load_fashion_mnist",
        "load_images",
    ),
    "networks": (
        "densenet",
        "dropout_mlp",
        "get_network",
        "lenet",
        "mlp",
        "resnet18",
        "separable_stack",
        "small_densenet",
        "small_googlenet",
        "small_mobilenet",
        "small_resnet",
        "small_xception",
    ),
    "training": ("DivergenceWarning", "History", "evaluate", "fit"),
    "diagnostics": (
        "dead_units",
        "example_losses",
        "gradient_check",
        "layer_costs",
        "layer_statistics",
        "lr_range_test",
    ),
    "evidence.trial": ("Trial", "epochs", "seeds", "trial"),
    "evidence.study": ("Side", "Study"),
    "evidence.claim": ("claim",),
}
_HOME = {
    name: f"d2l_ext.{module}"
    for module, names in _PUBLIC.items()
    for name in names
} | {"check": "d2l_check"}
_MODULES = (
    *dict.fromkeys(module.split(".")[0] for module in _PUBLIC),
    *("doctor", "initializers", "landscapes"),
    *("layers", "optimizers", "plotting"),
)

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return import_module(f"d2l_ext.{name}")
    raise AttributeError(f"module 'd2l_ext' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME, *_MODULES})
