"""What every opened network is, whatever executes it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import RuntimeUnavailable

Batch = NDArray[np.float32]

Shape = list[int | str | None]
"""Sides of an input; those that are no number may have any length."""

_TO_DO = {
    "cuda": "it needs an NVIDIA GPU with its driver, and the GPU build: pip install onnxruntime-gpu",
    "tensorrt": "it needs an NVIDIA GPU with its driver, TensorRT, and the GPU build: pip install onnxruntime-gpu",
    "openvino": "install it: pip install openvino",
}


class Engine(Protocol):
    """An opened network.  Safe to call from several threads."""

    used: str
    """Name of the runtime that executes it, for reports."""

    metadata: dict[str, str]
    """Custom metadata of the file."""

    input_shapes: tuple[Shape, ...]
    """Of the batches that it takes, one for each input."""

    def __call__(self, *batches: Batch) -> Batch:
        """float32 network inputs, as many as it takes → its one output (of a sky model: N×3×H×W → N×1×H×W).

        Raises:
            RuntimeUnavailable: the device gave up; nothing else takes its place.
        """
        ...


def unavailable(runtime: str, reason: str | None = None) -> RuntimeUnavailable:
    """The refusal of a runtime, with what to do about it.

    Args:
        runtime: that was asked for.
        reason: what went wrong, if it is known.
    """
    wrong = f"cannot be used: {reason}" if reason else "is not on this machine"
    to_do = _TO_DO[runtime.partition("-")[0]]
    return RuntimeUnavailable(f"runtime {runtime!r} was asked for and {wrong}; {to_do} (or use --runtime cpu)")


def first_line(error: BaseException) -> str:
    """What an error says, without the pages that some libraries add."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
