"""An earlier name of :mod:`d2l_check.source`."""

from d2l_check.source import Wrong

__all__ = ["Wrong"]
