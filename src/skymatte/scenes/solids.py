"""Convex solids of the world: houses, towers, walls, decks, spires.

Seen from the camera (the origin, outside the solid) a convex solid fills a convex cone.  The cone is bounded by the
planes through the camera and the silhouette edges, those between a face that looks at the camera and one that does
not: a direction is inside when it is on the inner side of all of them.  This predicate is the definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.canvas import Canvas
from skymatte.scenes.facade import Facade
from skymatte.scenes.sampling import FULL, Bits, Block, Floats, Indices, pack, unit


@dataclass(frozen=True)
class Solid:
    """Vertices (V×3 metres) and faces (vertex numbers, any turning sense), with what it is made of."""

    vertices: NDArray[np.float64]
    faces: tuple[tuple[int, ...], ...]
    facade: Facade
    roof: Facade | None = None
    normals: NDArray[np.float64] = field(init=False)
    offsets: NDArray[np.float64] = field(init=False)
    cone: Floats = field(init=False)

    def __post_init__(self) -> None:
        middle = self.vertices.mean(0)
        corners = [self.vertices[list(f)] for f in self.faces]
        normals = unit(np.array([np.cross(c[1] - c[0], c[2] - c[0]) for c in corners]))
        anchor = np.array([c[0] for c in corners])
        normals *= np.where(((middle - anchor) * normals).sum(1) > 0, -1.0, 1.0)[:, None]
        object.__setattr__(self, "normals", normals)
        object.__setattr__(self, "offsets", (anchor * normals).sum(1))
        object.__setattr__(self, "cone", self._cone(middle))

    def _cone(self, middle: NDArray[np.float64]) -> Floats:
        owners: dict[tuple[int, int], list[int]] = {}
        for number, face in enumerate(self.faces):
            for a, b in zip(face, face[1:] + face[:1], strict=True):
                owners.setdefault((min(a, b), max(a, b)), []).append(number)
        front = self.offsets < 0
        rim = [edge for edge, pair in owners.items() if front[pair].sum() == 1]
        if not rim:
            return np.zeros((0, 3), np.float32)
        planes = unit(np.array([np.cross(self.vertices[a], self.vertices[b]) for a, b in rim]))
        planes *= np.where((planes * middle).sum(1) < 0, -1.0, 1.0)[:, None]
        return planes.astype(np.float32)

    @property
    def distance(self) -> float:
        """How far the nearest part roughly is; orders the painting."""
        return float(np.sqrt((self.vertices**2).sum(1)).min() * 0.5 + np.linalg.norm(self.vertices.mean(0)) * 0.5)

    def hits(self, d: Floats) -> tuple[NDArray[np.int64], Floats]:
        """The face that each ray enters by and its distance (rays that graze past get the nearest front face)."""
        facing = d @ self.normals.T.astype(np.float32)
        front = self.offsets < 0
        t = np.full(facing.shape, -np.inf, np.float32)
        np.divide(self.offsets.astype(np.float32), facing, out=t, where=front & (facing < -1e-6))
        face = t.argmax(axis=1)
        reach = float(np.sqrt((self.vertices**2).sum(1)).max())
        return face, np.clip(np.take_along_axis(t, face[:, None], 1)[:, 0], 0.05, reach)


def prism(base: NDArray[np.float64], along: NDArray[np.float64], facade: Facade, roof: Facade | None = None) -> Solid:
    """A convex polygon (N×3 points) pushed along a vector: box, tower, deck, gabled house, wedge of an arch."""
    n = len(base)
    sides = tuple((k, (k + 1) % n, n + (k + 1) % n, n + k) for k in range(n))
    caps = (tuple(range(n)), tuple(range(n, 2 * n)))
    return Solid(np.concatenate([base, base + along]), sides + caps, facade, roof)


def pyramid(base: NDArray[np.float64], apex: NDArray[np.float64], facade: Facade, roof: Facade | None = None) -> Solid:
    """A convex polygon (N×3 points) drawn to an apex: spire, hipped roof."""
    n = len(base)
    sides = tuple((k, (k + 1) % n, n) for k in range(n))
    return Solid(np.concatenate([base, apex[None]]), (*sides, tuple(range(n))), facade, roof)


def _window(solid: Solid, block: Block) -> tuple[int, int, int, int]:
    """Rows and columns (half-open, of the block; columns may run past the wrap) that hold the solid."""
    points = []
    for face in solid.faces:
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            t = np.linspace(0, 1, 17)[:, None]
            points.append(solid.vertices[a] * (1 - t) + solid.vertices[b] * t)
    d = unit(np.concatenate(points))
    e = np.arcsin(np.clip(d[:, 2], -1, 1))
    inside = [bool((solid.cone[:, 2] * s >= 0).all()) for s in (1.0, -1.0)]
    top, bottom = (np.pi / 2 if inside[0] else e.max()), (-np.pi / 2 if inside[1] else e.min())
    slack = 2 + 0.01 * block.height
    scale = block.height / np.pi
    row0 = int(np.clip(np.floor((np.pi / 2 - top) * scale - slack), block.row0, block.row1))
    row1 = int(np.clip(np.ceil((np.pi / 2 - bottom) * scale + slack), block.row0, block.row1))
    middle = solid.vertices.mean(0)
    centre = np.arctan2(middle[1], middle[0])
    off = (np.arctan2(d[:, 1], d[:, 0]) - centre + np.pi) % (2 * np.pi) - np.pi
    if any(inside) or off.max() - off.min() > 0.9 * np.pi or max(abs(top), abs(bottom)) > 1.5:
        return row0 - block.row0, row1 - block.row0, 0, block.width
    across = block.width / (2 * np.pi)
    left = int(np.floor((centre + off.min()) * across) - 2)
    right = int(np.ceil((centre + off.max()) * across) + 2)
    return row0 - block.row0, row1 - block.row0, left, min(right, left + block.width)


def _sample_bits(solid: Solid, index: Indices, block: Block) -> Bits:
    dx, dy, dz = block.sample_directions(index)
    inside = np.ones(dx.shape, bool)
    for p in solid.cone:
        inside &= dx * p[0] + dy * p[1] + dz * p[2] > 0
    return pack(inside)


def cover(solid: Solid, canvas: Canvas) -> tuple[Indices, Bits]:
    """Open pixels of the block that the solid touches, and their sample bits."""
    block = canvas.block
    row0, row1, left, right = _window(solid, block)
    if row1 <= row0 or not len(solid.cone):
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    columns = np.arange(left, right) % block.width
    index = (np.arange(row0, row1)[:, None] * block.width + columns).ravel()
    index = index[canvas.is_open(index)]
    margin = (block.directions[index] @ solid.cone.T).min(axis=1)
    near = margin > -block.pixel_radius
    index, margin = index[near], margin[near]
    bits = np.full(len(index), FULL)
    partial = np.flatnonzero(margin < block.pixel_radius)
    bits[partial] = _sample_bits(solid, index[partial], block)
    some = bits != 0
    return index[some], bits[some]
