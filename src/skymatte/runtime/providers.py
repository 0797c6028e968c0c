"""Which runtime executes a model: ONNX Runtime on the CPU, CUDA or TensorRT, or OpenVINO.

A runtime that was asked for is used or refused, never replaced by another one in silence.
"""

from __future__ import annotations

import logging
import os
from importlib.util import find_spec

import numpy as np

from skymatte.errors import RuntimeUnavailable
from skymatte.runtime.engine import Batch, Engine, Shape, first_line
from skymatte.runtime.onnx_runtime import OnnxRuntime, is_available
from skymatte.runtime.open_vino import OpenVino

_LOG = logging.getLogger(__name__)

RUNTIMES = ("auto", "cpu", "cuda", "tensorrt", "tensorrt-fp16", "openvino")
"""``auto`` takes CUDA if ONNX Runtime can really use it here; else, for pictures, OpenVINO if it is installed and
answers as ONNX Runtime does; else ONNX Runtime on the CPU."""

AGREEMENT = 1e-4
"""The most that OpenVINO's probabilities may differ from ONNX Runtime's for ``auto`` to take it.  In float32 they
differ by 1e-6; in bfloat16, its default where the processor can, by 1e-2."""

_TRIAL_SIDE = 256


def thread_count() -> int:
    """Threads to compute with: ``OMP_NUM_THREADS`` if set, else the cores that this process may run on."""
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limit_threads() -> None:
    """Let the libraries that decode, resize and encode use :func:`thread_count` threads too, in the whole process."""
    import cv2
    import OpenEXR
    import OpenImageIO

    cv2.setNumThreads(thread_count())
    OpenImageIO.attribute("threads", thread_count())
    OpenEXR.set_global_thread_count(thread_count())


def open_engine(content: bytes, runtime: str, threads: int | None = None) -> Engine:
    """Open an ONNX file's content with the runtime that was asked for.

    Args:
        content: of the file.
        runtime: one of ``RUNTIMES``.
        threads: to compute one batch with on the CPU, where several are computed at once; by default one after the
            other, with :func:`thread_count` threads.

    Raises:
        ModelError: the content is no ONNX model that can run.
        RuntimeUnavailable: the runtime is unknown or not on this machine.
        OutputError: TensorRT's engines cannot be kept.
    """
    if runtime not in RUNTIMES:
        raise RuntimeUnavailable(f"unknown runtime {runtime!r}; choose one of {', '.join(RUNTIMES)}")
    if runtime == "auto":
        return _best(content, threads)
    if runtime == "openvino":
        return _openvino(content, threads)
    return _onnx_runtime(content, runtime, threads)


def _onnx_runtime(content: bytes, runtime: str, threads: int | None) -> OnnxRuntime:
    return OnnxRuntime(content, runtime, threads or thread_count(), shared=threads is not None)


def _openvino(content: bytes, threads: int | None) -> OpenVino:
    each = threads or thread_count()
    return OpenVino(content, each, at_once=max(1, thread_count() // each))


def _best(content: bytes, threads: int | None) -> Engine:
    if is_available("cuda"):
        try:
            return _onnx_runtime(content, "cuda", threads)
        except RuntimeUnavailable as error:
            _LOG.info("CUDA is not used: %s", first_line(error))
    engine = _onnx_runtime(content, "cpu", threads)
    # With its threads counted out, for video, OpenVINO is the slower one (docs/runtimes.md).
    return engine if threads is not None else _agreeing_openvino(content, engine) or engine


def _agreeing_openvino(content: bytes, reference: Engine) -> Engine | None:
    """OpenVINO, if it is here, can run the model, and gives the reference's answer to one picture."""
    if find_spec("openvino") is None:
        return None
    try:
        engine = _openvino(content, None)
        trial = [_trial(shape) for shape in reference.input_shapes]
        difference = float(np.abs(engine(*trial) - reference(*trial)).max())
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it: ONNX Runtime is open already
        _LOG.info("OpenVINO is not used: %s", first_line(error))
        return None
    if difference <= AGREEMENT:
        return engine
    _LOG.info("OpenVINO is not used: its answer differs from ONNX Runtime's by %.1g", difference)
    return None


def _trial(shape: Shape) -> Batch:
    """A bright upper half above a dark lower one, both with noise: some of it is sky, some not, some undecided."""
    sizes = zip(shape, (1, 3, _TRIAL_SIDE, _TRIAL_SIDE), strict=True)
    count, channels, height, width = (known if isinstance(known, int) else usual for known, usual in sizes)
    light = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    noise = np.random.default_rng(0).random((count, channels, height, width), np.float32)
    return np.asarray((light + noise) / 2, np.float32)
