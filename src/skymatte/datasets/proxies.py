"""Proxies: small LDR copies of HDR pictures for tools that read nothing else, and the manifest that leads back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skymatte.datasets.json_files import first_fault, read_json
from skymatte.datasets.picture_names import as_uploaded
from skymatte.errors import LabelError, OutputError
from skymatte.picture.atomic import replacing
from skymatte.picture.display import tone_map
from skymatte.picture.jpeg import write_jpeg
from skymatte.picture.read import read

MANIFEST: Final = "manifest.json"
DEFAULT_SIDE: Final = 4096
"""Longest side of a proxy in pixels: what browsers draw without trouble, and fine enough for wires."""

_QUALITY: Final = 92


class Proxy(BaseModel):
    """One proxy.

    Attributes:
        proxy: its path below the manifest's folder, with ``/``.
        picture: name of the picture that it was made of, with the folder above it.
        width: of the picture, pixels.
        height: of the picture, pixels.
        proxy_width: of the proxy, pixels.
        proxy_height: of the proxy, pixels.
    """

    model_config = ConfigDict(frozen=True)

    proxy: str = Field(min_length=1)
    picture: str = Field(min_length=1)
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    proxy_width: int = Field(ge=1)
    proxy_height: int = Field(ge=1)


class _Manifest(BaseModel):
    skymatte_proxies: int = Field(ge=1, le=1)
    proxies: list[Proxy]


def write_proxy(picture: Path, target: Path, folder: Path, side: int = DEFAULT_SIDE) -> Proxy:
    """Tone-map a picture, bring its longest side to *side* pixels if it is longer, and write it as JPEG.

    Shrinking averages areas in linear light; the exposure is the picture's own.

    Args:
        picture: any that can be read.
        target: the JPEG, below *folder*; its folder is made.
        folder: where the manifest will be.
        side: longest side of the proxy, pixels.

    Raises:
        PictureError: the picture cannot be read.
        OutputError: the proxy cannot be written, or would replace its own picture.
    """
    if target.resolve() == picture.resolve():
        raise OutputError(f"{target}: the proxy would replace its own picture; choose another folder with -o")
    light = read(picture).pixels
    height, width = light.shape[:2]
    scale = min(1.0, side / max(width, height))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    if small != (width, height):
        light = np.asarray(cv2.resize(light, small, interpolation=cv2.INTER_AREA), np.float32)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_jpeg(target, tone_map(light), _QUALITY)
    return Proxy(
        proxy=target.relative_to(folder).as_posix(),
        picture=PurePosixPath(*picture.absolute().parts[-2:]).as_posix(),
        width=width,
        height=height,
        proxy_width=small[0],
        proxy_height=small[1],
    )


def read_proxies(path: Path) -> tuple[Proxy, ...]:
    """The proxies of a manifest.

    Raises:
        LabelError: missing, corrupt, or no such manifest.
    """
    try:
        return tuple(_Manifest.model_validate(read_json(path)).proxies)
    except ValidationError as error:
        raise LabelError(f"{path}: is no manifest of `skymatte dataset proxy` ({first_fault(error)})") from None


def write_proxies(path: Path, proxies: Iterable[Proxy]) -> None:
    """Add proxies to a manifest, in the place of those of the same name; it is made if it is not there.

    Raises:
        LabelError: what is there is no manifest.
        OutputError: it cannot be written.
    """
    known = {proxy.proxy: proxy for proxy in (read_proxies(path) if path.exists() else ())}
    known |= {proxy.proxy: proxy for proxy in proxies}
    content = {"skymatte_proxies": 1, "proxies": [known[name].model_dump() for name in sorted(known)]}
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def find_proxy(proxies: Iterable[Proxy], names: tuple[str, ...]) -> Proxy | None:
    """The proxy that one of several file names stands for, the surest first; ``None`` if there is none or several.

    Folders count only where file names repeat.  Names that an upload form changed are recognised.
    """
    listed = tuple(proxies)
    for normal in (str, as_uploaded):
        for name in names:
            wanted = PurePosixPath(name)
            found = [proxy for proxy in listed if normal(PurePosixPath(proxy.proxy).stem) == normal(wanted.stem)]
            if len(found) > 1:
                found = [proxy for proxy in found if wanted.as_posix().endswith(proxy.proxy)]
            if len(found) == 1:
                return found[0]
    return None
