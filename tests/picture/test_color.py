"""Primaries and transfer tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skymatte.picture.color import REC709, Chromaticities, apply_matrix, rgb_to_xyz, srgb_table, to_rec709

XY = st.floats(0.05, 0.75)


def test_rec709_to_xyz() -> None:
    """The matrix of IEC 61966-2-1, to its four digits."""
    expected = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    np.testing.assert_allclose(rgb_to_xyz(REC709), expected, atol=6e-5)
    assert to_rec709(REC709) is None


@given(st.tuples(XY, XY, XY, XY, XY, XY, st.floats(0.25, 0.4), st.floats(0.25, 0.4)))
def test_white_stays_white(chromaticities: Chromaticities) -> None:
    xy = np.reshape(chromaticities, (4, 2))
    assume(abs(np.linalg.det(np.column_stack([xy[:3], np.ones(3)]))) > 0.05)
    matrix = to_rec709(chromaticities)
    assume(matrix is not None)
    assert matrix is not None
    scale = np.abs(matrix).max()
    np.testing.assert_allclose(matrix @ np.ones(3), np.ones(3), atol=1e-9 * max(1, scale))


def test_xyz_itself_is_a_colour_space() -> None:
    """Primaries (1, 0), (0, 1), (0, 0): the file holds X, Y, Z."""
    np.testing.assert_allclose(rgb_to_xyz((1, 0, 0, 1, 0, 0, 1 / 3, 1 / 3)), np.eye(3), atol=1e-12)


@pytest.mark.parametrize("chromaticities", [(0.3,) * 8, (0.0,) * 8, (float("nan"),) * 8, (0.64, 0.33) * 4])
def test_senseless_primaries(chromaticities: Chromaticities) -> None:
    with pytest.raises(ValueError, match="span no colour space"):
        to_rec709(chromaticities)


def test_out_of_gamut_is_lifted_and_overflow_stays_finite() -> None:
    pixels = np.array([[[1, 0, 0], [3e38, 3e38, 0]]], np.float32)
    apply_matrix(pixels, np.array([[2.0, 0, 0], [-1, 1, 0], [0, 0, 1]]))
    assert pixels[0, 0].tolist() == [2, 0, 0]
    assert np.isfinite(pixels).all()


def test_tables_end_at_0_and_1() -> None:
    for levels in (256, 65536):
        table = srgb_table(levels)
        assert (table[0], table[-1]) == (0, 1)
        assert (np.diff(table) > 0).all()
