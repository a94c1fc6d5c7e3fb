"""The sides of each comparison; each runs in a process of its own.

    python benchmarks/sides.py NAME

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
LENET_EPOCHS, RESNET_EPOCHS = 4, 2


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
    from torch import nn

    net = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.BatchNorm2d(6), nn.Sigmoid()),
        nn.MaxPool2d(2),
        *(nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.Sigmoid()),
        *(nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(256, 120), nn.BatchNorm1d(120), nn.Sigmoid()),
        *(nn.Linear(120, 84), nn.BatchNorm1d(84), nn.Sigmoid()),
        nn.Linear(84, 10),
    )
    return _torch_rate(net, LENET_EPOCHS, NUM_TRAIN, NUM_TEST)


def resnet_fit() -> float:
    """`fit` on a CIFAR-style ResNet-20."""
    import d2l_ext  # noqa: F401 - makes mxnet importable

    from mxnet.gluon.model_zoo.vision.resnet import BasicBlockV1, ResNetV1

    def net() -> Any:
        return ResNetV1(
            BasicBlockV1,
            [3, 3, 3],
            [16, 16, 32, 64],
            classes=10,
            thumbnail=True,
        )

    return _fit_rate(net, _minibatches(2_048, 512), RESNET_EPOCHS)


def resnet_torch() -> float:
    """A plain PyTorch loop on the same network."""
    from torch import nn

    class Residual(nn.Module):
        def __init__(self, c_in: int, c_out: int, stride: int) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False),
                *(nn.BatchNorm2d(c_out), nn.ReLU()),
                nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False),
                nn.BatchNorm2d(c_out),
            )
            self.shortcut: nn.Module = nn.Identity()
            if stride != 1 or c_in != c_out:
                self.shortcut = nn.Sequential(
                    nn.Conv2d(c_in, c_out, 1, stride, bias=False),
                    nn.BatchNorm2d(c_out),
                )
            self.relu = nn.ReLU()

        def forward(self, x: Any) -> Any:
            return self.relu(self.body(x) + self.shortcut(x))

    blocks: list[nn.Module] = [nn.Conv2d(1, 16, 3, 1, 1, bias=False)]
    for c_in, c_out, stride in ((16, 16, 1), (16, 32, 2), (32, 64, 2)):
        blocks += [Residual(c_in, c_out, stride)]
        blocks += [Residual(c_out, c_out, 1) for _ in range(2)]
    blocks += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return _torch_rate(nn.Sequential(*blocks), RESNET_EPOCHS, 2_048, 512)


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


def _train_ch6_rate(data: Any, draw: bool) -> float:
    import d2l_ext

    from d2l import mxnet as d2l

    if not draw:
        d2l.Animator = lambda **_: type("Off", (), {"add": lambda *_: None})()
    net, ctx = d2l_ext.lenet(norm="batch"), d2l_ext.context()
    with contextlib.redirect_stdout(io.StringIO()):
        d2l.train_ch6(net, *data, 1, 0.1, ctx)
        return _rate(
            lambda: d2l.train_ch6(net, *data, LENET_EPOCHS, 0.1, ctx),
            LENET_EPOCHS * NUM_TRAIN,
        )


def _torch_rate(
    net: Any, num_epochs: int, num_train: int, num_test: int
) -> float:
    import torch

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
    print(globals()[sys.argv[1]]())
