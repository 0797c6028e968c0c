"""Kinds of patches, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from skymatte.datasets.patch_statistics import Kind, PatchStatistics, kind_of, statistics_table

FULL = np.full((2, 2), 255, np.uint8)
NONE = np.zeros((2, 2), np.uint8)


@pytest.mark.parametrize(
    ("sky", "weight", "kind", "share"),
    [
        (FULL, FULL, Kind.SKY, 1),
        (NONE, FULL, Kind.GROUND, 0),
        ([[255, 255], [255, 0]], FULL, Kind.BOTH, 0.75),
        ([[255, 255], [255, 254]], FULL, Kind.BOTH, 0.999),
        ([[0, 0], [0, 1]], FULL, Kind.BOTH, 0.001),
        ([[255, 255], [255, 0]], [[255, 255], [255, 0]], Kind.SKY, 1),
        ([[255, 0], [0, 0]], [[0, 255], [255, 255]], Kind.GROUND, 0),
        ([[255, 0], [0, 0]], [[51, 204], [0, 0]], Kind.BOTH, 0.2),
    ],
)
def test_kinds(sky: object, weight: object, kind: Kind, share: float) -> None:
    found = kind_of(np.asarray(sky, np.uint8), np.asarray(weight, np.uint8))
    assert found is not None
    assert found[0] is kind
    assert found[1] == pytest.approx(share, abs=1e-4)


def test_a_patch_without_a_label_is_of_no_kind() -> None:
    assert kind_of(FULL, NONE) is None


def test_the_table() -> None:
    counted = PatchStatistics(1, 2, 5, left_out=3, unlabelled=4, sky=0.5, pictures=6, places=5)
    columns, rows = statistics_table({"train": counted, "val": PatchStatistics()})
    assert dict(zip(columns, rows[0], strict=True)) == {
        "split": "train",
        "patches": "8",
        "sky only": "1 (12.5%)",
        "ground only": "2 (25.0%)",
        "both": "5 (62.5%)",
        "left out": "3",
        "unlabelled": "4",
        "mean sky": "50.0%",
        "pictures": "6",
        "places": "5",
    }
    assert rows[1][:3] == ("val", "0", "0 (0.0%)")
