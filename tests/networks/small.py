"""Each architecture as small as it gets."""

from __future__ import annotations

from typing import Any

import torch

from skymatte.networks.base import SegmentationNetwork
from skymatte.networks.build import build

# The smallest encoders of timm; weights from torch's random generator.
SMALL: dict[str, dict[str, Any]] = {
    "skynet": {},
    "skynet-fast": {},
    "classic-unet": {"width": 2},
    "dpt": {"encoder": "tu-test_vit"},
}


def small(architecture: str, **arguments: Any) -> SegmentationNetwork:
    torch.manual_seed(0)
    return build(architecture, **SMALL.get(architecture, {"encoder": "tu-test_resnet"}), **arguments).eval()
