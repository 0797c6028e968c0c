"""How large a picture is, from its header alone."""

from __future__ import annotations

from pathlib import Path

import OpenImageIO

from skymatte.errors import PictureError
from skymatte.picture.exr_channels import choose_part
from skymatte.picture.exr_layout import read_layout
from skymatte.picture.limits import check_file, check_size
from skymatte.picture.oiio import FORMATS
from skymatte.picture.quiet import quiet
from skymatte.picture.read import read


def read_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels of what :func:`skymatte.picture.read.read` returns, without decoding it.

    EXIF orientation is applied; of an EXR it is the data window of the part that is read.  Camera RAW files are
    developed after all: only LibRaw knows what it will crop.

    Raises:
        PictureError: missing, corrupt, absurd or of an unknown format.
        MissingExtra: a RAW file, and the extra ``[raw]`` is not installed.
    """
    suffix = path.suffix.lower()
    if suffix == ".exr":
        check_file(path)
        window = choose_part(read_layout(path), None)[0].data_window
        check_size(path, window.width, window.height)
        return window.width, window.height
    if suffix in FORMATS:
        return _oiio_size(path)
    picture = read(path)
    return picture.width, picture.height


def _oiio_size(path: Path) -> tuple[int, int]:
    check_file(path)
    said: list[str] = []
    with quiet(said):
        file = OpenImageIO.ImageInput.open(str(path))
        if file is None:
            reason = " ".join((OpenImageIO.geterror() or " ".join(said)).split())[:300]
            raise PictureError(f"{path}: cannot be read ({reason}); the file is corrupt or misnamed: export it again")
        spec = file.spec()
        width, height, turned = spec.width, spec.height, spec.get_int_attribute("Orientation", 1) in (5, 6, 7, 8)
        file.close()
    check_size(path, width, height)
    return (height, width) if turned else (width, height)
