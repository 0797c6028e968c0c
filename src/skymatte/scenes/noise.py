"""Periodic fractal noise by spectral synthesis (Peitgen & Saupe, *The Science of Fractal Images*, 1988, 2.5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.sampling import Floats

_CHUNK = 32768  # values looked up at once, to stay in the cache


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
    x = np.asarray((u - np.floor(u)) * width, np.float32)
    y = np.asarray((v - np.floor(v)) * height, np.float32)
    return remap(texture, x, y, wrap=True)


def remap(texture: Floats, x: Floats, y: Floats, *, wrap: bool = False) -> Floats:
    """Bilinear values of ``texture`` (H×W or H×W×C) at pixel coordinates of any shape.

    Not cv2.remap: it rounds coordinates to 1/32 and differently at the end of a line, which shows as bands in skies
    and makes a pixel depend on the block it is rendered in.
    """
    height, width = texture.shape[:2]
    flat = texture.reshape(height * width, *texture.shape[2:])
    out = np.empty((x.size, *texture.shape[2:]), np.float32)
    xs, ys = x.ravel(), y.ravel()
    for start in range(0, x.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        out[part] = _bilinear(flat, (width, height), xs[part], ys[part], wrap)
    return out.reshape(x.shape + texture.shape[2:])


def _bilinear(flat: Floats, size: tuple[int, int], x: Floats, y: Floats, wrap: bool) -> Floats:
    width, height = size
    if not wrap:
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    x0, y0 = np.floor(x), np.floor(y)
    right, down = x - x0, y - y0
    left, top = x0.astype(np.int32), y0.astype(np.int32)
    if wrap:
        left, top = left % width, top % height
        after, below = (left + 1) % width, (top + 1) % height
    else:
        after, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    if flat.ndim == 2:
        right, down = right[:, None], down[:, None]
    top, below = top * width, below * width
    upper = flat[top + left] * (1 - right) + flat[top + after] * right
    lower = flat[below + left] * (1 - right) + flat[below + after] * right
    return np.asarray(upper * (1 - down) + lower * down, np.float32)
