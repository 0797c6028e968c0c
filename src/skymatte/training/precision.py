"""Number formats that a model file can be written in."""

from __future__ import annotations

from enum import StrEnum


class Precision(StrEnum):
    """``fp32`` as trained; ``fp16`` halves the file; ``int8`` quarters it and is faster on processors."""

    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"
