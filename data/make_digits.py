"""Writes digits.npz, the data set that d2l_ext embeds.

Run once, from the root of the checkout (scikit-learn is needed here only)::

    uv run --group data python data/make_digits.py

The 1,797 scans of 8x8 pixels with values 0 to 16 are the test part of the
UCI "Optical Recognition of Handwritten Digits" data set, as scikit-learn
carries it. The train/test split is stratified and fixed: of each class, every
fifth image in an order drawn once with seed 0 belongs to the test set.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).with_name("digits.npz")


def stratified_test_mask(labels, every=5, seed=0):
    """Returns a bool array, true for the images of the test set."""
    rng = np.random.default_rng(seed)
    mask = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        mask[members[::every]] = True
    return mask


def main():
    digits = load_digits()
    labels = digits.target.astype(np.uint8)
    np.savez_compressed(
        TARGET,
        images=digits.images.astype(np.uint8),
        labels=labels,
        is_test=stratified_test_mask(labels),
    )
    print(
        f"{TARGET.name}: {len(labels)} images, {TARGET.stat().st_size} bytes"
    )


if __name__ == "__main__":
    main()
