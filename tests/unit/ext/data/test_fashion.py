"""Fashion-MNIST is what its files hold."""

from __future__ import annotations

import gzip
import hashlib
import re
import struct

from d2l_ext import config
from d2l_ext.data import (
    download,
    fashion,
    load_digits,
    load_fashion_mnist,
)
from d2l_ext.data.download import Source
from d2l_ext.data.fashion import read_idx
from d2l_ext.engine import device

import clothes
import mxnet as mx
import numpy as np
import pytest


def idx(array):
    """Returns ``array`` as the bytes of a gzipped IDX file."""
    header = bytes((0, 0, 8, array.ndim))
    header += struct.pack(f">{array.ndim}I", *array.shape)
    return zipped(header + array.astype(np.uint8).tobytes())


def zipped(content):
    """Returns the same bytes each time: they are in the tests' names."""
    return gzip.compress(content, mtime=0)


def some_files(rng, num_train=20, num_test=7):
    """Returns small files under the data set's names."""
    files = {}
    for part, n in (("train", num_train), ("t10k", num_test)):
        images = rng.integers(0, 256, (n, 28, 28))
        files[f"{part}-images-idx3-ubyte.gz"] = idx(images)
        files[f"{part}-labels-idx1-ubyte.gz"] = idx(np.arange(n) % 10)
    return files


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Returns a cache folder of the test's own."""
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    settings = config.read({"D2L_EXT_DATA": str(tmp_path)})
    monkeypatch.setattr(download, "settings", lambda: settings)
    return folder


def keep(cache, files):
    """Puts files into the cache; returns a source that believes them."""
    for name, content in files.items():
        (cache / name).write_bytes(content)
    return Source(
        urls=(),
        checksums={
            name: "sha256:" + hashlib.sha256(content).hexdigest()
            for name, content in files.items()
        },
    )


def test_data_are_on_the_context_that_is_set(monkeypatch, cache, rng):
    on_second = config.read({"D2L_EXT_CTX": "cpu(1)"})
    monkeypatch.setattr(device, "settings", lambda: on_second)
    source = keep(cache, some_files(rng))
    for batches in (
        *load_digits(64),
        *load_fashion_mnist(4, source=source),
        *load_fashion_mnist(4, resize=32, source=source),
    ):
        X, y = next(iter(batches))
        assert str(X.ctx) == str(y.ctx) == "cpu(1)"


def test_fashion_mnist_is_what_its_files_hold(cache, rng):
    files = some_files(rng)
    train_iter, test_iter = load_fashion_mnist(6, source=keep(cache, files))
    for part, batches in (("train", train_iter), ("t10k", test_iter)):
        images = read_idx("", files[f"{part}-images-idx3-ubyte.gz"], 3)
        to_tensor = mx.gluon.data.vision.transforms.ToTensor()
        expected = to_tensor(mx.np.array(images[..., None], dtype="uint8"))
        assert (expected == batches.X).all()
        assert batches.y.tolist() == [i % 10 for i in range(len(images))]
    assert [len(y) for _, y in test_iter] == [6, 1]


def test_only_the_training_part_of_fashion_mnist_is_shuffled(cache, rng):
    source = keep(cache, some_files(rng))
    train_iter, test_iter = load_fashion_mnist(50, source=source)
    (_, train), (_, test) = next(iter(train_iter)), next(iter(test_iter))
    assert train.tolist() != train_iter.y.tolist()
    assert test.tolist() == test_iter.y.tolist()


@pytest.mark.parametrize("resize", [14, 28, 40, 96])
def test_resizing_agrees_with_gluon_to_its_rounding(cache, rng, resize):
    source = keep(cache, some_files(rng))
    _, test_iter = load_fashion_mnist(4, resize, source)
    theirs = mx.gluon.data.vision.transforms.Resize(resize)
    images = (test_iter.X * 255).transpose(0, 2, 3, 1).astype("uint8")
    expected = theirs(images).asnumpy().transpose(0, 3, 1, 2)
    ours = np.concatenate([X.asnumpy() for X, _ in test_iter])
    assert ours.shape == (7, 1, resize, resize)
    # Gluon rounds to whole gray levels, ours does not.
    assert abs(255 * ours - expected).max() < 1.01


def test_images_that_are_not_square_are_resized_along_both_axes(cache, rng):
    files = some_files(rng)
    wide = np.repeat(np.arange(4)[:, None] * 85, 12, axis=1)
    files["t10k-images-idx3-ubyte.gz"] = idx(np.stack([wide] * 7))
    _, test_iter = load_fashion_mnist(7, 4, keep(cache, files))
    X, _ = next(iter(test_iter))
    np.testing.assert_allclose(X[0, 0].asnumpy(), wide[:, :4] / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "batch_size is 1 or more, not 0"),
        ({"batch_size": 2, "resize": 0}, "resize is 1 or more, not 0"),
        (
            {"batch_size": 2, "resize": (96, 96)},
            r"resize is a whole number, not \(96, 96\)",
        ),
        (
            {"batch_size": 2, "source": Source((), {})},
            "no checksum of .*'train-labels-idx1-ubyte.gz'",
        ),
    ],
)
def test_fashion_mnist_refuses_before_it_downloads(
    monkeypatch, arguments, message
):
    monkeypatch.setattr(fashion, "fetch", None)
    with pytest.raises(ValueError, match=message):
        load_fashion_mnist(**arguments)


def swapped(files):
    (
        files["train-labels-idx1-ubyte.gz"],
        files["train-images-idx3-ubyte.gz"],
    ) = (
        files["train-images-idx3-ubyte.gz"],
        files["train-labels-idx1-ubyte.gz"],
    )


def fewer_labels(files):
    files["train-labels-idx1-ubyte.gz"] = idx(np.zeros(19))


def eleventh_class(files):
    files["t10k-labels-idx1-ubyte.gz"] = idx(np.array([0, 1, 2, 10, 4, 5, 6]))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (swapped, "train-images.* not an IDX file of bytes with 3 dimensions"),
        (fewer_labels, "train-images.* 20 images and train-labels.* 19"),
        (eleventh_class, "t10k-labels.* has the label 10; .* 0 to 9"),
    ],
)
def test_files_that_do_not_fit_together_are_named(cache, rng, spoil, message):
    files = some_files(rng)
    spoil(files)
    with pytest.raises(ValueError, match=message):
        load_fashion_mnist(4, source=keep(cache, files))


WHOLE = idx(np.zeros((2, 3)))


RAW = gzip.decompress(WHOLE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with"),
        (b"<html>not found</html>", "is not a whole gzip file"),
        (WHOLE[:-9], "is not a whole gzip file"),
        (WHOLE[:12] + b"\xff" * 9 + WHOLE[21:], "is not a whole gzip file"),
        (zipped(RAW[:9]), "ends within its header"),
        (zipped(RAW[:-1]), r"5 bytes, .* says \(2, 3\), which is 6"),
        (zipped(RAW + b"0"), "7 bytes"),
        (zipped(b"\0\0\x0d\2" + RAW[4:]), "begins with 00000d02"),
        (
            zipped(RAW[:4] + b"\xff" * 8 + RAW[12:]),
            f"which is {(2**32 - 1) ** 2}",
        ),
    ],
)
def test_an_idx_file_that_is_not_whole_is_refused(content, message):
    with pytest.raises(ValueError, match=re.compile(f"file.gz.*{message}")):
        read_idx("file.gz", content, ndim=2)


def test_real_clothes_are_told_apart_by_the_nearest_centroid(cache):
    clothes.keep(cache)
    train, test = load_fashion_mnist(256, source=clothes.source())
    assert (train.num_examples, test.num_examples) == (750, 150)
    y = train.y.asnumpy()
    centroids = np.stack(
        [train.X.asnumpy()[y == label].mean(axis=0) for label in range(10)]
    )
    distance = ((test.X.asnumpy()[:, None] - centroids) ** 2).sum((2, 3, 4))
    accuracy = (distance.argmin(axis=1) == test.y.asnumpy()).mean()
    assert 0.65 < accuracy < 0.67
