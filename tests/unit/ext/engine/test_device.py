"""The context: what is asked for if it works, and the CPU and why if not."""

from __future__ import annotations

import warnings

from d2l_ext.engine import device
from d2l_ext.engine.device import FallbackWarning, context, why_no_gpu

import mxnet as mx
import pytest

SUPPORTED = (50, 52, 60, 61, 70, 75, 80, 86, 89)
UNSUPPORTED = (30, 35, 37, 90, 100, 103, 120)


class Features:
    """Stands in for ``mx.runtime.Features`` of the CUDA build."""

    def is_enabled(self, name):
        return name == "CUDA"


class Total:
    """Stands in for an array, with the sum that a GPU gave."""

    def __init__(self, total):
        self.total = total

    def sum(self):
        return self

    def item(self):
        if isinstance(self.total, Exception):
            raise self.total
        return self.total


@pytest.fixture
def cuda(monkeypatch):
    """Returns a function that makes MXNet look like the CUDA build."""

    def install(count=1, capability=75, total=4.0):
        def give(value):
            if isinstance(value, Exception):
                raise value
            return value

        asked = []

        def compute_capability(ctx):
            asked.append(ctx)
            return give(capability)

        monkeypatch.setattr(mx.runtime, "Features", Features)
        monkeypatch.setattr(mx.context, "num_gpus", lambda: give(count))
        monkeypatch.setattr(
            mx.util, "get_cuda_compute_capability", compute_capability
        )
        monkeypatch.setattr(mx.np, "ones", lambda *_, **__: Total(total))
        monkeypatch.setattr(device, "cuda_build", lambda: "mxnet-cu112")
        return asked

    return install


def cpu_build(monkeypatch):
    class NoFeatures:
        def is_enabled(self, name):
            return False

    monkeypatch.setattr(mx.runtime, "Features", NoFeatures)
    monkeypatch.setattr(device, "cuda_build", lambda: None)


def fall_back(ctx):
    """Returns what is said when ``ctx`` is asked for and cannot be had."""
    with pytest.warns(FallbackWarning) as said:
        assert context(ctx) == mx.cpu(0)
    (warning,) = said
    # Whoever asked is named, and not this package.
    assert warning.filename == __file__
    return str(warning.message)


# The CPU


@pytest.mark.parametrize(
    ("ctx", "expected"),
    [("cpu", mx.cpu(0)), ("cpu(0)", mx.cpu(0)), ("cpu(1)", mx.cpu(1))],
)
def test_the_cpu_is_the_one_asked_for(ctx, expected):
    assert context(ctx) == expected


def test_auto_is_the_cpu_without_a_word_in_the_cpu_build(monkeypatch):
    cpu_build(monkeypatch)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert context("auto") == mx.cpu(0)


@pytest.mark.parametrize("ctx", ["gpu", "gpu(0)", "gpu(3)"])
def test_a_gpu_in_the_cpu_build_is_the_cpu_with_one_line(monkeypatch, ctx):
    cpu_build(monkeypatch)
    message = fall_back(ctx)
    assert "CPU build" in message
    assert "the book's page Installation" in message
    assert "\n" not in message


def test_the_setting_is_the_default(with_settings):
    with_settings(ctx="cpu(1)")
    assert context() == mx.cpu(1)


def test_an_argument_goes_before_the_setting(with_settings):
    with_settings(ctx="cpu(1)")
    assert context("cpu") == mx.cpu(0)


def test_a_context_of_mxnet_is_taken_too():
    assert context(mx.cpu(1)) == mx.cpu(1)


@pytest.mark.parametrize(
    "ctx", ["", "cuda", "auto(1)", "cpu(-1)", "cpu(x)", "gpu(0) ", 0]
)
def test_another_context_is_refused_and_the_right_ones_listed(ctx):
    with pytest.raises(ValueError, match="is not a context") as refused:
        context(ctx)
    assert str(refused.value).startswith(repr(ctx))
    assert "auto, cpu, cpu(1), gpu, gpu(1)" in str(refused.value)


# GPUs


@pytest.mark.parametrize(
    ("ctx", "index"), [("auto", 0), ("gpu", 0), ("gpu(1)", 1)]
)
def test_a_gpu_that_works_is_used_without_a_word(cuda, ctx, index):
    cuda(count=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert context(ctx) == mx.gpu(index)


@pytest.mark.parametrize("capability", SUPPORTED)
def test_a_card_that_the_wheel_has_code_for_is_used(cuda, capability):
    asked = cuda(count=2, capability=capability)
    assert why_no_gpu(1) is None
    assert asked == [mx.gpu(1)]


@pytest.mark.parametrize("capability", UNSUPPORTED)
def test_a_card_that_the_wheel_has_no_code_for_is_not(cuda, capability):
    cuda(capability=capability)
    major, minor = capability // 10, capability % 10
    message = fall_back("auto")
    assert f"compute capability {major}.{minor}" in message
    assert "5.x, 6.x, 7.x and 8.x" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ({"count": 0}, "no NVIDIA GPU or no driver was found"),
        (
            {"count": mx.MXNetError("stack\nCUDA driver is too old\n")},
            "the NVIDIA driver does not answer (CUDA driver is too old)",
        ),
        (
            {"capability": RuntimeError("cuInit failed with code 999")},
            "cannot be read (cuInit failed with code 999)",
        ),
        ({"capability": OSError("no libcuda.so")}, "cannot be read (no lib"),
        (
            {"total": mx.MXNetError("stack\nno kernel image")},
            "a first computation on the GPU failed (no kernel image)",
        ),
        ({"total": 0.0}, "a first computation on the GPU was wrong"),
    ],
)
@pytest.mark.parametrize("ctx", ["auto", "gpu"])
def test_a_gpu_that_does_not_work_is_the_cpu_with_one_line(
    cuda, ctx, failure, reason
):
    cuda(**failure)
    message = fall_back(ctx)
    assert reason in message
    assert "\n" not in message


def test_a_gpu_that_is_not_there_is_the_cpu_with_the_number_there(cuda):
    cuda(count=2)
    assert "gpu(2) was asked for, and there are 2 GPUs" in fall_back("gpu(2)")


def test_a_gpu_is_tried_once(cuda):
    asked = cuda()
    for _ in range(3):
        context("gpu")
    assert len(asked) == 1
