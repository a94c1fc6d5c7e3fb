"""The networks of the comparisons in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn


def lenet() -> nn.Module:
    """LeNet with batch normalization and sigmoids, for 28x28 pixels."""
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.BatchNorm2d(6), nn.Sigmoid()),
        nn.MaxPool2d(2),
        *(nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.Sigmoid()),
        *(nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(256, 120), nn.BatchNorm1d(120), nn.Sigmoid()),
        *(nn.Linear(120, 84), nn.BatchNorm1d(84), nn.Sigmoid()),
        nn.Linear(84, 10),
    )


class Residual(nn.Module):
    """A basic block; its projection has no norm, as in `small_resnet`."""

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
            self.shortcut = nn.Conv2d(c_in, c_out, 1, stride, bias=False)
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Returns the sum of branch and shortcut, activated."""
        return self.relu(self.body(x) + self.shortcut(x))


def resnet20() -> nn.Module:
    """The ResNet-20 of `small_resnet`."""
    blocks: list[nn.Module] = [
        *(nn.Conv2d(1, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)),
        nn.ReLU(),
    ]
    for c_in, c_out, stride in ((16, 16, 1), (16, 32, 2), (32, 64, 2)):
        blocks += [Residual(c_in, c_out, stride)]
        blocks += [Residual(c_out, c_out, 1) for _ in range(2)]
    blocks += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(*blocks)


class DenseBlock(nn.Module):
    """Convolutions that see the outputs of all before them."""

    def __init__(self, c_in: int, num_convs: int, growth_rate: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            _norm_relu_conv(c_in + i * growth_rate, growth_rate, 3)
            for i in range(num_convs)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Returns the input and the outputs of all convolutions."""
        for conv in self.convs:
            x = torch.cat([x, conv(x)], dim=1)
        return x


def small_densenet(
    growth_rate: int = 8,
    num_convs: Sequence[int] = (3, 3, 3),
    channels: int = 16,
) -> nn.Module:
    """The DenseNet of `small_densenet`."""
    blocks: list[nn.Module] = [nn.Conv2d(1, channels, 3, 1, 1, bias=False)]
    for i, count in enumerate(num_convs):
        if i > 0:
            blocks.append(_norm_relu_conv(channels, channels // 2, 1))
            blocks.append(nn.AvgPool2d(2))
            channels //= 2
        blocks.append(DenseBlock(channels, count, growth_rate))
        channels += count * growth_rate
    blocks += [nn.BatchNorm2d(channels), nn.ReLU()]
    blocks += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*blocks, nn.Linear(channels, 10))


def _norm_relu_conv(c_in: int, c_out: int, kernel_size: int) -> nn.Module:
    return nn.Sequential(
        *(nn.BatchNorm2d(c_in), nn.ReLU()),
        nn.Conv2d(c_in, c_out, kernel_size, 1, kernel_size // 2, bias=False),
    )


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "lenet": lenet,
    "resnet20": resnet20,
    "small_densenet": small_densenet,
}
