"""Only reads a picture, and writes its light again if told where: ``python -m benchmarks.recode IN.exr [OUT.exr]``.

What is left of the time of ``skymatte segment`` beside it is the time of finding the sky.
"""

from __future__ import annotations

import sys
from pathlib import Path

from skymatte.picture.exr_write import to_half, write_channels
from skymatte.picture.read import read


def recode(source: Path, target: Path | None) -> None:
    """Read ``source``; write its three channels as half, ZIP-compressed, to ``target`` if there is one."""
    pixels = read(source).pixels
    if target is not None:
        write_channels(target, {name: to_half(pixels[..., index])[0] for index, name in enumerate("RGB")})


if __name__ == "__main__":
    recode(*map(Path, sys.argv[1:2]), *map(Path, sys.argv[2:3]) if len(sys.argv) > 2 else (None,))
