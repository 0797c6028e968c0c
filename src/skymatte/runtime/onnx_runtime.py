"""ONNX Runtime on the CPU, on CUDA and on TensorRT; where it was asked to compute is where it computes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from skymatte.errors import ModelError, RuntimeUnavailable
from skymatte.runtime import tensorrt
from skymatte.runtime.engine import Batch, Shape, first_line, unavailable

CPU = "CPUExecutionProvider"

_PROVIDERS = {
    "cpu": CPU,
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "tensorrt-fp16": "TensorrtExecutionProvider",
}

WEIGHTED = frozenset(("Conv", "FusedConv", "ConvTranspose", "Gemm", "FusedGemm", "MatMul", "FusedMatMul"))
"""Operators with weights, which is where the time goes.  Sizes are computed on the CPU by all runtimes."""


def is_available(runtime: str) -> bool:
    """Whether this build of ONNX Runtime has the runtime's provider; whether the machine has its device is not said."""
    import onnxruntime

    return _PROVIDERS[runtime] in onnxruntime.get_available_providers()


class OnnxRuntime:
    """An :class:`~skymatte.runtime.engine.Engine`."""

    def __init__(self, content: bytes, runtime: str, threads: int, *, shared: bool = False) -> None:
        """Open a model.

        Args:
            content: of the ONNX file.
            runtime: ``cpu``, ``cuda``, ``tensorrt`` or ``tensorrt-fp16``.
            threads: to compute with on the CPU.
            shared: others need the cores while it waits for work.

        Raises:
            ModelError: the content is no ONNX model that can run.
            RuntimeUnavailable: the runtime is not on this machine, or leaves work with weights to another one.
            OutputError: TensorRT's engines cannot be kept.
        """
        if runtime != "cpu" and not is_available(runtime):
            raise unavailable(runtime)
        self.used = runtime
        self._session = _session(content, runtime, _options(threads, shared=shared))
        if runtime != "cpu":
            _check(self._session, runtime)
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self._names = [each.name for each in self._session.get_inputs()]
        self.input_shapes: tuple[Shape, ...] = tuple(each.shape for each in self._session.get_inputs())

    def __call__(self, *batches: Batch) -> Batch:
        try:
            (answer,) = self._session.run(None, dict(zip(self._names, batches, strict=True)))
        except Exception as error:  # noqa: BLE001 - onnxruntime raises a dozen unrelated types
            raise RuntimeUnavailable(f"runtime {self.used!r} failed: {first_line(error)}") from None
        return np.asarray(answer, np.float32)


def _options(threads: int, *, shared: bool) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4  # failures reach the caller as errors; nothing goes to stderr behind its back
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    if shared:
        # Its threads otherwise burn a core for a while after each call, waiting for the next.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _session(content: bytes, runtime: str, options: Any) -> Any:
    providers = _providers(content, runtime)
    try:
        return _open(content, providers, options)
    except Exception as error:  # noqa: BLE001 - onnxruntime raises a dozen unrelated types for a bad file
        if runtime != "cpu" and _runs_on_cpu(content, options):
            raise unavailable(runtime, first_line(error)) from None
        raise ModelError(f"no ONNX model that can run: {first_line(error)}") from None


def _open(content: bytes, providers: list[Any], options: Any) -> Any:
    import onnxruntime

    # Without `enable_fallback=0` it would go on without the provider, here and in the middle of a run.
    return onnxruntime.InferenceSession(content, options, providers=providers, enable_fallback=0)


def _providers(content: bytes, runtime: str) -> list[Any]:
    provider = _PROVIDERS[runtime]
    if not runtime.startswith("tensorrt"):
        return [provider] if provider == CPU else [provider, CPU]
    return [(provider, tensorrt.options(content, half=runtime == "tensorrt-fp16")), _PROVIDERS["cuda"], CPU]


def _runs_on_cpu(content: bytes, options: Any) -> bool:
    try:
        _open(content, [CPU], options)
    except Exception:  # noqa: BLE001 - as above
        return False
    return True


def _check(session: Any, runtime: str) -> None:
    """Check that the session has the provider that was asked for, and gives it the work.

    A GPU build on a machine without a usable GPU opens the session and leaves the provider out, or gives it nothing.
    """
    provider = _PROVIDERS[runtime]
    if session.get_providers()[0] != provider:
        raise unavailable(runtime, "its libraries or its device were not found")
    placed = [(each.ep_name, each.get_nodes()) for each in session.get_provider_graph_assignment_info()]
    elsewhere = misplaced([(name, [node.op_type for node in nodes]) for name, nodes in placed], provider)
    if elsewhere:
        raise unavailable(runtime, elsewhere)


def misplaced(placed: Iterable[tuple[str, list[str]]], provider: str) -> str | None:
    """What of a network another provider would compute, in words; ``None`` if nothing that takes time.

    Args:
        placed: provider and operators of each part of the graph.
        provider: that shall compute all operators with weights.
    """
    mine = others = 0
    for name, operators in placed:
        weighted = sum(operator in WEIGHTED for operator in operators)
        mine, others = (mine + weighted, others) if name == provider else (mine, others + weighted)
    return f"{others} of {mine + others} layers would run elsewhere" if others else None
