"""Networks that are no chain: several inputs, several outputs, one encoder.

A network is a layer, too: what is called ``encoder`` or ``head`` here is any
block, and one that is listed twice is shared, its weights with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mxnet import gluon, np

#: How outputs of encoders become one input of a head.
MERGES = ("concatenate", "difference")


class MultiInput(gluon.HybridBlock):
    r"""An encoder for each input, and a head for what they give.

    One encoder listed twice makes a Siamese network: both inputs meet the
    same weights, and with ``merge="difference"`` exchanging them changes
    nothing.

    Parameters
    ----------
    encoders : sequence of gluon.HybridBlock
        For each input the block that makes it a vector, from (m, ...) to
        (m, d).
    head : gluon.HybridBlock
        From (m, sum of all d), or from (m, d), to the output.
    merge : {'concatenate', 'difference'}
        Puts the vectors behind each other, or takes :math:`|a - b|` of two.

    Inputs: as many arrays as encoders, each of m examples. Outputs: those of
    the head.

    Raises
    ------
    ValueError
        At construction, without encoders, for a merge that is not known, or a
        difference of other than two; when called, for another number of
        inputs, of different numbers of examples, or encoders whose outputs
        do not fit.

    Source: Bromley et al. (1994), for the Siamese network.
    """

    def __init__(
        self,
        encoders: Sequence[gluon.HybridBlock],
        head: gluon.HybridBlock,
        merge: str = "concatenate",
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        if not encoders:
            raise ValueError("encoders needs a block for each input")
        if merge not in MERGES:
            raise ValueError(
                f"merge={merge!r} is not known; use one of: "
                + ", ".join(MERGES)
            )
        if merge == "difference" and len(encoders) != 2:
            raise ValueError(
                f"a difference is that of two inputs, not of {len(encoders)}"
            )
        self.encoders = tuple(encoders)
        for i, encoder in enumerate(dict.fromkeys(encoders)):
            self.register_child(encoder, f"encoder{i}")
        self.head = head
        self.merge = merge

    def forward(self, *inputs: Any) -> Any:
        if len(inputs) != len(self.encoders):
            raise ValueError(
                f"this network has {len(self.encoders)} inputs, and got "
                f"{len(inputs)}"
            )
        sizes = {len(X) for X in inputs if isinstance(X, np.ndarray)}
        if len(sizes) > 1:
            raise ValueError(
                "all inputs have one row an example, and these have shapes "
                + ", ".join(str(X.shape) for X in inputs)
            )
        return super().forward(*inputs)

    def hybrid_forward(self, F: Any, *inputs: Any) -> Any:
        vectors = [
            encoder(X)
            for encoder, X in zip(self.encoders, inputs, strict=True)
        ]
        self._require_vectors(vectors)
        if self.merge == "difference":
            merged = F.np.abs(vectors[0] - vectors[1])
        else:
            merged = F.np.concatenate(vectors, axis=1)  # (m, sum of all d)
        return self.head(merged)

    def _require_vectors(self, vectors: Sequence[Any]) -> None:
        # A compiled graph has no shapes to look at.
        if not isinstance(vectors[0], np.ndarray):
            return
        shapes = [vector.shape for vector in vectors]
        if any(len(shape) != 2 for shape in shapes):
            raise ValueError(
                "an encoder gives a vector an example, (m, d), and these give "
                + ", ".join(map(str, shapes))
            )
        if self.merge == "difference" and shapes[0] != shapes[1]:
            raise ValueError(
                "a difference is taken of vectors of one length, and these "
                f"have shapes {shapes[0]} and {shapes[1]}"
            )


class MultiOutput(gluon.HybridBlock):
    """One encoder, and a head for each thing to predict.

    Parameters
    ----------
    encoder : gluon.HybridBlock
        What all predictions share, from (m, ...).
    heads : mapping of str to gluon.HybridBlock
        What predicts from the encoder's output, by what it predicts.

    Inputs: ``X``, that of the encoder. Outputs: a list of what the heads
    give, in their order.

    Raises
    ------
    ValueError
        If there is no head, or they are not given by their names.

    Source: Caruana (1997), section 1.
    """

    def __init__(
        self,
        encoder: gluon.HybridBlock,
        heads: Mapping[str, gluon.HybridBlock],
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        if not isinstance(heads, Mapping) or not heads:
            raise ValueError(
                "heads are blocks by what they predict, such as "
                "{'class': nn.Dense(10)}, one or more"
            )
        self.encoder = encoder
        self.heads = dict(heads)
        for name, head in self.heads.items():
            self.register_child(head, f"head.{name}")

    def hybrid_forward(self, F: Any, X: Any) -> Any:
        encoded = self.encoder(X)
        return [head(encoded) for head in self.heads.values()]


class WeightedLoss(gluon.HybridBlock):
    r"""The loss of several outputs, :math:`\sum_i w_i \, \ell_i`.

    Losses of different units cannot be added as they are: the one with the
    largest numbers would be all that is learned. The weights say how many of
    one are worth one of another.

    Parameters
    ----------
    losses : sequence of gluon.loss.Loss
        A loss an example for each output.
    weights : sequence of float, optional
        A number from 0 for each; by default 1.

    Inputs: ``outputs`` and ``labels``, a list of arrays each, one for each
    loss. Outputs: an array of shape (m,).

    Raises
    ------
    ValueError
        At construction, if there is no loss, there are not as many weights,
        or one is no number from 0; when called, if there are not as many
        outputs or labels.
    """

    def __init__(
        self,
        losses: Sequence[gluon.loss.Loss],
        weights: Sequence[float] | None = None,
        prefix: str | None = None,
        params: gluon.ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        if not losses:
            raise ValueError("losses needs one for each output")
        weights = [1.0] * len(losses) if weights is None else list(weights)
        if len(weights) != len(losses):
            raise ValueError(
                f"there are {len(losses)} losses and {len(weights)} weights: "
                "give one for each output"
            )
        for weight in weights:
            if not 0 <= weight < math.inf:
                raise ValueError(f"a weight is a number from 0, not {weight}")
        self.losses, self.weights = tuple(losses), tuple(weights)
        for i, loss in enumerate(dict.fromkeys(losses)):
            self.register_child(loss, f"loss{i}")

    def forward(self, outputs: Any, labels: Any) -> Any:
        for name, given in (("outputs", outputs), ("labels", labels)):
            if len(given) != len(self.losses):
                raise ValueError(
                    f"there are {len(self.losses)} losses, and {len(given)} "
                    f"{name}"
                )
        return super().forward(list(outputs), list(labels))

    def hybrid_forward(self, F: Any, outputs: Any, labels: Any) -> Any:
        each = zip(self.weights, self.losses, outputs, labels, strict=True)
        return sum(weight * loss(y_hat, y) for weight, loss, y_hat, y in each)
