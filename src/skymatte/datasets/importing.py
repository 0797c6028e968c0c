"""Annotations of any kind into labels: ``labels/STEM.png``, 255 sky, 0 non-sky, 128 ignore."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.categories import Categories
from skymatte.datasets.coco import is_coco, read_coco
from skymatte.datasets.drawings import Drawing, Drawings
from skymatte.datasets.json_files import read_json
from skymatte.datasets.label_studio import is_label_studio, read_label_studio
from skymatte.datasets.mask_folder import read_mask_folder
from skymatte.datasets.painting import nearest, paint
from skymatte.datasets.picture_index import PictureIndex
from skymatte.datasets.proportions import Size, same_proportions
from skymatte.datasets.proxies import Proxy, find_proxy
from skymatte.errors import InputError, LabelError, OutputError, SkymatteError
from skymatte.masks.files import read_label
from skymatte.picture.oiio import write_png8
from skymatte.picture.size import read_size


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one picture's annotation.

    Attributes:
        where: what the annotation file calls it.
        picture: the picture, if it was found.
        label: the label that was written; ``None`` if none was.
        problems: why there is no label.
        notes: what a person should know.
    """

    where: str
    picture: Path | None = None
    label: Path | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    drawing: Drawing
    picture: Path
    proxy: Proxy | None


def read_drawings(path: Path, categories: Categories) -> Drawings:
    """What an annotation file (COCO or Label Studio JSON) or a folder of masks holds.

    Raises:
        LabelError: it is none of these, or corrupt.
    """
    if path.is_dir() or (path.is_file() and path.suffix.lower() == ".png"):
        return read_mask_folder(path)
    if path.suffix.lower() == ".zip":
        raise LabelError(f"{path}: is an archive; unpack it and give the JSON file or the folder of masks in it")
    read = _read_json_drawings(path, categories)
    if not read.drawings and not read.problems:
        raise LabelError(
            "; ".join((f"{path}: holds no annotated picture", *(note.removeprefix(f"{path}: ") for note in read.notes)))
        )
    return read


def _read_json_drawings(path: Path, categories: Categories) -> Drawings:
    content = read_json(path)
    if is_coco(content):
        return read_coco(path, content, categories)
    if is_label_studio(content):
        return read_label_studio(path, content, categories)
    raise LabelError(
        f'{path}: is neither COCO (an object with "images" and "annotations") nor Label Studio\'s JSON '
        '(a list of tasks with "data" and "annotations"); export it in one of these formats'
    )


def import_labels(
    drawings: Sequence[Drawing],
    pictures: PictureIndex,
    folder: Path,
    *,
    proxies: Sequence[Proxy] | None = None,
    repair: bool = False,
    overwrite: bool = False,
) -> Iterator[Imported]:
    """Write the label of every drawing in the size of its picture; one that fails never stops the others.

    Args:
        drawings: what was drawn.
        pictures: the pictures that it was drawn over, or those that the proxies were made of.
        folder: of the labels; made if needed.
        proxies: what was annotated in the place of the pictures.
        repair: mend polygons that are unsound; see :func:`skymatte.datasets.painting.paint`.
        overwrite: replace labels that differ.

    Yields:
        One result per drawing, in order.
    """
    found: list[_Found | Imported] = [_find(drawing, pictures, proxies) for drawing in drawings]
    by_label: dict[str, list[_Found]] = defaultdict(list)
    for each in found:
        if isinstance(each, _Found):
            by_label[each.picture.stem.casefold()].append(each)
    for each in found:
        if isinstance(each, Imported):
            yield each
            continue
        rivals = [other.drawing.where for other in by_label[each.picture.stem.casefold()] if other is not each]
        yield _import(each, rivals, folder, repair=repair, overwrite=overwrite)


def _find(drawing: Drawing, pictures: PictureIndex, proxies: Sequence[Proxy] | None) -> _Found | Imported:
    reasons = []
    found: dict[Path, _Found] = {}
    for names in drawing.references:
        try:
            proxy = None if proxies is None else _proxy(proxies, names)
            picture = pictures.find(names if proxy is None else (proxy.picture,))
            found[picture] = _Found(drawing, picture, proxy)
        except InputError as error:
            reasons.append(str(error))
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        reasons = [f"names several pictures: {', '.join(str(path) for path in found)}; make one task of each"]
    problems = (*drawing.problems, *reasons)
    return Imported(drawing.where, problems=tuple(_named(drawing.where, each) for each in problems))


def _proxy(proxies: Sequence[Proxy], names: tuple[str, ...]) -> Proxy:
    proxy = find_proxy(proxies, names)
    if proxy is None:
        raise LabelError(f"{' or '.join(names)} is none of the manifest's proxies (or several); check --proxies")
    return proxy


def _import(found: _Found, rivals: list[str], folder: Path, *, repair: bool, overwrite: bool) -> Imported:
    drawing, picture = found.drawing, found.picture
    target = folder / f"{picture.stem}.png"
    problems, notes = list(drawing.problems), list(drawing.notes)
    if rivals:
        problems.append(
            f"is not the only one for {target.name}: also {', '.join(rivals)}; keep one, or rename a picture"
        )
    try:
        if not problems:
            size = _size(found)
            if drawing.label is None:
                painted = paint(drawing, *size, repair=repair)
                label = painted.label
                problems += painted.problems
                notes += painted.notes
            else:
                label = _resized(drawing.label(), size, found)
        if not problems:
            _write(target, label, overwrite=overwrite)
    except SkymatteError as error:
        problems.append(str(error))
    return Imported(
        drawing.where,
        picture,
        None if problems else target,
        tuple(_named(drawing.where, problem) for problem in problems),
        tuple(_named(drawing.where, note) for note in notes),
    )


def _named(where: str, message: str) -> str:
    """A message that begins with what it is about; those about a mask file name it already."""
    return message if message.startswith(where) else f"{where}: {message}"


def _size(found: _Found) -> Size:
    """The picture's width and height, if what was annotated fits them."""
    width, height = read_size(found.picture)
    proxy, drawn = found.proxy, found.drawing.size
    if proxy is not None:
        if (proxy.width, proxy.height) != (width, height):
            raise LabelError(
                f"{found.picture} is {width}×{height}, but its proxy was made of {proxy.width}×{proxy.height}; "
                "give the pictures that the proxies were made of"
            )
        if drawn not in (None, (proxy.proxy_width, proxy.proxy_height)):
            small = _text((proxy.proxy_width, proxy.proxy_height))
            raise LabelError(f"was annotated on {_text(drawn)}, but the proxy {proxy.proxy} is {small}")
    elif drawn is not None:
        _check_proportions(drawn, (width, height), found.picture)
    return width, height


def _check_proportions(drawn: Size, size: Size, picture: Path) -> None:
    if same_proportions(drawn, size):
        return
    turned = "; it seems to be turned by 90°" if (drawn[0] > drawn[1]) != (size[0] > size[1]) else ""
    raise LabelError(
        f"was annotated on {_text(drawn)}, but {picture} is {_text(size)}: other proportions{turned}; "
        "annotate the picture itself or a proxy of it, neither cropped nor stretched"
    )


def _resized(label: NDArray[np.uint8], size: Size, found: _Found) -> NDArray[np.uint8]:
    height, width = label.shape
    _check_proportions((width, height), size, found.picture)
    return nearest(label, size)


def _write(target: Path, label: NDArray[np.uint8], *, overwrite: bool) -> None:
    if target.exists() and not overwrite:
        try:
            same = np.array_equal(read_label(target), label)
        except InputError:
            same = False
        if same:
            return
        raise OutputError(
            f"{target} exists and differs; say --overwrite to replace it, or choose another folder with -o"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{target.parent}: cannot be made ({error.strerror}); choose another folder with -o"
        ) from None
    write_png8(target, label)


def _text(size: Size | None) -> str:
    return "nothing" if size is None else f"{size[0]}×{size[1]}"
