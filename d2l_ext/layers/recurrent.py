"""Sequences as vectors."""

from __future__ import annotations

from typing import Any

from d2l_ext.validate import whole_number

from mxnet import gluon, np
from mxnet.gluon import nn, rnn


class SequenceEncoder(gluon.HybridBlock):
    """Reads a sequence of tokens with an LSTM and gives its last state.

    Shorter sequences of a batch are padded *at the front*, so that the last
    state has seen the end of each of them.

    Parameters
    ----------
    num_tokens : int
        How many tokens there are: 0, 1, ..., num_tokens - 1.
    embed_size : int
        The length of a token's vector.
    num_hiddens : int
        The length of the state, d.

    Inputs: ``X``, whole numbers of shape (m, t), t from 1. Outputs: an array
    of shape (m, d).

    Raises
    ------
    ValueError
        At construction, if a size is not a whole number from 1; when called,
        for an input of another shape, without steps, or with a number that is
        no token.

    Source: Hochreiter and Schmidhuber (1997).
    """

    def __init__(
        self,
        num_tokens: int,
        embed_size: int,
        num_hiddens: int,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self._num_tokens = whole_number("num_tokens", num_tokens)
        self.embedding = nn.Embedding(
            num_tokens, whole_number("embed_size", embed_size)
        )
        self._num_hiddens = whole_number("num_hiddens", num_hiddens)
        self.lstm = rnn.LSTM(num_hiddens, layout="NTC", input_size=embed_size)

    def forward(self, X: Any) -> Any:
        # Symbols have neither shape nor values.
        if isinstance(X, np.ndarray):
            self._require_tokens(X)
        return super().forward(X)

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        vectors = self.embedding(X)  # (m, t) -> (m, t, embed_size)
        # Gluon's own first state has no examples in a compiled graph.
        zero = F.np.zeros_like(vectors[:, :1, 0])  # (m, 1)
        zeros = F.np.repeat(zero, self._num_hiddens, axis=1)  # (m, d)
        first = F.np.expand_dims(zeros, 0)  # one layer: (1, m, d)
        states, _ = self.lstm(vectors, [first, first])
        return states[:, -1, :]  # (m, t, d) -> (m, d)

    def _require_tokens(self, X: np.ndarray) -> None:
        if X.ndim != 2 or not X.size:
            raise ValueError(
                "sequences have shape (m, t), with one step or more, and "
                f"these have {X.shape}"
            )
        # MXNet would take the nearest token instead.
        low, high = int(X.min()), int(X.max())
        if low < 0 or high >= self._num_tokens:
            raise ValueError(
                f"tokens are 0 to {self._num_tokens - 1}, and these run from "
                f"{low} to {high}"
            )
