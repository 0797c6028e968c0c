"""FSRCNN and ESPCN in their published sizes, as model files that `skymatte upscale` takes, to compare time with."""

from __future__ import annotations

import warnings
from pathlib import Path

import onnx
import torch
from torch import nn

from skymatte.runtime.card import METADATA_KEY
from skymatte.runtime.superres_card import SuperresCard

_EXAMPLE = (1, 1, 12, 16)
_LARGEST = 16384


class Fsrcnn(nn.Sequential):
    """FSRCNN (56, 12, 4): luma N×1×H×W → N×1×(scale·H)×(scale·W) (Dong et al. 2016, section 3.2)."""

    def __init__(self, scale: int, wide: int = 56, narrow: int = 12, depth: int = 4) -> None:
        mapping = [layer for _ in range(depth) for layer in _convolution(narrow, narrow, 3)]
        super().__init__(
            *_convolution(1, wide, 5),
            *_convolution(wide, narrow, 1),
            *mapping,
            *_convolution(narrow, wide, 1),
            nn.ConvTranspose2d(wide, 1, 9, stride=scale, padding=4, output_padding=scale - 1),
        )


class Espcn(nn.Sequential):
    """ESPCN, 5-3-3: luma N×1×H×W → N×1×(scale·H)×(scale·W) (Shi et al. 2016, section 3.2)."""

    def __init__(self, scale: int) -> None:
        super().__init__(
            nn.Conv2d(1, 64, 5, padding=2),
            nn.Tanh(),
            nn.Conv2d(64, 32, 3, padding=1),
            nn.Tanh(),
            nn.Conv2d(32, scale**2, 3, padding=1),
            nn.PixelShuffle(scale),
        )


PEERS: dict[str, type[Fsrcnn | Espcn]] = {"fsrcnn": Fsrcnn, "espcn": Espcn}


def _convolution(inputs: int, outputs: int, kernel: int) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), nn.PReLU(outputs)


def write_peer(name: str, scale: int, folder: Path) -> Path:
    """Write ``NAME-xSCALE.onnx`` with random weights: its time is the trained one's, its pictures are nonsense."""
    card = SuperresCard(
        name=f"{name}-x{scale}",
        version="0",
        summary="random weights, for timing only",
        scale=scale,
        training_data="none",
        licence="CC0-1.0",
    )
    path = folder / f"{card.name}.onnx"
    torch.manual_seed(0)
    write_network(PEERS[name](scale), card, path)
    return path


def write_network(network: nn.Module, card: SuperresCard, path: Path) -> None:
    """Write a network that takes luma and gives what bicubic interpolation misses, for pictures of any size."""
    sides = {2: torch.export.Dim("rows", min=1, max=_LARGEST), 3: torch.export.Dim("columns", min=1, max=_LARGEST)}
    example = (torch.zeros(*_EXAMPLE),)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # what torch's exporter finds old in torch itself
        program = torch.onnx.export(
            network.eval(),
            example,
            dynamo=True,
            input_names=["luma"],
            output_names=["residual"],
            dynamic_shapes=(sides,),
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    model = program.model_proto
    onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    onnx.save(model, str(path))
