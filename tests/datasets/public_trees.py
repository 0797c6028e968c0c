"""Trees laid out as public data sets are published, each picture with the upper half sky."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.oiio import write_png8

HEIGHT, WIDTH = 12, 16


def write_picture(path: Path, height: int = HEIGHT, width: int = WIDTH) -> Path:
    """Write an 8-bit picture, bright above and dark below."""
    light = np.full((height, width, 3), 40, np.uint8)
    light[: height // 2] = 200
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), light)
    return path


def classes(sky: int, other: int, void: int | None = None) -> NDArray[np.uint8]:
    """H×W class numbers: sky above, another class below, the last row void."""
    numbers = np.full((HEIGHT, WIDTH), other, np.uint8)
    numbers[: HEIGHT // 2] = sky
    if void is not None:
        numbers[-1] = void
    return numbers


def expected(void: bool = True) -> NDArray[np.uint8]:
    """The label that :func:`classes` stands for."""
    return classes(255, 0, 128 if void else None)


def write_numbers(path: Path, numbers: NDArray[np.uint8]) -> Path:
    """Write a grey PNG as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_png8(path, numbers)
    return path


def write_camvid(folder: Path) -> Path:
    """Two drives, one of them in train and val as in the SegNet folder."""
    for split, names in {
        "train": ("0001TP_006690", "0016E5_08640"),
        "val": ("0016E5_07959",),
        "test": ("Seq05VD_f00000",),
    }.items():
        for name in names:
            write_picture(folder / split / f"{name}.png")
            write_numbers(folder / f"{split}annot" / f"{name}.png", classes(0, 3, 11))
    return folder


def write_cityscapes(folder: Path) -> Path:
    """Three cities; the test split has pictures only in effect: its labels are all void."""
    for split, city, sky in (("train", "aachen", 23), ("val", "munster", 23), ("test", "berlin", 0)):
        frame = f"{city}_000000_000019"
        write_picture(folder / "leftImg8bit" / split / city / f"{frame}_leftImg8bit.png")
        labels = folder / "gtFine" / split / city
        write_numbers(labels / f"{frame}_gtFine_labelIds.png", classes(sky, 7 if sky else 0, 3))
        write_numbers(labels / f"{frame}_gtFine_instanceIds.png", classes(sky, 7, 3))
        write_picture(labels / f"{frame}_gtFine_color.png")
    return folder


def write_ade20k_challenge(folder: Path) -> Path:
    """One picture a split."""
    for split, short in (("training", "train"), ("validation", "val")):
        name = f"ADE_{short}_00000001"
        write_picture(folder / "images" / split / f"{name}.jpg")
        write_numbers(folder / "annotations" / split / f"{name}.png", classes(3, 2, 0))
    (folder / "objectInfo150.txt").write_text("Idx\tRatio\tTrain\tVal\tName\n")
    return folder


def segments(numbers: NDArray[np.int32], instance: int = 7) -> NDArray[np.uint8]:
    """Classes as ``*_seg.png`` codes them, H×W×3 RGB: tens of R, G, and the instance in B."""
    colours = np.empty((*numbers.shape, 3), np.uint8)
    colours[..., 0] = numbers // 256 * 10
    colours[..., 1] = numbers % 256
    colours[..., 2] = np.where(numbers > 0, instance, 0)
    return colours


def write_ade20k_whole(folder: Path) -> Path:
    """One street in training and one picture without its segments in validation."""
    street = folder / "images" / "ADE" / "training" / "urban" / "street"
    write_picture(street / "ADE_train_00016869.jpg")
    numbers = classes(1, 2, 0).astype(np.int32)
    codes = np.array([0, 2420, 2855], np.int32)  # unlabelled, sky, tree
    write_png8(street / "ADE_train_00016869_seg.png", segments(codes[numbers]))
    write_numbers(street / "ADE_train_00016869" / "instance_000_ADE_train_00016869.png", classes(255, 0))
    write_picture(folder / "images" / "ADE" / "validation" / "nature" / "lake" / "ADE_val_00000002.jpg")
    return folder


def write_skyfinder(folder: Path, masks: str = "skyfinder_masks") -> Path:
    """Two cameras with frames and masks, one camera without a mask, one mask without frames."""
    for camera, frames in {"858": 3, "10870": 2, "4795": 1}.items():
        for hour in range(frames):
            write_picture(folder / camera / f"20130617_{10 + hour}1231.jpg")
    for camera in ("858", "10870", "65"):
        write_numbers(folder / masks / f"{camera}.png", classes(255, 0))
    return folder
