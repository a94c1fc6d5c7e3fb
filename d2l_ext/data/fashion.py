"""Fashion-MNIST, downloaded at its first use."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from d2l_ext.data.digits import bilinear_weights
from d2l_ext.data.download import FASHION_MNIST, Source, fetch
from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.engine.device import context
from d2l_ext.validate import whole_number

import mxnet as mx
import numpy as np

NUM_CLASSES = 10


def load_fashion_mnist(
    batch_size: int, resize: int | None = None, source: Source = FASHION_MNIST
) -> tuple[MiniBatches, MiniBatches]:
    """Returns Fashion-MNIST, downloaded at the first call.

    The files are kept in the folder ``fashion-mnist`` under ``D2L_EXT_DATA``
    and verified each time; once they are there, no network is needed.

    Parameters
    ----------
    batch_size : int
        How many examples a batch has.
    resize : int, optional
        Height and width to resize to, bilinearly; by default 28, as they are.
        Each batch is resized as it is drawn: all of them at 96x96 would take
        2.6 GB.
    source : Source
        The mirrors and checksums; another one for a mirror of your own.

    Returns
    -------
    train_iter, test_iter : MiniBatches
        X has shape (n, 1, height, width) and values from 0 to 1; y from 0 to
        9. Only the training set is shuffled.

    Raises
    ------
    ValueError
        If ``batch_size`` or ``resize`` is not a whole number from 1, or if a
        file is not what its name says.
    DownloadError
        If a file is neither in the folder nor to be had from any mirror.
    """
    whole_number("batch_size", batch_size)
    if resize is not None:
        whole_number("resize", resize)
    missing = sorted({*FASHION_MNIST.checksums} - {*source.checksums})
    if missing:
        raise ValueError(f"the source has no checksum of {missing}")
    files = fetch(source)
    train_iter, test_iter = (
        _fashion_mnist_part(files, part, batch_size, resize)
        for part in ("train", "t10k")
    )
    return train_iter, test_iter


def read_idx(name: str, data: bytes, ndim: int) -> np.ndarray:
    """Returns the uint8 array in a gzipped IDX file.

    Raises
    ------
    ValueError
        If ``data`` is not a whole IDX file of unsigned bytes with ``ndim``
        dimensions.
    """
    try:
        raw = gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{name} is not a whole gzip file: {error}") from None
    # Two zero bytes, 8 for unsigned bytes, the number of dimensions; then
    # each dimension as a big-endian 32-bit number, then the bytes.
    magic = bytes((0, 0, 8, ndim))
    if raw[:4] != magic:
        raise ValueError(
            f"{name} is not an IDX file of bytes with {ndim} dimensions: it "
            f"begins with {raw[:4].hex()}, not {magic.hex()}"
        )
    start = 4 + 4 * ndim
    if len(raw) < start:
        raise ValueError(f"{name} is truncated: it ends within its header")
    shape = struct.unpack(f">{ndim}I", raw[4:start])
    values = np.frombuffer(raw, np.uint8, offset=start)
    count = int(np.prod(shape, dtype=object))
    if values.size != count:
        raise ValueError(
            f"{name} holds {values.size} bytes, and its header says {shape}, "
            f"which is {count}"
        )
    return values.reshape(shape)


def _fashion_mnist_part(
    files: Mapping[str, bytes], part: str, batch_size: int, resize: int | None
) -> MiniBatches:
    """Returns the batches of one pair of files."""
    images_name = f"{part}-images-idx3-ubyte.gz"
    labels_name = f"{part}-labels-idx1-ubyte.gz"
    images = read_idx(images_name, files[images_name], ndim=3)
    labels = read_idx(labels_name, files[labels_name], ndim=1)
    if len(images) != len(labels):
        raise ValueError(
            f"{images_name} has {len(images)} images and {labels_name} has "
            f"{len(labels)} labels"
        )
    if (labels >= NUM_CLASSES).any():
        raise ValueError(
            f"{labels_name} has the label {labels.max()}; the classes are 0 "
            f"to {NUM_CLASSES - 1}"
        )
    ctx = context()
    return MiniBatches(
        np.divide(images[:, None], 255, dtype=np.float32),
        labels,
        batch_size,
        shuffle=part == "train",
        ctx=ctx,
        transform=(
            None if resize is None else _resizer(images.shape[1:], resize, ctx)
        ),
    )


def _resizer(
    shape: tuple[int, ...], size: int, ctx: mx.Context
) -> Callable[[Any], Any]:
    """Returns a function that resizes batches of (n, 1, *shape)."""
    rows, columns = (
        mx.np.array(bilinear_weights(old, size), dtype="float32", ctx=ctx)
        for old in shape
    )
    # Of the two products only this one needs matmul, which is slower.
    return lambda X: mx.np.matmul(rows, mx.np.dot(X, columns.T))
