"""OpenVINO on the CPU, in float32."""

from __future__ import annotations

from typing import Any

import numpy as np

from skymatte.errors import ModelError, RuntimeUnavailable
from skymatte.runtime.engine import Batch, Shape, first_line, unavailable
from skymatte.runtime.onnx_runtime import OnnxRuntime


class OpenVino:
    """An :class:`~skymatte.runtime.engine.Engine`."""

    used = "openvino"

    def __init__(self, content: bytes, threads: int, *, at_once: int = 1) -> None:
        """Open a model.

        Args:
            content: of the ONNX file.
            threads: to compute one batch with.
            at_once: how many batches are computed at once, if there are several callers.

        Raises:
            ModelError: the content is no ONNX model that can run.
            RuntimeUnavailable: OpenVINO is not installed.
        """
        # The card is read through ONNX Runtime, which every installation has and which also refuses what is no model.
        reference = OnnxRuntime(content, "cpu", 1)
        self.metadata = reference.metadata
        self.input_shapes: tuple[Shape, ...] = reference.input_shapes
        try:
            import openvino
        except ImportError:
            raise unavailable("openvino") from None
        core = openvino.Core()
        settings: dict[str, Any] = {
            # Otherwise it computes in bfloat16 where the CPU can, and mattes differ from the other runtimes' by 1e-2.
            "INFERENCE_PRECISION_HINT": "f32",
            # Of all streams together; with one stream callers would wait for each other.
            "INFERENCE_NUM_THREADS": threads * at_once,
            "NUM_STREAMS": at_once,
        }
        try:
            self._compiled = core.compile_model(core.read_model(content, b""), "CPU", settings)
        except RuntimeError as error:
            raise ModelError(f"OpenVINO cannot run this model: {first_line(error)}") from None

    def __call__(self, *batches: Batch) -> Batch:
        # One request per call: requests are not shared, so that pictures may be worked off in several threads.
        request = self._compiled.create_infer_request()
        try:
            answer = request.infer(dict(enumerate(batches)), share_inputs=True, share_outputs=True)
            return np.array(answer[0], dtype=np.float32)
        except RuntimeError as error:
            raise RuntimeUnavailable(f"runtime 'openvino' failed: {first_line(error)}") from None
