"""The network that dense patches are usually shown to, for timing: its weights are random, which costs the same."""

from __future__ import annotations

from pathlib import Path

from skymatte.networks.build import build
from skymatte.runtime.card import ModelCard
from skymatte.training.export import export


def write_untrained_unet(target: Path) -> None:
    """Write a U-Net over ResNet-34 as a model file."""
    card = ModelCard(
        name="resnet34-unet",
        version="0",
        summary="untrained, for timing",
        encoding="log",
        coarse_width=2048,
        coarse_side=1024,
        training_data="none",
        licence="Apache-2.0",
    )
    export(build("unet", encoder="resnet34"), card, target)
