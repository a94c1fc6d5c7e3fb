"""The one training loop of the book, and what belongs to it."""

from d2l_ext.training.callbacks import Callback, UpdateRatio
from d2l_ext.training.evaluation import evaluate
from d2l_ext.training.fit import fit
from d2l_ext.training.history import (
    DivergenceWarning,
    History,
    plot_history,
)
from d2l_ext.training.stopping import EarlyStopping

__all__ = [
    "Callback",
    "DivergenceWarning",
    "EarlyStopping",
    "History",
    "UpdateRatio",
    "evaluate",
    "fit",
    "plot_history",
]
