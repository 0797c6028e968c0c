"""Public sky networks, run with ncnn the way their authors run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import srgb_from_linear
from skymatte.picture.model import Picture

SIDE = 384
"""Both take a square of this many pixels."""

THRESHOLD = 0.5
"""Probability above which a pixel is sky."""

_PYRAMID_SIDE = 768
_IMAGENET_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_IMAGENET_DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)
_EGE_MEAN, _EGE_DEVIATION = 117.790845, 64.18484

Rgb8 = NDArray[np.uint8]
Array = NDArray[np.float32]


def shown(picture: Picture) -> Rgb8:
    """H×W×3 uint8 sRGB: what somebody would give to a network that takes ordinary pictures.

    A picture that came from sRGB is given back as it was.  HDR is tone-mapped: the median of all samples to 0.18,
    x/(1+x) (Reinhard et al. 2002, equation 3), gamma 1/2.2.
    """
    if not picture.linear:
        return np.rint(srgb_from_linear(picture.pixels) * 255).astype(np.uint8)
    exposed = picture.pixels * np.float32(0.18 / max(float(np.median(picture.pixels)), 1e-9))
    return np.rint(255 * (exposed / (1 + exposed)) ** np.float32(1 / 2.2)).astype(np.uint8)


class Peer:
    """One network: H×W×3 uint8 sRGB → H×W float32, probability of sky."""

    name: str
    _file: str
    _ends: tuple[str, str]

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import ncnn  # of the extra [bench], which those who only test do without

        self._matrix = ncnn.Mat
        self._net = ncnn.Net()
        # Its threads wait by spinning: two of them crawl on a machine that does more.  Loading chooses kernels by it.
        self._net.opt.num_threads = threads
        for suffix, load in ((".param", self._net.load_param), (".bin", self._net.load_model)):
            path = folder / (self._file + suffix)
            if load(str(path)) != 0:
                raise FileNotFoundError(f"{path}: cannot be loaded; the peers' networks belong there")

    def probability(self, picture: Rgb8) -> Array:
        """The network's answer, resized back to the picture's size; sky where it exceeds :data:`THRESHOLD`."""
        height, width = picture.shape[:2]
        # A Mat points into the array and does not keep it alive: `planes` must outlive the extraction.
        planes = np.ascontiguousarray(np.moveaxis(self._prepared(picture), 2, 0))
        extractor: Any = self._net.create_extractor()
        extractor.input(self._ends[0], self._matrix(planes))
        _, answer = extractor.extract(self._ends[1])
        return np.asarray(cv2.resize(np.array(answer)[0], (width, height)), np.float32)

    def _prepared(self, picture: Rgb8) -> Array:
        """SIDE×SIDE×3 float32, the network's input."""
        raise NotImplementedError


class U2NetP(Peer):
    """``skysegsmall``: U²-Net small (Qin et al. 2020), trained on sky."""

    name = "u2netp"
    _file = "skysegsmall_sim-opt-fp16"
    _ends = ("input.1", "1959")

    def _prepared(self, picture: Rgb8) -> Array:
        while min(picture.shape[:2]) > _PYRAMID_SIDE:
            picture = np.asarray(cv2.pyrDown(picture), np.uint8)
        small = cv2.resize(picture, (SIDE, SIDE)).astype(np.float32)
        return np.asarray((small - _IMAGENET_MEAN) / _IMAGENET_DEVIATION, np.float32)


class Ege(Peer):
    """``EGE_165``: EGE-UNet (Ruan et al. 2023), trained on sky."""

    name = "EGE"
    _file = "EGE_165.ncnn"
    _ends = ("in0", "out5")

    def _prepared(self, picture: Rgb8) -> Array:
        small = cv2.resize(picture, (SIDE, SIDE)).astype(np.float32)
        standard = (small - _EGE_MEAN) / _EGE_DEVIATION
        low, high = float(standard.min()), float(standard.max())
        return np.asarray((standard - low) * (255 / max(high - low, 1e-9)), np.float32)


def open_peers(folder: Path, threads: int = 1) -> tuple[Peer, ...]:
    """All peers; ``folder`` holds their ``.param`` and ``.bin`` files, and ``threads`` work on one picture."""
    return U2NetP(folder, threads), Ege(folder, threads)
