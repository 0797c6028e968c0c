"""What executes a model: ONNX Runtime on the CPU or on CUDA, or OpenVINO.

A runtime that was asked for is used or refused, never replaced by another one in silence.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import ModelError, RuntimeUnavailable

_LOG = logging.getLogger(__name__)

Batch = NDArray[np.float32]

RUNTIMES = ("auto", "cpu", "cuda", "openvino")
"""``auto`` takes CUDA if ONNX Runtime can really use it here; else OpenVINO if it is installed and answers as ONNX
Runtime does; else ONNX Runtime on the CPU."""

AGREEMENT = 1e-4
"""The most that OpenVINO's probabilities may differ from ONNX Runtime's for ``auto`` to take it.  In float32 they
differ by 1e-6; in bfloat16, its default where the processor can, by 1e-2."""

_TRIAL_SIDE = 256

_INSTALL = {
    "cuda": "it needs an NVIDIA GPU with its driver, and the GPU build: pip install onnxruntime-gpu",
    "openvino": "install it: pip install openvino",
}


class Engine(Protocol):
    """An opened network."""

    used: str
    """Name of the runtime that executes it, for reports."""

    metadata: dict[str, str]
    """Custom metadata of the file."""

    def __call__(self, batch: Batch) -> Batch:
        """N×3×H×W float32 network input → N×1×H×W float32 probability of sky."""
        ...


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


def open_engine(content: bytes, runtime: str) -> Engine:
    """Open an ONNX file's content with the runtime that was asked for.

    Raises:
        ModelError: the content is no ONNX model that can run.
        RuntimeUnavailable: the runtime is unknown or not on this machine.
    """
    if runtime not in RUNTIMES:
        raise RuntimeUnavailable(f"unknown runtime {runtime!r}; choose one of {', '.join(RUNTIMES)}")
    if runtime == "openvino":
        return _OpenVino(content)
    cuda = runtime in ("auto", "cuda") and _has_cuda()
    if runtime == "cuda" and not cuda:
        raise unavailable("cuda")
    engine = _OnnxRuntime(content, "CUDAExecutionProvider" if cuda else "CPUExecutionProvider")
    if runtime == "cuda" and engine.used != "cuda":
        raise unavailable("cuda")
    if runtime == "auto" and engine.used == "cpu":
        return _agreeing_openvino(content, engine) or engine
    return engine


def unavailable(runtime: str) -> RuntimeUnavailable:
    """The refusal of a runtime, with what to do about it."""
    return RuntimeUnavailable(
        f"runtime {runtime!r} was asked for and is not on this machine; {_INSTALL[runtime]} (or use --runtime cpu)"
    )


def _agreeing_openvino(content: bytes, reference: _OnnxRuntime) -> Engine | None:
    """OpenVINO, if it is here, can run the model, and gives the reference's answer to one picture."""
    if find_spec("openvino") is None:
        return None
    try:
        engine = _OpenVino(content)
        trial = _trial(reference.input_shape)
        difference = float(np.abs(engine(trial) - reference(trial)).max())
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it: ONNX Runtime is open already
        _LOG.info("OpenVINO is not used: %s", _first_line(error))
        return None
    if difference <= AGREEMENT:
        return engine
    _LOG.info("OpenVINO is not used: its answer differs from ONNX Runtime's by %.1g", difference)
    return None


def _trial(shape: Sequence[int | str | None]) -> Batch:
    """A bright upper half above a dark lower one, both with noise: some of it is sky, some not, some undecided."""
    sizes = zip(shape, (1, 3, _TRIAL_SIDE, _TRIAL_SIDE), strict=True)
    count, channels, height, width = (known if isinstance(known, int) else usual for known, usual in sizes)
    light = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    noise = np.random.default_rng(0).random((count, channels, height, width), np.float32)
    return np.asarray((light + noise) / 2, np.float32)


def _has_cuda() -> bool:
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


class _OnnxRuntime:
    def __init__(self, content: bytes, provider: str) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = thread_count()
        options.log_severity_level = 4  # failures reach the caller as errors; nothing goes to stderr behind its back
        providers = [provider] if provider == "CPUExecutionProvider" else [provider, "CPUExecutionProvider"]
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=providers)
        except Exception as error:  # noqa: BLE001 - onnxruntime raises a dozen unrelated types for a bad file
            raise ModelError(f"no ONNX model that can run: {_first_line(error)}") from None
        # A CUDA build on a machine without a usable GPU drops to the CPU by itself: report what really runs.
        self.used = "cuda" if self._session.get_providers()[0] == "CUDAExecutionProvider" else "cpu"
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self._input = self._session.get_inputs()[0].name
        self.input_shape: list[int | str | None] = self._session.get_inputs()[0].shape

    def __call__(self, batch: Batch) -> Batch:
        (answer,) = self._session.run(None, {self._input: batch})
        return np.asarray(answer, np.float32)


class _OpenVino:
    used = "openvino"

    def __init__(self, content: bytes) -> None:
        # The card is read through ONNX Runtime, which every installation has and which also refuses what is no model.
        self.metadata = _OnnxRuntime(content, "CPUExecutionProvider").metadata
        try:
            import openvino
        except ImportError:
            raise unavailable("openvino") from None
        core = openvino.Core()
        settings: dict[str, Any] = {
            # Otherwise it computes in bfloat16 where the CPU can, and mattes differ from the other runtimes' by 1e-2.
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": thread_count(),
        }
        try:
            self._compiled = core.compile_model(core.read_model(content, b""), "CPU", settings)
        except RuntimeError as error:
            raise ModelError(f"OpenVINO cannot run this model: {_first_line(error)}") from None

    def __call__(self, batch: Batch) -> Batch:
        # One request per call: requests are not shared, so that pictures may be worked off in several threads.
        request = self._compiled.create_infer_request()
        return np.array(request.infer({0: batch})[0], dtype=np.float32)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
