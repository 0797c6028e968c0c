"""Masks to polygons: the outlines of regions along the edges of pixels, and simpler ones for people to edit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from skymatte.masks.polygons import Points


@dataclass(frozen=True, slots=True)
class Region:
    """A connected part of a mask.

    Attributes:
        shell: its outer outline.
        holes: the outlines of what it encloses.
    """

    shell: Points
    holes: tuple[Points, ...]


def outline(mask: NDArray[np.bool_], tolerance: float = 0.0) -> list[Region]:
    """The regions of a mask, from the largest to the smallest.

    Pixels that touch at a corner only belong to different regions.  Without tolerance, :func:`polygons.draw` of all
    rings gives the mask back exactly.

    Args:
        mask: H×W bool.
        tolerance: pixels that an outline may move to have fewer corners (Douglas & Peucker 1973, kept from crossing
            itself); regions and holes smaller than a square of twice that side are left out.
    """
    shells: list[Points] = []
    holes: list[Points] = []
    for ring in _rings(mask):
        (shells if _area(ring) > 0 else holes).append(ring)
    smallest = (2 * tolerance) ** 2
    shells = sorted((ring for ring in shells if _area(ring) >= smallest), key=_area, reverse=True)
    holes = [ring for ring in holes if -_area(ring) >= smallest]
    regions = [Region(shell, tuple(own)) for shell, own in zip(shells, _owned(shells, holes), strict=True)]
    return [_simplified(region, tolerance) for region in regions] if tolerance > 0 else regions


def _simplified(region: Region, tolerance: float) -> Region:
    polygon = shapely.Polygon(region.shell, region.holes)
    simple = shapely.simplify(polygon if polygon.is_valid else polygon.buffer(0), tolerance, preserve_topology=True)
    if not isinstance(simple, shapely.Polygon) or simple.is_empty or not simple.is_valid:
        return region
    return Region(_points(simple.exterior), tuple(_points(ring) for ring in simple.interiors))


def _points(ring: shapely.LinearRing) -> Points:
    return np.asarray(ring.coords, np.float64)[:-1]


def _owned(shells: list[Points], holes: list[Points]) -> list[list[Points]]:
    """The holes of each shell: a hole belongs to the smallest shell around it."""
    owned: list[list[Points]] = [[] for _ in shells]
    if not holes or not shells:
        return owned
    areas = [shapely.Polygon(shell) for shell in shells]
    tree = shapely.STRtree(areas)
    for hole in holes:
        # The middle of a pixel beside the hole's first edge, on the side of the region.
        step = hole[1] - hole[0]
        inner = (hole[0] + hole[1]) / 2 + 0.5 * np.array([-step[1], step[0]]) / np.abs(step).sum()
        around = [int(index) for index in tree.query(shapely.Point(inner), predicate="intersects")]
        if around:
            owned[max(around)].append(hole)
    return owned


def _area(ring: Points) -> float:
    """Positive for shells, which run clockwise as seen on the screen, negative for holes."""
    x, y = ring.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def _rings(mask: NDArray[np.bool_]) -> list[Points]:
    """Closed outlines with the mask on their right hand, corners only."""
    rows, columns, diagonal = _corners(mask)
    if not rows.size:
        return []
    # Along a row of the lattice corners pair up into horizontal edges, along a column into vertical ones.  Where two
    # pixels touch diagonally there are two corners; their order decides which edges meet.
    across = np.lexsort((np.arange(rows.size), columns, rows))
    down = np.lexsort((np.where(diagonal, -np.arange(rows.size), np.arange(rows.size)), rows, columns))
    right = np.empty(rows.size, np.int64)
    right[across[0::2]], right[across[1::2]] = across[1::2], across[0::2]
    below = np.empty(rows.size, np.int64)
    below[down[0::2]], below[down[1::2]] = down[1::2], down[0::2]
    points = np.stack((columns, rows), axis=1).astype(np.float64)
    return [_directed(points[ring], mask) for ring in _walk(right.tolist(), below.tolist())]


def _corners(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Row and column of every corner on the lattice of pixel edges, in order; twice where two pixels touch
    diagonally, there with whether they are the upper right and the lower left one."""
    around = np.pad(mask, 1)
    upper_left, upper_right = around[:-1, :-1], around[:-1, 1:]
    lower_left, lower_right = around[1:, :-1], around[1:, 1:]
    simple = upper_left ^ upper_right ^ lower_left ^ lower_right
    double = (upper_left == lower_right) & (upper_right == lower_left) & (upper_left != upper_right)
    rows, columns = np.nonzero(simple | double)
    twice = double[rows, columns]
    repeats = 1 + twice.astype(np.int64)
    rising = twice & upper_right[rows, columns]
    return np.repeat(rows, repeats), np.repeat(columns, repeats), np.repeat(rising, repeats)


def _walk(right: list[int], below: list[int]) -> list[list[int]]:
    """Rings of corners, by turns along a horizontal and a vertical edge."""
    seen = bytearray(len(right))
    rings = []
    for start in range(len(right)):
        ring, corner = [], start
        while not seen[corner]:
            neighbour = right[corner]
            seen[corner] = seen[neighbour] = 1
            ring += [corner, neighbour]
            corner = below[neighbour]
        if ring:
            rings.append(ring)
    return rings


def _directed(ring: Points, mask: NDArray[np.bool_]) -> Points:
    """The ring with the mask on its right hand: below an edge that runs to the right."""
    (x0, y), (x1, _) = ring[0], ring[1]
    column, row = int(min(x0, x1)), int(y)
    mask_below = row < mask.shape[0] and bool(mask[row, column])
    return ring if mask_below == (x1 > x0) else ring[::-1]
