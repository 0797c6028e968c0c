"""Periodic fractal noise by spectral synthesis (Peitgen & Saupe, *The Science of Fractal Images*, 1988, 2.5)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.sampling import Floats


def ring(rng: np.random.Generator, size: int, exponent: float, lowest: int = 1, highest: int = 1 << 14) -> Floats:
    """A periodic fractal line of ``size`` values, mean 0, deviation 1; amplitude of wave k is ``k**-exponent``."""
    waves = np.zeros(size // 2 + 1, np.complex128)
    k = np.arange(lowest, min(highest, size // 2))
    waves[k] = (rng.standard_normal(len(k)) + 1j * rng.standard_normal(len(k))) * k ** (-exponent)
    line = np.fft.irfft(waves, size)
    return np.asarray(line / max(float(line.std()), 1e-12), np.float32)


def tile(rng: np.random.Generator, size: int = 512, exponent: float = 1.8, lowest: int = 2) -> Floats:
    """A size×size fractal tile that repeats both ways, mean 0, deviation 1; amplitude ``k**-exponent``."""
    ky = np.fft.fftfreq(size, 1.0 / size)[:, None]
    kx = np.fft.rfftfreq(size, 1.0 / size)[None, :]
    k = np.hypot(kx, ky)
    amplitude = np.where(k >= lowest, np.maximum(k, 1.0) ** (-exponent), 0.0)
    phase = rng.random((size, size // 2 + 1)) * (2 * np.pi)
    field = np.fft.irfft2(amplitude * np.exp(1j * phase), (size, size))
    return np.asarray(field / field.std(), np.float32)


def look_up(texture: Floats, u: NDArray[np.floating], v: NDArray[np.floating]) -> Floats:
    """Value of a repeating tile at (u, v) in units of its period; any shape in, the same shape out."""
    height, width = texture.shape[:2]
    x = ((u - np.floor(u)) * width).astype(np.float32)
    y = ((v - np.floor(v)) * height).astype(np.float32)
    return remap(texture, x, y, wrap=True)


def remap(texture: Floats, x: Floats, y: Floats, *, wrap: bool = False) -> Floats:
    """Bilinear values of ``texture`` (H×W or H×W×C) at pixel coordinates of any shape."""
    shape, n = x.shape, x.size
    columns = min(n, 8192)
    rows = -(-n // columns) if n else 0
    if not n:
        return np.zeros(shape + texture.shape[2:], np.float32)
    flat = np.zeros((2, rows * columns), np.float32)
    flat[0, :n], flat[1, :n] = x.ravel(), y.ravel()
    grid = flat.reshape(2, rows, columns)
    border = cv2.BORDER_WRAP if wrap else cv2.BORDER_REPLICATE
    out = np.asarray(cv2.remap(texture, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=border))
    values = out.reshape((rows * columns, *texture.shape[2:]))[:n]
    return np.asarray(values.reshape(shape + texture.shape[2:]), np.float32)
