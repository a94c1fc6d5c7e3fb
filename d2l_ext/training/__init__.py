"""The one training loop of the book, and what belongs to it."""

from d2l_ext.training.averaging import EMA, PolyakAverage
from d2l_ext.training.callbacks import Callback, UpdateRatio
from d2l_ext.training.ensembling import (
    Ensemble,
    Snapshots,
    disagreement,
    predict_proba,
)
from d2l_ext.training.evaluation import evaluate
from d2l_ext.training.fit import fit
from d2l_ext.training.history import (
    DivergenceWarning,
    History,
    plot_history,
)
from d2l_ext.training.penalties import MaxNorm, PenalizedLoss
from d2l_ext.training.plateau import ReduceOnPlateau
from d2l_ext.training.stopping import EarlyStopping
from d2l_ext.training.transfer import (
    extract_features,
    freeze,
    set_discriminative_lr,
    set_lr_mult,
    transfer_weights,
    unfreeze,
)
from d2l_ext.training.weights import copy_weights, set_weights

__all__ = [
    "EMA",
    "Callback",
    "DivergenceWarning",
    "EarlyStopping",
    "Ensemble",
    "History",
    "MaxNorm",
    "PenalizedLoss",
    "PolyakAverage",
    "ReduceOnPlateau",
    "Snapshots",
    "UpdateRatio",
    "copy_weights",
    "disagreement",
    "evaluate",
    "extract_features",
    "fit",
    "freeze",
    "plot_history",
    "predict_proba",
    "set_discriminative_lr",
    "set_lr_mult",
    "set_weights",
    "transfer_weights",
    "unfreeze",
]
