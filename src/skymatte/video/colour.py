"""What a stream's tags say of its colours: read from the input, kept on the output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from skymatte.picture.color import REC709, Chromaticities

UNSPECIFIED: Final = 2
"""What ITU-T H.273 calls a tag that says nothing, in all three of its tables."""

BT709: Final = 1
BT601: Final = 6
BT2020: Final = 9
PQ: Final = 16
HLG: Final = 18
LINEAR: Final = 8
SRGB: Final = 13

LIMITED: Final = 1
FULL: Final = 2
"""FFmpeg's numbers of the two ranges (``AVColorRange``)."""

FULL_16: Final = 65535
SWSCALE_WHITE_16: Final = 65283
"""What libswscale's 16-bit RGB has for white where YCbCr is of limited range, both ways; measured with 9 to 16 bits."""

_D65 = (0.3127, 0.3290)
_PRIMARIES: dict[int, Chromaticities] = {
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, 0.310, 0.316),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *_D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, 0.310, 0.316),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *_D65),
}
"""ITU-T H.273 (2021), table 2; the others are Rec.709, or nothing that a camera writes."""

_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
_HD_ROWS = 720


@dataclass(frozen=True, slots=True)
class Colour:
    """The tags of a stream, as ITU-T H.273 numbers them.

    Attributes:
        primaries: table 2.
        transfer: table 3.
        matrix: table 4.
        mastering: the mastering display (SMPTE ST 2086): x, y of red, green, blue and white, brightest and darkest
            cd/m²; ``None`` if the stream does not say.
        light: brightest pixel and brightest frame on average, cd/m² (CTA-861.3 MaxCLL, MaxFALL); ``None`` likewise.
    """

    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED
    matrix: int = UNSPECIFIED
    mastering: tuple[float, ...] | None = None
    light: tuple[int, int] | None = None

    @property
    def chromaticities(self) -> Chromaticities:
        """Of the primaries; Rec.709 where nobody says."""
        return _PRIMARIES.get(self.primaries, REC709)


UNTAGGED: Final = Colour()
"""Of a stream that says nothing."""


def known_matrix(matrix: int, height: int) -> int:
    """The matrix between YCbCr and RGB that a tag means (ITU-T H.273, table 4).

    Args:
        matrix: the tag.
        height: of the coded picture.  Where the stream does not say, HD (720 rows and more) is BT.709 and the rest
            BT.601, which is what players take it for.
    """
    if matrix in _MATRICES:
        return matrix
    return BT709 if height >= _HD_ROWS else BT601


def swscale_matrix(matrix: int) -> int:
    """libswscale's number (``SWS_CS_*``) of a matrix that :func:`known_matrix` gave."""
    return _MATRICES[matrix]
