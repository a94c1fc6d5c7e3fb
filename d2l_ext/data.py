"""The data sets: digits, which are embedded, and Fashion-MNIST."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from d2l_ext.config import settings
from d2l_ext.download import FASHION_MNIST, Source, fetch
from d2l_ext.engine.device import context
from d2l_ext.minibatches import MiniBatches, whole_number

import mxnet as mx
import numpy as np

NUM_CLASSES = 10


def load_digits(
    batch_size: int, size: int = 28
) -> tuple[MiniBatches, MiniBatches]:
    """Returns the 1,797 handwritten digits that the package carries.

    They are scans of 8x8 pixels (Alpaydin and Kaynak, 1998), enlarged
    bilinearly. The split is fixed and stratified: of each class, every fifth
    image is in the test set.

    Parameters
    ----------
    batch_size : int
        How many examples a batch has.
    size : int
        Height and width of the images, 8 (as scanned) or more.

    Returns
    -------
    train_iter, test_iter : MiniBatches
        X has shape (n, 1, size, size) and values from 0 to 1; y from 0 to 9.
        Only the training set is shuffled.

    Raises
    ------
    ValueError
        If ``batch_size`` or ``size`` is not such a number.
    """
    whole_number("batch_size", batch_size)
    whole_number("size", size, smallest=8)
    file = resources.files("d2l_ext") / "_files" / "digits.npz"
    with file.open("rb") as stream, np.load(stream) as digits:
        images, labels = digits["images"], digits["labels"]
        is_test = digits["is_test"]
    weights = bilinear_weights(8, size)
    X = weights @ (images[:, None].astype(np.float32) / 16) @ weights.T
    return (
        MiniBatches(X[~is_test], labels[~is_test], batch_size),
        MiniBatches(X[is_test], labels[is_test], batch_size, shuffle=False),
    )


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


def load_images(
    *, quick: Mapping[str, Any], full: Mapping[str, Any]
) -> tuple[MiniBatches, MiniBatches]:
    """Returns the data set of the scale that is set.

    Parameters
    ----------
    quick : mapping
        Arguments of :func:`load_digits`, for the scale ``quick``.
    full : mapping
        Arguments of :func:`load_fashion_mnist`, for the scale ``full``.

    Returns
    -------
    train_iter, test_iter : MiniBatches
        As from these functions.
    """
    if settings().full:
        return load_fashion_mnist(**full)
    return load_digits(**quick)


def bilinear_weights(size: int, new_size: int) -> np.ndarray:
    """Returns W such that ``W @ image @ W.T`` is the image resized.

    Row i of the (new_size, size) matrix holds how much each old pixel counts
    in new pixel i: 1 - distance between their centers, if that is positive.
    Centers lie at half-integers; beyond the outermost ones an image goes on
    with its outermost pixels. OpenCV and Gluon's ``Resize`` do the same.
    """
    center = (np.arange(new_size) + 0.5) * size / new_size - 0.5
    center = center.clip(0, size - 1)
    distance = np.abs(center[:, None] - np.arange(size))
    return np.maximum(0, 1 - distance).astype(np.float32)


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
