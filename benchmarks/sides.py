"""The sides of each comparison; each runs in a process of its own.

    python benchmarks/sides.py NAME [SIZE]

prints one number: examples a second, or seconds, whichever NAME measures.
Data are the embedded digits at 28x28, repeated to the number of examples.
"""

from __future__ import annotations

import contextlib
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: What MXNet 1.9.1 wants of NumPy while it is imported.
OLD_NAMES = (
    *("bool", "PZERO", "NZERO", "PINF", "NINF", "NaN", "NAN", "Inf"),
    *("alltrue", "in1d", "msort", "trapz", "round_", "product", "cumproduct"),
    *("sometrue", "row_stack", "npv", "mirr", "pmt", "ppmt", "pv", "rate"),
)

BATCH_SIZE = 256
NUM_TRAIN, NUM_TEST = 10_240, 2_048
LENET_EPOCHS, DEEP_EPOCHS = 4, 2
#: Numbers of examples for the deep networks, which take longer on each.
SMALL = 2_048, 512
#: Seconds for which steps are counted.
STEPS_SECONDS = 3


def lenet_fit() -> float:
    """`fit` on LeNet with batch normalization."""
    import d2l_ext

    return _fit_rate(
        lambda: d2l_ext.lenet(norm="batch"), _minibatches(), LENET_EPOCHS
    )


def lenet_d2l() -> float:
    """`d2l.train_ch6` on the same network and mini-batches, drawing off."""
    return _train_ch6_rate(_minibatches(), draw=False)


def lenet_d2l_as_is() -> float:
    """`d2l.train_ch6` as it is: d2l's loader, and its live figure."""
    import d2l_ext  # noqa: F401 - makes mxnet importable

    from d2l import mxnet as d2l

    loaders = _data_loaders(d2l.get_dataloader_workers())
    return _train_ch6_rate(loaders, draw=True)


def lenet_torch() -> float:
    """A plain PyTorch loop on the same network."""
    return _torch_rate("lenet", LENET_EPOCHS, NUM_TRAIN, NUM_TEST)


def resnet_fit() -> float:
    """`fit` on a CIFAR-style ResNet-20."""
    return _fit_rate(_resnet20, _minibatches(*SMALL), DEEP_EPOCHS)


def resnet_d2l() -> float:
    """`d2l.train_ch6` on the same network and mini-batches, drawing off."""
    return _train_ch6_rate(
        _minibatches(*SMALL), draw=False, make_net=_resnet20
    )


def resnet_torch() -> float:
    """A plain PyTorch loop on the same network."""
    return _torch_rate("resnet20", DEEP_EPOCHS, *SMALL)


def densenet_fit() -> float:
    """`fit` on the small DenseNet."""
    from d2l_ext import small_densenet

    return _fit_rate(small_densenet, _minibatches(*SMALL), DEEP_EPOCHS)


def densenet_d2l() -> float:
    """`d2l.train_ch6` on the same network and mini-batches, drawing off."""
    from d2l_ext import small_densenet

    return _train_ch6_rate(
        _minibatches(*SMALL), draw=False, make_net=small_densenet
    )


def densenet_torch() -> float:
    """A plain PyTorch loop on the same network."""
    return _torch_rate("small_densenet", DEEP_EPOCHS, *SMALL)


def lenet_steps() -> float:
    """Steps of training LeNet with batch normalization."""
    from d2l_ext import lenet

    return _step_rate(lenet(norm="batch"), (256, 1, 28, 28))


def resnet20_steps() -> float:
    """Steps of training a CIFAR-style ResNet-20."""
    return _step_rate(_resnet20(), (256, 1, 28, 28))


def resnet18_steps() -> float:
    """Steps of training a ResNet-18 at 96x96."""
    from d2l_ext import resnet18

    return _step_rate(resnet18(), (32, 1, 96, 96))


def batches_ours() -> float:
    """One pass over in-memory mini-batches."""
    train_iter, _ = _minibatches()
    return _iteration_rate(train_iter, passes=20)


def batches_gluon() -> float:
    """One pass over Gluon's DataLoader with ToTensor."""
    train_iter, _ = _data_loaders()
    return _iteration_rate(train_iter, passes=2)


def import_ours() -> float:
    """Seconds of `import d2l_ext` in a new process."""
    start = time.perf_counter()
    import d2l_ext  # noqa: F401

    return time.perf_counter() - start


def import_mxnet() -> float:
    """Seconds of `import mxnet` alone, with NumPy's old names put back."""
    start = time.perf_counter()
    import builtins

    import numpy

    for name in OLD_NAMES:
        if name not in vars(numpy):
            setattr(numpy, name, getattr(builtins, name, 0.0))
    import mxnet  # noqa: F401

    return time.perf_counter() - start


def course_grade(number: int = 100) -> float:
    """`course grade`: submissions of two notebooks a second."""
    from courses import submissions_a_second

    return submissions_a_second("ours", number)


def course_nbgrader(number: int = 100) -> float:
    """`nbgrader autograde` on the same submissions."""
    from courses import submissions_a_second

    return submissions_a_second("nbgrader", number)


def _arrays(num_train: int, num_test: int) -> tuple[Any, ...]:
    import d2l_ext

    import numpy as np

    parts = d2l_ext.load_digits(BATCH_SIZE)
    arrays = []
    for part, size in zip(parts, (num_train, num_test), strict=True):
        index = np.arange(size) % part.num_examples
        arrays += [part.X.asnumpy()[index], part.y.asnumpy()[index]]
    return tuple(arrays)


def _minibatches(
    num_train: int = NUM_TRAIN, num_test: int = NUM_TEST
) -> tuple[Any, Any]:
    from d2l_ext import MiniBatches

    X, y, X_test, y_test = _arrays(num_train, num_test)
    return (
        MiniBatches(X, y, BATCH_SIZE),
        MiniBatches(X_test, y_test, BATCH_SIZE, shuffle=False),
    )


def _data_loaders(num_workers: int = 0) -> tuple[Any, Any]:
    X, y, X_test, y_test = _arrays(NUM_TRAIN, NUM_TEST)
    from mxnet import gluon, np

    def loader(X: Any, y: Any, shuffle: bool) -> Any:
        images = np.array((X[:, 0, :, :, None] * 255).round(), dtype="uint8")
        data = gluon.data.ArrayDataset(images, y)
        to_tensor = gluon.data.vision.transforms.ToTensor()
        return gluon.data.DataLoader(
            data.transform_first(to_tensor),
            BATCH_SIZE,
            shuffle=shuffle,
            num_workers=num_workers,
        )

    return loader(X, y, True), loader(X_test, y_test, False)


def _fit_rate(
    make_net: Callable[[], Any], data: Any, num_epochs: int
) -> float:
    import d2l_ext  # noqa: F401 - makes mxnet importable
    from d2l_ext import fit

    from mxnet import init

    net = make_net()
    net.initialize(init.Xavier())
    options: dict[str, Any] = {"lr": 0.1, "progress": False}
    fit(net, *data, num_epochs=1, **options)
    return _rate(
        lambda: fit(net, *data, num_epochs=num_epochs, **options),
        num_epochs * data[0].num_examples,
    )


def _step_rate(net: Any, shape: tuple[int, ...]) -> float:
    """Examples a second of steps on one batch of a shape, for some seconds."""
    import d2l_ext

    from mxnet import init, np

    d2l_ext.seed()
    net.initialize(init.Xavier())
    X = np.random.uniform(size=shape)
    batch = d2l_ext.MiniBatches(X, np.arange(len(X)) % 10, len(X))
    options: dict[str, Any] = {"num_epochs": 1, "lr": 0.01, "progress": False}
    d2l_ext.fit(net, batch, **options)
    start, seconds, steps = time.perf_counter(), 0.0, 0
    while seconds < STEPS_SECONDS:
        d2l_ext.fit(net, batch, **options)
        seconds, steps = time.perf_counter() - start, steps + 1
    return steps * len(X) / seconds


def _resnet20() -> Any:
    from d2l_ext import small_resnet

    return small_resnet(20, channels=(16, 32, 64))


def _train_ch6_rate(
    data: Any,
    draw: bool,
    make_net: Callable[[], Any] | None = None,
) -> float:
    """Examples a second; without `make_net`, on LeNet with batch norm."""
    import d2l_ext

    from d2l import mxnet as d2l

    if not draw:
        d2l.Animator = lambda **_: type("Off", (), {"add": lambda *_: None})()
    net = make_net() if make_net else d2l_ext.lenet(norm="batch")
    num_epochs = DEEP_EPOCHS if make_net else LENET_EPOCHS
    num_train = SMALL[0] if make_net else NUM_TRAIN
    ctx = d2l_ext.context()
    with contextlib.redirect_stdout(io.StringIO()):
        d2l.train_ch6(net, *data, 1, 0.1, ctx)
        return _rate(
            lambda: d2l.train_ch6(net, *data, num_epochs, 0.1, ctx),
            num_epochs * num_train,
        )


def _torch_rate(
    name: str, num_epochs: int, num_train: int, num_test: int
) -> float:
    import torch
    from peers import NETWORKS

    net = NETWORKS[name]()
    X, y, X_test, y_test = _torch_tensors(num_train, num_test)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    loss = torch.nn.CrossEntropyLoss()

    def train(num_epochs: int) -> None:
        for _ in range(num_epochs):
            net.train()
            order = torch.randperm(len(X))
            for index in order.split(BATCH_SIZE):
                optimizer.zero_grad()
                y_hat = net(X[index])
                value = loss(y_hat, y[index])
                value.backward()
                optimizer.step()
                value.item()
                (y_hat.argmax(1) == y[index]).sum()
            net.eval()
            with torch.no_grad():
                for X_part, y_part in zip(
                    X_test.split(BATCH_SIZE),
                    y_test.split(BATCH_SIZE),
                    strict=True,
                ):
                    (net(X_part).argmax(1) == y_part).sum().item()

    train(1)
    return _rate(lambda: train(num_epochs), num_epochs * num_train)


def _torch_tensors(num_train: int, num_test: int) -> list[Any]:
    """The same data; without MXNet, which would change PyTorch's threads."""
    import numpy as np
    import torch

    file = Path(__file__).resolve().parent.parent / "data" / "digits.npz"
    with np.load(file) as digits:
        images = torch.tensor(digits["images"] / 16, dtype=torch.float32)
        labels = torch.tensor(digits["labels"]).long()
        is_test = torch.tensor(digits["is_test"])
    X = torch.nn.functional.interpolate(images[:, None], 28, mode="bilinear")
    tensors = []
    for part, size in ((~is_test, num_train), (is_test, num_test)):
        index = torch.arange(size) % int(part.sum())
        tensors += [X[part][index], labels[part][index]]
    return tensors


def _iteration_rate(train_iter: Any, passes: int) -> float:
    import mxnet as mx

    def run() -> None:
        for _ in range(passes):
            for _batch in train_iter:
                pass
        mx.nd.waitall()

    next(iter(train_iter))
    return _rate(run, passes * NUM_TRAIN)


def _rate(run: Callable[[], Any], num_examples: int) -> float:
    start = time.perf_counter()
    run()
    return num_examples / (time.perf_counter() - start)


if __name__ == "__main__":
    print(globals()[sys.argv[1]](*map(int, sys.argv[2:])))
