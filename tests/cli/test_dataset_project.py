"""``skymatte dataset project``, through the command line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.masks.files import read_exr_matte, read_label
from skymatte.picture.exr_write import write_channels
from skymatte.picture.model import Projection, Window
from skymatte.picture.oiio import write_png8, write_png16
from skymatte.picture.projection import equirectangular_directions, fisheye_directions
from skymatte.picture.read import read
from tests.cli.run import names
from tests.scenery import read_exr, write_other

HEIGHT = 64


def project(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["dataset", "project", *map(str, arguments)])


def light() -> NDArray[np.float32]:
    """A panorama of its own directions, made positive, with a sun that an 8-bit picture could not hold."""
    pixels = equirectangular_directions(2 * HEIGHT, HEIGHT) + 2
    pixels[10:13, 40:44] = 30000
    return np.asarray(pixels, np.float32)


def above() -> NDArray[np.uint8]:
    """The label of :func:`light`: sky above the horizon."""
    label = np.zeros((HEIGHT, 2 * HEIGHT), np.uint8)
    label[: HEIGHT // 2] = 255
    return label


def panorama(path: Path, dtype: Any = np.float16, **attributes: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    planes = {name: light()[..., index].astype(dtype) for index, name in enumerate("RGB")}
    write_channels(path, planes, attributes={"envmap": OpenEXR.ENVMAP_LATLONG, **attributes})
    return path


def label(path: Path, values: NDArray[np.uint8] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_png8(path, above() if values is None else values)
    return path


def header(path: Path) -> dict[str, Any]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return dict(file.header())


def refused(result: Result, code: int) -> str:
    """The message of a command that ended with this exit code and without a traceback."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return " ".join(result.stderr.replace("│", " ").split())


def test_a_panorama_becomes_a_fisheye(tmp_path: Path) -> None:
    source = panorama(tmp_path / "in" / "a.exr")
    label(tmp_path / "labels" / "a.png")
    out = tmp_path / "out"
    result = project(source, "-o", out, "--to", "fisheye", "--labels", tmp_path / "labels")
    assert result.exit_code == 0, result.output
    assert names(out) == ["labels/a.png", "pictures/a.exr"]
    assert "a.exr: equirectangular 128×64 → fisheye 64×64, 78." in result.stdout
    picture = read(out / "pictures" / "a.exr", projection="fisheye")
    # Straight up: the camera's forward is the world's up, its up the world's back.
    directions, circle = fisheye_directions(64, 64, math.pi)
    expected = np.stack((directions[..., 0], directions[..., 2], -directions[..., 1]), -1) + 2
    calm = circle & (picture.pixels.max(-1) < 4)
    assert calm.sum() > 0.9 * circle.sum()
    np.testing.assert_allclose(picture.pixels[calm], expected[calm], atol=0.01)
    assert picture.pixels.max() > 20000
    np.testing.assert_array_equal(picture.pixels[~circle], 0)
    values = read_label(out / "labels" / "a.png")
    np.testing.assert_array_equal(values[32, 1:-1], 255)
    np.testing.assert_array_equal(values[~circle], 0)


def test_a_fisheye_becomes_a_panorama_and_what_it_did_not_see_is_ignored(tmp_path: Path) -> None:
    out = tmp_path / "out"
    source = panorama(tmp_path / "a.exr")
    label(tmp_path / "a.png", np.full((HEIGHT, 2 * HEIGHT), 255, np.uint8))
    assert project(source, "-o", tmp_path / "dome", "--to", "fisheye", "--labels", tmp_path).exit_code == 0
    dome = tmp_path / "dome"
    options = ("--from", "fisheye", "--to", "equirectangular", "--width", 256, "--labels", dome / "labels")
    assert project(dome / "pictures" / "a.exr", "-o", out, *options).exit_code == 0
    picture = read(out / "pictures" / "a.exr")
    assert picture.projection is Projection.EQUIRECTANGULAR
    assert picture.projection_source == "envmap attribute"
    assert (picture.width, picture.height) == (256, 128)
    expected = equirectangular_directions(256, 128) + 2
    calm = picture.pixels[:60].max(-1) < 4
    assert calm.mean() > 0.9
    np.testing.assert_allclose(picture.pixels[:60][calm], expected[:60][calm], atol=0.03)
    values = read_label(out / "labels" / "a.png")
    np.testing.assert_array_equal(values[:64], 255)
    np.testing.assert_array_equal(values[64:], 128)
    np.testing.assert_array_equal(picture.pixels[64:], 0)


def test_a_fisheye_becomes_a_photograph(tmp_path: Path) -> None:
    """Both sides with angles of their own: from the dome, a window to the right, 45° up."""
    source = panorama(tmp_path / "a.exr")
    lens = ("--mapping", "stereographic", "--fov", 200, "--pitch", 80, "--width", 256)
    assert project(source, "-o", tmp_path / "dome", "--to", "fisheye", *lens).exit_code == 0
    taken = ("--from", "fisheye", "--from-mapping", "stereographic", "--from-fov", 200, "--from-pitch", 80)
    view = ("--to", "perspective", "--fov", 40, "--yaw", 90, "--pitch", 45, "--width", 61, "--height", 61)
    dome = tmp_path / "dome" / "pictures" / "a.exr"
    assert project(dome, "-o", tmp_path / "view", *taken, *view).exit_code == 0
    pixels = read(tmp_path / "view" / "pictures" / "a.exr").pixels
    assert pixels.shape == (61, 61, 3)
    np.testing.assert_allclose(pixels[30, 30], [2 + math.sqrt(0.5), 2 + math.sqrt(0.5), 2], atol=0.01)
    assert pixels[30, 0, 2] > 2.3 > 1.7 > pixels[30, 60, 2]  # who looks right has the front on the left


@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [(".half.exr", np.float16), (".float.exr", np.float32), (".hdr", np.float32), (".png", np.float16)],
)
def test_the_depth_of_the_source_is_kept(tmp_path: Path, suffix: str, dtype: Any) -> None:
    source = tmp_path / f"a{suffix}"
    if suffix.endswith(".exr"):
        panorama(source, np.float16 if "half" in suffix else np.float32)
    else:
        write_other(source, light() / np.float32(1 if suffix == ".hdr" else 4))
    out = tmp_path / "out"
    assert project(source, "-o", out, "--to", "perspective", "--width", 20).exit_code == 0
    channels = read_exr(out / "pictures" / f"{source.stem}.exr")
    assert {name: plane.dtype for name, plane in channels.items()} == dict.fromkeys("BGR", np.dtype(dtype))


def test_light_beyond_a_half_survives_in_float(tmp_path: Path) -> None:
    pixels = np.full((32, 64, 3), 1e6, np.float32)
    write_channels(tmp_path / "a.exr", dict.fromkeys("RGB", pixels[..., 0]))
    assert project(tmp_path / "a.exr", "-o", tmp_path, "--to", "fisheye", "--pitch", 0).exit_code == 0
    assert read(tmp_path / "pictures" / "a.exr").pixels.max() == 1e6


def test_what_is_known_of_the_shot_is_kept(tmp_path: Path) -> None:
    source = panorama(
        tmp_path / "a.exr", owner="we", expTime=0.5, comments="on a hill", renderer="another", worldToCamera=np.eye(4)
    )
    project(source, "-o", tmp_path, "--to", "fisheye", "--fov", 170, "--pitch", 80, "--yaw", -20)
    found = header(tmp_path / "pictures" / "a.exr")
    assert (found["owner"], found["expTime"], found["comments"]) == ("we", 0.5, "on a hill")
    assert found["skymatte.camera"] == "equidistant fisheye fov=170 yaw=-20 pitch=80 roll=0"
    assert not {"envmap", "renderer", "worldToCamera"} & found.keys()


def test_a_panorama_is_levelled(tmp_path: Path) -> None:
    """Its own angles turn a panorama: what stood at longitude 90° stands in the middle."""
    source = panorama(tmp_path / "a.exr")
    assert project(source, "-o", tmp_path / "out", "--to", "equirectangular", "--yaw", 90).exit_code == 0
    turned = read(tmp_path / "out" / "pictures" / "a.exr").pixels
    np.testing.assert_allclose(turned, np.roll(read(source).pixels, -HEIGHT // 2, axis=1), rtol=5e-3)


def test_labels_and_mattes_of_any_size_come_along(tmp_path: Path) -> None:
    """A label drawn on a smaller picture, and a matte beside it."""
    source = panorama(tmp_path / "in" / "a.exr")
    label(tmp_path / "labels" / "a.mask.png", above()[::2, ::2])
    fraction = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None].repeat(2 * HEIGHT, 1)
    write_channels(tmp_path / "labels" / "a.matte.exr", {"sky.A": fraction})
    out = tmp_path / "out"
    view = ("--to", "perspective", "--fov", 60, "--width", 41, "--height", 41)
    assert project(source, "-o", out, *view, "--labels", tmp_path / "labels").exit_code == 0
    assert names(out) == ["labels/a.png", "mattes/a.matte.exr", "pictures/a.exr"]
    values = read_label(out / "labels" / "a.png")
    assert values.shape == (41, 41)
    np.testing.assert_array_equal(values[[0, 19], 20], 255)
    np.testing.assert_array_equal(values[[22, 40], 20], 0)
    matte = read_exr_matte(out / "mattes" / "a.matte.exr")
    elevation = math.atan(20 / (20.5 / math.tan(math.radians(30))))
    rows = (0.5 - np.array([elevation, 0, -elevation]) / math.pi) * HEIGHT - 0.5
    np.testing.assert_allclose(matte[[0, 20, 40], 20], rows / (HEIGHT - 1), atol=2e-3)


def test_a_sixteen_bit_png_is_a_matte(tmp_path: Path) -> None:
    source = panorama(tmp_path / "in" / "a.exr")
    (tmp_path / "labels").mkdir()
    write_png16(tmp_path / "labels" / "a.png", np.full((HEIGHT, 2 * HEIGHT), 32768, np.uint16))
    assert project(source, "-o", tmp_path / "out", "--to", "fisheye", "--labels", tmp_path / "labels").exit_code == 0
    assert names(tmp_path / "out") == ["mattes/a.matte.exr", "pictures/a.exr"]
    assert read_exr_matte(tmp_path / "out" / "mattes" / "a.matte.exr")[32, 32] == pytest.approx(0.5, abs=1e-3)


def test_one_bad_picture_does_not_stop_the_others(tmp_path: Path) -> None:
    good = panorama(tmp_path / "in" / "good.exr")
    nothing = panorama(tmp_path / "in" / "unlabelled.exr")
    odd = panorama(tmp_path / "in" / "odd.exr")
    strange = panorama(tmp_path / "in" / "strange.exr")
    (tmp_path / "in" / "text.exr").write_text("These are words, not light." * 20)
    labels = tmp_path / "labels"
    label(labels / "good.png")
    label(labels / "odd.png", np.zeros((40, 40), np.uint8))
    label(labels / "strange.png", np.full((HEIGHT, 2 * HEIGHT), 7, np.uint8))
    out = tmp_path / "out"
    inputs = (good, nothing, odd, strange, tmp_path / "in" / "text.exr", tmp_path / "in" / "absent.exr")
    result = project(*inputs, "-o", out, "--to", "fisheye", "--labels", labels)
    assert result.exit_code == 1
    errors = result.stderr.splitlines()
    assert len(errors) == 5
    assert f"{nothing}: no label of its name in {labels}; name it unlabelled.png" in errors[0]
    assert "odd.png: is 40×40, its picture 128×64: other proportions" in errors[1]
    assert "strange.png holds values that mean nothing (7)" in errors[2]
    assert "text.exr" in errors[3]
    assert "absent.exr: no such file" in errors[4]
    assert result.stdout.splitlines()[-1] == "1 done, 5 failed"
    assert names(out) == ["labels/good.png", "pictures/good.exr"]


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    for name in ("a", "b"):
        panorama(tmp_path / "in" / f"{name}.exr")
    assert project(tmp_path / "in", "-o", tmp_path / "out", "--to", "fisheye").exit_code == 0
    assert names(tmp_path / "out") == ["pictures/a.exr", "pictures/b.exr"]


def test_existing_results_are_kept_unless_asked_otherwise(tmp_path: Path) -> None:
    source, out = panorama(tmp_path / "a.exr"), tmp_path / "out"
    label(out / "labels" / "a.png")
    label(tmp_path / "labels" / "a.png")
    asked = (source, "-o", out, "--to", "fisheye", "--labels", tmp_path / "labels")
    assert "labels/a.png: exists already; use --overwrite" in refused(project(*asked), 1)
    assert names(out) == ["labels/a.png"]
    assert project(*asked, "--overwrite").exit_code == 0
    assert read_label(out / "labels" / "a.png").shape == (64, 64)


def test_an_input_is_never_replaced(tmp_path: Path) -> None:
    source = panorama(tmp_path / "pictures" / "a.exr")
    before = source.read_bytes()
    said = refused(project(source, "-o", tmp_path, "--to", "fisheye", "--overwrite"), 1)
    assert "would replace an input picture" in said
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--to", "fisheye", "--fov", 400), "a field of view of 400° cannot be"),
        (("--to", "equirectangular", "--fov", 180), "leave its field of view out"),
        (("--to", "perspective", "--mapping", "stereographic"), "only a fisheye has a mapping"),
        (("--to", "perspective", "--from", "perspective"), "field of view of a perspective picture must be given"),
        (("--to", "fisheye", "--from", "equirectangular", "--from-fov", 90), "leave its field of view out"),
        (("--to", "fisheye", "--height", 20), "gets its height from --width"),
        (("--to", "equirectangular", "--width", 21), "must be even"),
        (("--to", "fisheye", "--width", 100000), "pixels can"),
        (("--to", "fisheye", "--width", 0), "Invalid value for '--width'"),
        (("--to", "fisheye", "--pitch", "nan"), "must be finite"),
        (("--to", "cylinder"), "'cylinder' is not one of"),
        ((), "Missing option '--to'"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_read(
    tmp_path: Path, options: tuple[object, ...], says: str
) -> None:
    assert says in refused(project(tmp_path / "absent.exr", "-o", tmp_path / "out", *options), 2)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_labels_that_is_not_there(tmp_path: Path) -> None:
    source = panorama(tmp_path / "a.exr")
    said = refused(project(source, "-o", tmp_path, "--to", "fisheye", "--labels", tmp_path / "absent"), 2)
    assert "absent: no such folder" in said


def test_pictures_of_one_name_are_refused(tmp_path: Path) -> None:
    inputs = panorama(tmp_path / "x" / "a.exr"), panorama(tmp_path / "y" / "A.exr")
    assert "would get one name" in refused(project(*inputs, "-o", tmp_path / "out", "--to", "fisheye"), 2)


def test_a_photograph_of_unknown_field_of_view(tmp_path: Path) -> None:
    write_other(tmp_path / "a.png")
    asked = (tmp_path / "a.png", "-o", tmp_path / "out", "--to", "equirectangular")
    said = refused(project(*asked), 1)
    assert "a.png: the field of view of a perspective picture must be given" in said
    assert "taken for perspective" in said
    result = project(*asked, "--from-fov", 70)
    assert result.exit_code == 0
    assert "note: taken for perspective" in result.stdout


def test_views_that_have_nothing_in_common(tmp_path: Path) -> None:
    source = write_other(tmp_path / "a.png")
    view = ("--from", "fisheye", "--to", "perspective", "--pitch", -60, "--fov", 40)
    assert "nothing of it is in the view asked for" in refused(project(source, "-o", tmp_path / "out", *view), 1)
    assert not (tmp_path / "out").exists()


def test_a_part_of_a_frame_is_refused(tmp_path: Path) -> None:
    planes = {name: np.ones((8, 16), np.float32) for name in "RGB"}
    write_channels(tmp_path / "a.exr", planes, display_window=Window(0, 0, 31, 15))
    said = refused(project(tmp_path / "a.exr", "-o", tmp_path / "out", "--to", "fisheye"), 1)
    assert "holds only a part of its frame" in said


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    source = panorama(tmp_path / "a.exr")
    label(tmp_path / "labels" / "a.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "labels").write_text("mine")
    asked = (source, "-o", tmp_path / "out", "--to", "fisheye", "--labels", tmp_path / "labels")
    assert "cannot be made" in refused(project(*asked), 1)
    assert names(tmp_path / "out") == ["labels"]


def test_broken_samples_are_repaired_and_told(tmp_path: Path) -> None:
    plane = np.ones((16, 32), np.float32)
    plane[3, 4], plane[5, 6] = np.nan, -1
    write_channels(tmp_path / "a.exr", dict.fromkeys("RGB", plane))
    result = project(tmp_path / "a.exr", "-o", tmp_path / "out", "--to", "fisheye")
    assert "repaired: 3 NaN, 0 infinite, 3 negative samples" in result.stdout
    assert np.isfinite(read(tmp_path / "out" / "pictures" / "a.exr").pixels).all()


def test_a_real_panorama_there_and_back(tmp_path: Path, shared_data: Path) -> None:
    """What a dome kept of a real HDR panorama is the panorama, apart from detail finer than a pixel."""
    hdri = shared_data / "hdri"
    source = hdri / "pictures" / "acoustical_shell_1k.hdr"
    dome, back = tmp_path / "dome", tmp_path / "back"
    assert project(source, "-o", dome, "--to", "fisheye", "--width", 1024, "--labels", hdri / "labels").exit_code == 0
    up = ("--from", "fisheye", "--to", "equirectangular", "--width", 1024, "--labels", dome / "labels")
    assert project(dome / "pictures", "-o", back, *up).exit_code == 0
    original, again = (read(path).pixels[:250] for path in (source, back / "pictures" / f"{source.stem}.exr"))
    difference = np.abs(np.log2((again + 1e-3) / (original + 1e-3)))
    assert np.median(difference) < 0.02
    assert np.quantile(difference, 0.9) < 0.2  # leaves against the sky, one pixel wide
    truth = read_label(hdri / "labels" / f"{source.stem}.png")
    label_again = read_label(back / "labels" / f"{source.stem}.png")
    rows = slice(0, truth.shape[0] // 2 - 6)
    assert truth.shape == label_again.shape
    assert (truth[rows] == label_again[rows]).mean() > 0.998
    assert (label_again[truth.shape[0] // 2 + 1 :] == 128).all()
