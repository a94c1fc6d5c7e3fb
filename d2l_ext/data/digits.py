"""The handwritten digits that the package carries."""

from __future__ import annotations

from importlib import resources

from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.validate import whole_number

import numpy as np


def load_digits(
    batch_size: int, size: int = 28, *, split: int = 0
) -> tuple[MiniBatches, MiniBatches]:
    """Returns the 1,797 handwritten digits that the package carries.

    They are scans of 8x8 pixels (Alpaydin and Kaynak, 1998), enlarged
    bilinearly. The split is stratified: of each class, one image in five is
    in the test set.

    Parameters
    ----------
    batch_size : int
        How many examples a batch has.
    size : int
        Height and width of the images, 8 (as scanned) or more.
    split : int
        Which split: 0 is the one that all who use these digits here share,
        with every fifth image of a class in the test set. Each other number
        draws the test images of a class anew. An experiment that is repeated
        over splits depends less on 364 images.

    Returns
    -------
    train_iter, test_iter : MiniBatches
        X has shape (n, 1, size, size) and values from 0 to 1; y from 0 to 9.
        Only the training set is shuffled.

    Raises
    ------
    ValueError
        If ``batch_size``, ``size`` or ``split`` is not such a number.
    """
    whole_number("batch_size", batch_size)
    whole_number("size", size, smallest=8)
    file = resources.files("d2l_ext") / "_files" / "digits.npz"
    with file.open("rb") as stream, np.load(stream) as digits:
        images, labels = digits["images"], digits["labels"]
        is_test = digits["is_test"]
    if whole_number("split", split, smallest=0):
        is_test = _drawn(split, labels, is_test)
    weights = bilinear_weights(8, size)
    X = weights @ (images[:, None].astype(np.float32) / 16) @ weights.T
    return (
        MiniBatches(X[~is_test], labels[~is_test], batch_size),
        MiniBatches(X[is_test], labels[is_test], batch_size, shuffle=False),
    )


def _drawn(split: int, labels: np.ndarray, is_test: np.ndarray) -> np.ndarray:
    """Returns another split with as many test images of each class."""
    rng = np.random.default_rng(split)
    drawn = np.zeros_like(is_test)
    for label in range(10):
        of_class = np.flatnonzero(labels == label)
        count = int(is_test[of_class].sum())
        drawn[rng.permutation(of_class)[:count]] = True
    return drawn


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
