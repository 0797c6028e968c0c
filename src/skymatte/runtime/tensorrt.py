"""Settings of ONNX Runtime's TensorRT provider: where built engines are kept, and in which numbers they compute."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from skymatte.errors import OutputError


def cache_folder() -> Path:
    """Where engines are kept: ``skymatte/tensorrt`` below ``$XDG_CACHE_HOME``, by default ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "skymatte" / "tensorrt"


def options(content: bytes, *, half: bool) -> dict[str, Any]:
    """Provider options for a model: engines and timings are kept, as building one takes minutes.

    ONNX Runtime tells engines apart by graph, version and GPU, but not by weights: each file has a folder of its own,
    named after its SHA-256.

    Args:
        content: the model's file.
        half: let TensorRT compute in half precision where it is faster.

    Raises:
        OutputError: the folder cannot be made.
    """
    folder = cache_folder() / hashlib.sha256(content).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be made for TensorRT's engines: {error.strerror}; name another place by XDG_CACHE_HOME"
        ) from None
    return {
        "trt_engine_cache_enable": True,
        "trt_engine_cache_path": str(folder),
        "trt_timing_cache_enable": True,
        "trt_timing_cache_path": str(folder.parent),
        "trt_fp16_enable": half,
    }
