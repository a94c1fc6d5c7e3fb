"""Which context to compute on, and why."""

from __future__ import annotations

import re
import warnings
from functools import cache

from d2l_ext.config import settings
from d2l_ext.engine.cuda import cuda_build

import mxnet as mx

#: What the CUDA wheels of MXNet 1.9.1 have machine code for. They carry no
#: PTX, so a card runs them only if its major version is one of these.
COMPILED_FOR = ((5, 0), (6, 0), (7, 0), (8, 0), (8, 6))


class FallbackWarning(UserWarning):
    """Says in one line why a computation runs on the CPU and not on a GPU."""


def context(ctx: str | None = None) -> mx.Context:
    """Returns the context to compute on.

    Parameters
    ----------
    ctx : str, optional
        ``auto``, ``cpu``, ``cpu(N)``, ``gpu`` or ``gpu(N)``; by default the
        setting ``D2L_EXT_CTX``. ``auto`` is the first GPU if MXNet can use
        it, and the CPU if not.

    Returns
    -------
    mxnet.Context
        The context. Where a GPU was asked for or an unusable one was found,
        ``cpu(0)``, and a :class:`FallbackWarning` says why.

    Raises
    ------
    ValueError
        If ``ctx`` is none of the above.
    """
    wanted = settings().ctx if ctx is None else ctx
    # As text: an mxnet.Context shows itself as what is asked for here.
    match = re.fullmatch(r"(auto|cpu|gpu)(?:\((\d+)\))?", str(wanted))
    if match is None or (match[1] == "auto" and match[2]):
        raise ValueError(
            f"{wanted!r} is not a context; use one of: auto, cpu, cpu(1), "
            "gpu, gpu(1)"
        )
    kind, index = match[1], int(match[2] or 0)
    if kind == "cpu":
        return mx.cpu(index)
    reason = why_no_gpu(index)
    if reason is None:
        return mx.gpu(index)
    # The CPU build on a machine is how most readers work: not worth a word
    # unless they asked for a GPU.
    if kind == "gpu" or cuda_build() is not None:
        warnings.warn(
            f"Computing on the CPU: {reason}.", FallbackWarning, stacklevel=2
        )
    return mx.cpu(0)


@cache
def why_no_gpu(index: int = 0) -> str | None:
    """Returns why GPU ``index`` cannot be used, or ``None`` if it can."""
    if not mx.runtime.Features().is_enabled("CUDA"):
        return (
            "the installed mxnet is the CPU build (the book's page "
            "Installation has the one for GPUs)"
        )
    try:
        count = mx.context.num_gpus()
    except mx.MXNetError as error:
        line = str(error).strip().splitlines()[-1]
        return f"the NVIDIA driver does not answer ({line})"
    if count == 0:
        return "no NVIDIA GPU or no driver was found"
    if index >= count:
        return f"gpu({index}) was asked for, and there are {count} GPUs"
    return _why_not_capable(index) or _why_it_fails(index)


def _why_not_capable(index: int) -> str | None:
    try:
        capability = mx.util.get_cuda_compute_capability(mx.gpu(index))
    except (RuntimeError, ValueError, OSError) as error:
        return f"the card's compute capability cannot be read ({error})"
    major, minor = divmod(int(capability), 10)
    if any(m == major and n <= minor for m, n in COMPILED_FOR):
        return None
    return (
        f"MXNet 1.9.1 has no machine code for compute capability "
        f"{major}.{minor} (it has it for 5.x, 6.x, 7.x and 8.x)"
    )


def _why_it_fails(index: int) -> str | None:
    """Tries a computation: a card can be listed and still not work."""
    try:
        total = mx.np.ones((2, 2), ctx=mx.gpu(index)).sum().item()
    except mx.MXNetError as error:
        line = str(error).strip().splitlines()[-1]
        return f"a first computation on the GPU failed ({line})"
    return None if total == 4 else "a first computation on the GPU was wrong"
