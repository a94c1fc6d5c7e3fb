"""Gluon blocks written from scratch, one family a module."""

from d2l_ext.layers.norm import BatchNorm, batch_norm, population_statistics

__all__ = ["BatchNorm", "batch_norm", "population_statistics"]
