"""Dropout: inverted, vanilla, and of whole channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as onp
from mxnet import gluon, np

Shape = tuple[int, ...]


def dropout_mask(
    shape: Shape,
    rate: float,
    axes: Sequence[int] = (),
    *,
    dtype: str = "float32",
    ctx: Any = None,
) -> np.ndarray:
    r"""Draws which units stay: 1 with probability ``1 - rate``, else 0.

    Parameters
    ----------
    shape : tuple of int
        The shape of what the mask is for, (m, ...).
    rate : float
        The probability of dropping, in [0, 1).
    axes : sequence of int
        The dimensions along which all units share their fate: (2, 3) drops
        whole channels of feature maps.
    dtype : str
        The type of the mask.
    ctx : mxnet.Context, optional
        Where it is drawn, by MXNet's generator there, which
        :func:`d2l_ext.seed` seeds.

    Returns
    -------
    np.ndarray
        The mask, of ``shape`` with 1 in each dimension of ``axes``.

    Raises
    ------
    ValueError
        If ``rate`` is outside [0, 1), or ``shape`` has no such dimension.

    Source: Srivastava et al. (2014), section 4.
    """
    check_rate(rate)
    shared = list(shape)
    for axis in axes:
        if not -len(shape) <= axis < len(shape):
            raise ValueError(
                f"dropout got axes={tuple(axes)}, and an input of shape "
                f"{shape} has no dimension {axis}"
            )
        shared[axis] = 1
    uniform = np.random.uniform(size=tuple(shared), ctx=ctx)
    return (uniform >= rate).astype(dtype)


def inverted_dropout(
    X: np.ndarray,
    rate: float,
    mask: np.ndarray | None = None,
    *,
    axes: Sequence[int] = (),
) -> np.ndarray:
    r"""Drops units at random and enlarges those that stay.

    .. math::

        y = \frac{m \, x}{1 - r}, \qquad m \sim \mathrm{Bernoulli}(1 - r),

    so that :math:`\mathrm{E}[y] = x` and
    :math:`\mathrm{Var}[y] = \frac{r}{1 - r} x^2`. This is inverted dropout in
    training, and there is nothing to do in prediction.

    Parameters
    ----------
    X : np.ndarray
        The units, of any shape.
    rate : float
        :math:`r`, the probability of dropping, in [0, 1).
    mask : np.ndarray, optional
        :math:`m`, of the shape of ``X`` or one that broadcasts to it; by
        default drawn by :func:`dropout_mask`.
    axes : sequence of int
        The dimensions that share a mask drawn here.

    Returns
    -------
    np.ndarray
        The output, of the shape of ``X``; its derivative by ``X`` is
        ``mask / (1 - rate)``.

    Raises
    ------
    ValueError
        If ``rate`` is outside [0, 1) or the shapes do not fit.
    """
    check_rate(rate)
    if mask is None:
        mask = dropout_mask(X.shape, rate, axes, dtype=X.dtype, ctx=X.ctx)
    elif not _broadcasts(mask.shape, X.shape):
        raise ValueError(
            f"inverted_dropout got a mask of shape {mask.shape} for an input "
            f"of shape {X.shape}"
        )
    return X * mask / (1 - rate)


def check_rate(rate: float) -> None:
    """Raises ``ValueError`` unless ``rate`` is one of dropping."""
    is_number = isinstance(rate, (int, float, onp.number))
    if isinstance(rate, bool) or not is_number or not 0 <= rate < 1:
        raise ValueError(
            "rate is the probability of dropping, from 0 to below 1, not "
            f"{rate!r}; a keep probability of 0.8 is rate 0.2"
        )


def _broadcasts(shape: Shape, to: Shape) -> bool:
    own = to[len(to) - len(shape) :]
    return len(shape) <= len(to) and all(
        size in (1, wanted) for size, wanted in zip(shape, own, strict=True)
    )


class Dropout(gluon.HybridBlock):
    r"""Inverted dropout: scales in training, the identity in prediction.

    In training each unit is dropped with probability ``rate`` and those that
    stay are divided by ``1 - rate``, see :func:`inverted_dropout`. It has the
    signature of Gluon's own ``nn.Dropout``.

    Parameters
    ----------
    rate : float
        The probability of dropping, in [0, 1).
    axes : sequence of int
        The dimensions along which all units share their fate.

    Inputs: ``X`` of any shape. Outputs: an array of the shape of ``X``.

    Raises
    ------
    ValueError
        If ``rate`` is outside [0, 1).

    Source: Srivastava et al. (2014), section 10.
    """

    def __init__(
        self,
        rate: float,
        axes: Sequence[int] = (),
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        check_rate(rate)
        self.rate, self.axes = rate, tuple(axes)

    def _scaled_mask(self, F: Any, X: Any) -> Any:
        """Returns mask / (1 - rate) in training, and ones in prediction.

        In a compiled graph Python no longer runs: there only MXNet's own
        operation knows whether it trains. Of ones it leaves the mask.
        """
        return F.npx.dropout(F.np.ones_like(X), p=self.rate, axes=self.axes)

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        return X * self._scaled_mask(F, X)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(rate={self.rate}, axes={self.axes})"


class VanillaDropout(Dropout):
    r"""Dropout as first published: scales in prediction, not in training.

    In training :math:`y = m x`, with :math:`m` as in
    :func:`inverted_dropout`; in prediction :math:`y = (1 - r) x`, the
    expectation of that. Both are :math:`1 - r` times what inverted dropout
    gives.

    Parameters
    ----------
    rate, axes
        As in :class:`Dropout`.

    Inputs: ``X`` of any shape. Outputs: an array of the shape of ``X``.

    Raises
    ------
    ValueError
        If ``rate`` is outside [0, 1).

    Source: Srivastava et al. (2014), section 4.
    """

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        return X * (self._scaled_mask(F, X) * (1 - self.rate))


class SpatialDropout(Dropout):
    """Inverted dropout of whole channels, for convolutional layers.

    Neighboring pixels of a feature map say nearly the same, so that dropping
    single ones withholds little.

    Parameters
    ----------
    rate : float
        The probability of dropping a channel, in [0, 1).

    Inputs: ``X`` of shape (m, c, h, w). Outputs: of the shape of ``X``.

    Raises
    ------
    ValueError
        If ``rate`` is outside [0, 1); when called, for an input of other than
        four dimensions.

    Source: Tompson et al. (2015), section 3.2.
    """

    def __init__(
        self,
        rate: float,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(rate, axes=(2, 3), prefix=prefix, params=params)

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        # A compiled graph has no shapes to look at.
        if isinstance(X, np.ndarray) and X.ndim != 4:
            raise ValueError(
                "SpatialDropout drops channels of feature maps (m, c, h, w), "
                f"and got an input of shape {X.shape}"
            )
        return super().hybrid_forward(F, X)
