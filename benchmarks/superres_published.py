"""Published figures of super-resolution, PSNR in dB and SSIM on luma, by set and scale."""

from __future__ import annotations

from typing import Final

Figure = tuple[float, float | None]
"""PSNR in dB, and SSIM where it is published."""

BICUBIC: Final[dict[tuple[str, int], Figure]] = {
    ("Set5", 2): (33.66, 0.9299),
    ("Set5", 3): (30.39, 0.8682),
    ("Set5", 4): (28.42, 0.8104),
    ("Set14", 2): (30.24, 0.8688),
    ("Set14", 3): (27.55, 0.7742),
    ("Set14", 4): (26.00, 0.7027),
    ("BSD100", 2): (29.56, 0.8431),
    ("BSD100", 3): (27.21, 0.7385),
    ("BSD100", 4): (25.96, 0.6675),
}
"""Kim et al. 2016 ("VDSR"), table 2; the protocol's proof."""

DCSCN: Final[dict[tuple[str, int], Figure]] = {
    ("Set5", 2): (37.79, None),
    ("Set5", 3): (34.06, None),
    ("Set5", 4): (31.72, None),
    ("Set14", 2): (33.25, None),
    ("Set14", 3): (29.95, None),
    ("Set14", 4): (28.25, None),
    ("BSD100", 2): (32.00, None),
    ("BSD100", 3): (28.89, None),
    ("BSD100", 4): (27.35, None),
}
"""The authors' program, github.com/jiny2001/dcscn-super-resolution: the full network, trained on DIV2K, eight-fold."""

VDSR: Final[dict[tuple[str, int], Figure]] = {
    ("Set5", 2): (37.53, 0.9587),
    ("Set5", 3): (33.66, 0.9213),
    ("Set5", 4): (31.35, 0.8838),
    ("Set14", 2): (33.03, 0.9124),
    ("Set14", 3): (29.77, 0.8314),
    ("Set14", 4): (28.01, 0.7674),
    ("BSD100", 2): (31.90, 0.8960),
    ("BSD100", 3): (28.82, 0.7976),
    ("BSD100", 4): (27.29, 0.7251),
}
"""Kim et al. 2016, table 2; trained on Yang91 and BSD200."""

FSRCNN: Final[dict[tuple[str, int], Figure]] = {
    ("Set5", 2): (37.00, 0.9558),
    ("Set5", 3): (33.16, 0.9140),
    ("Set5", 4): (30.71, 0.8657),
    ("Set14", 2): (32.63, 0.9088),
    ("Set14", 3): (29.43, 0.8242),
    ("Set14", 4): (27.59, 0.7535),
    ("BSD100", 2): (31.53, 0.8920),
    ("BSD100", 3): (28.53, 0.7910),
    ("BSD100", 4): (26.98, 0.7150),
}
"""Dong et al. 2016, table 4, trained on Yang91 and General-100; BSD100 as in Ahn et al. 2018 ("CARN"), table 1."""

PUBLISHED: Final = {"DCSCN": DCSCN, "VDSR": VDSR, "FSRCNN": FSRCNN}

AIMS: Final = {2: 37.3, 3: 33.5, 4: 31.1}
"""PSNR in dB on Set5 that our models shall reach, by scale."""
