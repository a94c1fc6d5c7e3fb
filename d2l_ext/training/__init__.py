"""The one training loop of the book, and what belongs to it."""

from d2l_ext.training.averaging import EMA, PolyakAverage
from d2l_ext.training.callbacks import Callback, UpdateRatio
from d2l_ext.training.evaluation import evaluate
from d2l_ext.training.fit import fit
from d2l_ext.training.history import (
    DivergenceWarning,
    History,
    plot_history,
)
from d2l_ext.training.plateau import ReduceOnPlateau
from d2l_ext.training.stopping import EarlyStopping
from d2l_ext.training.weights import copy_weights, set_weights

__all__ = [
    "EMA",
    "Callback",
    "DivergenceWarning",
    "EarlyStopping",
    "History",
    "PolyakAverage",
    "ReduceOnPlateau",
    "UpdateRatio",
    "copy_weights",
    "evaluate",
    "fit",
    "plot_history",
    "set_weights",
]
