"""Which library computes, on what, with which threads and which seed.

:mod:`~d2l_ext.engine.wheel` makes ``import mxnet`` work; what else the package
needs of MXNet's inner life stands here, too, and nowhere else.
"""
