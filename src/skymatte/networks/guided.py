"""DCSCN that is told what stands where: features modulated by class probabilities (spatial feature transform)."""

from __future__ import annotations

from torch import Tensor, nn

from skymatte.networks.dcscn import SIZES, Dcscn, Upsampling

_WIDTH = 32


class Modulation(nn.Module):
    """F·(1 + γ(g)) + β(g): features N×C×H×W scaled and shifted, place by place, by what a guide N×K×H×W says.

    The spatial feature transform of Wang et al. 2018, "Recovering realistic texture in image super-resolution by deep
    spatial feature transform", equations 3 and 4, with 1×1 convolutions as there; γ and β share the first one.  Without
    bias, so that a guide of zeros changes nothing; the last one starts at zero, so that at first no guide does.
    """

    def __init__(self, features: int, guide: int) -> None:
        super().__init__()
        self.read = nn.Sequential(nn.Conv2d(guide, _WIDTH, 1, bias=False), nn.LeakyReLU(0.1))
        self.tell = nn.Conv2d(_WIDTH, 2 * features, 1, bias=False)
        nn.init.zeros_(self.tell.weight)

    def forward(self, features: Tensor, guide: Tensor) -> Tensor:
        scale, shift = self.tell(self.read(guide)).chunk(2, 1)
        modulated: Tensor = features * (1 + scale) + shift
        return modulated


class GuidedDcscn(Dcscn):
    """``Dcscn`` whose features are modulated by a guide before pixels are drawn from them.

    Takes luma N×1×H×W and the guide N×``classes``×H×W in [0, 1], both float32; the guide holds the probability of each
    class, or zeros where nothing is known: then, and without a guide, the answer is exactly that of ``Dcscn``.  The
    names of its weights are those of ``Dcscn`` and, for the modulation, ``modulate.*``.

    Attributes:
        classes: channels of a guide.
    """

    def __init__(self, scale: int, size: str = "full", classes: int = 2, upsampling: Upsampling = "pixel-shuffle"):
        super().__init__(scale, size, upsampling)
        self.classes = classes
        self.modulate = Modulation(drawn_from(size), classes)

    @property
    def description(self) -> dict[str, str | int]:
        return {**super().description, "architecture": "guided-dcscn", "classes": self.classes}

    def forward(self, luma: Tensor, guide: Tensor | None = None) -> Tensor:
        features = self.features(luma)
        if guide is not None:
            features = self.modulate(features, guide)
        residual: Tensor = self.draw(features)
        return residual


def drawn_from(size: str) -> int:
    """Channels of ``Dcscn.features`` at a size."""
    return SIZES[size].a + SIZES[size].b
