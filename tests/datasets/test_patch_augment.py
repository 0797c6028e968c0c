"""Augmentation of patches: a plan says what may happen; light stays light, and the label stays true."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from skymatte.datasets.entry import Entry
from skymatte.datasets.manifest import read_rows
from skymatte.datasets.patch_augment import Augmentation, augment_patch
from skymatte.datasets.sources import read_source
from skymatte.datasets.views import View
from tests.datasets.material import BRIGHT, DARK, skyline, textured, view_of

Array = NDArray[np.float32]

SEEDS = st.integers(0, 2**32)
SIDE = 48

MOVES: dict[str, Any] = {
    "flip": 0.5,
    "shift_scale_rotate": {"chance": 0.4, "shift": 0.2, "scale": 0.2, "rotate": 25},
    "perspective": {"chance": 0.2, "scale": 0.1},
}
"""Those of the thesis."""

STEPS = ("haze", "wires", "dust", "exposure", "white_balance", "sun_clipping", "sensor_noise", "gamma")


def plan_of(content: Mapping[str, Any]) -> Augmentation:
    return Augmentation.model_validate(content)


def patch(seed: int = 0) -> View:
    source = textured(SIDE, SIDE, seed=seed)
    return view_of(source.pixels, source.sky)


def played(content: Mapping[str, Any], seed: int, view: View | None = None) -> View:
    view = view or patch()
    augment_patch(view, plan_of(content), np.random.default_rng(seed))
    return view


@st.composite
def plans(draw: st.DrawFn) -> Augmentation:
    """Any steps, as far as they go."""
    limits: dict[str, dict[str, Any]] = {name: {} for name in (*STEPS, "perspective")}
    limits["shift_scale_rotate"] = {"shift": 1, "scale": 0.5, "rotate": 180}
    limits["exposure"] = {"stops": 8}
    limits["gamma"] = {"limit": 2}
    chosen = {name: limit for name, limit in limits.items() if draw(st.booleans())}
    steps = {name: {"chance": draw(st.sampled_from([0.5, 1.0])), **limit} for name, limit in chosen.items()}
    return plan_of({"flip": draw(st.floats(0, 1)), **steps})


def test_nothing_happens_unless_it_is_asked_for() -> None:
    view, before = patch(), patch()
    augment_patch(view, Augmentation(), np.random.default_rng(0))
    np.testing.assert_array_equal(view.pixels, before.pixels)
    np.testing.assert_array_equal(view.sky, before.sky)
    np.testing.assert_array_equal(view.weight, before.weight)


@given(plans(), SEEDS)
def test_whatever_comes_in_light_and_label_come_out(plan: Augmentation, seed: int) -> None:
    rng = np.random.default_rng(seed)
    view = patch(seed % 5)
    view.weight = (rng.random((SIDE, SIDE)) < 0.8).astype(np.float32)
    flat = view.pixels.reshape(-1)
    flat[rng.choice(flat.size, 8, replace=False)] = (np.nan, np.inf, -np.inf, -1, 65504, 3.4e38, 1e12, 0)
    augment_patch(view, plan, rng)
    assert view.pixels.shape == (SIDE, SIDE, 3)
    assert view.sky.shape == view.weight.shape == (SIDE, SIDE)
    assert np.isfinite(view.pixels).all()
    assert view.pixels.min() >= 0
    for array in (view.pixels, view.sky, view.weight):
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
    for label in (view.sky, view.weight):
        assert label.min() >= 0
        assert label.max() <= 1


@pytest.mark.parametrize("light", [0.0, 1e-30, 65504.0, np.inf, np.nan])
def test_patches_of_one_light_pass_too(light: float) -> None:
    content = {**MOVES, **{name: {"chance": 1.0} for name in STEPS}}
    for seed in range(10):
        view = view_of(np.full((SIDE, SIDE, 3), light, np.float32), skyline(SIDE, SIDE))
        assert np.isfinite(played(content, seed, view).pixels).all()


@given(plans(), SEEDS)
def test_the_given_arrays_are_never_written_into(plan: Augmentation, seed: int) -> None:
    """They may be pages of a file that is opened for reading."""
    view = patch()
    for array in (view.pixels, view.sky, view.weight):
        array.flags.writeable = False
    augment_patch(view, plan, np.random.default_rng(seed))


@given(plans(), SEEDS)
def test_the_same_generator_gives_the_same_patch(plan: Augmentation, seed: int) -> None:
    one, other = patch(), patch()
    augment_patch(one, plan, np.random.default_rng(seed))
    augment_patch(other, plan, np.random.default_rng(seed))
    np.testing.assert_array_equal(one.pixels, other.pixels)
    np.testing.assert_array_equal(one.sky, other.sky)


def test_a_flip_swaps_left_and_right_to_the_bit() -> None:
    view, before = played({"flip": 1}, 0), patch()
    np.testing.assert_array_equal(view.pixels, before.pixels[:, ::-1])
    np.testing.assert_array_equal(view.sky, before.sky[:, ::-1])


def changed(content: Mapping[str, Any], count: int = 150) -> float:
    """Share of patches whose light is no longer what it was."""
    before = patch().pixels
    return float(np.mean([not np.array_equal(played(content, seed).pixels, before) for seed in range(count)]))


@pytest.mark.parametrize("name", ["perspective", *STEPS])
def test_a_step_happens_as_often_as_its_chance(name: str) -> None:
    limits = {"stops": (0, 1)} if name == "sun_clipping" else {}
    assert changed({name: {"chance": 0.4, **limits}}) == pytest.approx(0.4, abs=0.15)
    assert changed({name: {"chance": 0.0, **limits}}, 10) == 0


def test_the_moves_of_the_thesis_happen_as_often_as_it_says() -> None:
    """A flip 50 %, shift, scale and rotation 40 %, perspective 20 %: 24 % of the patches stay as they are."""
    assert changed({"flip": 0.5}) == pytest.approx(0.5, abs=0.12)
    assert changed({"shift_scale_rotate": MOVES["shift_scale_rotate"]}) == pytest.approx(0.4, abs=0.12)
    assert changed(MOVES, 300) == pytest.approx(1 - 0.5 * 0.6 * 0.8, abs=0.07)


@pytest.mark.parametrize("name", [name for name in STEPS if name != "wires"])
def test_weather_and_camera_leave_the_label_alone(name: str) -> None:
    before = patch()
    for seed in range(5):
        view = played({name: {"chance": 1}}, seed)
        np.testing.assert_array_equal(view.sky, before.sky)
        np.testing.assert_array_equal(view.weight, before.weight)


@given(SEEDS)
def test_the_label_follows_the_pixels_through_all_moves(seed: int) -> None:
    """Every pixel is a straight function of its label, and stays it."""
    sky = skyline(SIDE, SIDE, seed % 5)
    view = view_of(DARK + (BRIGHT - DARK) * sky[..., None], sky)
    played({"flip": 0.5, **{k: {**v, "chance": 1} for k, v in MOVES.items() if k != "flip"}}, seed, view)
    np.testing.assert_allclose(view.pixels, DARK + (BRIGHT - DARK) * view.sky[..., None], atol=1e-4)


def test_wires_are_no_sky() -> None:
    for seed in range(20):
        view = played({"wires": {"chance": 1}}, seed)
        touched = (view.pixels != patch().pixels).any(-1)
        assert (view.sky <= patch().sky).all()
        np.testing.assert_array_equal(view.sky[~touched], patch().sky[~touched])


def test_the_sun_keeps_its_range_where_no_sensor_saturates() -> None:
    """Exposure, white balance and gamma move it, a warp averages its rim; nothing takes its peak."""
    content: dict[str, Any] = {"flip": 0.5, "perspective": {"chance": 1}}
    content |= {name: {"chance": 1} for name in STEPS if name not in ("sun_clipping", "wires")}
    for seed in range(20):
        view = patch()
        view.pixels[20:26, 20:26] = 1e6
        assert played(content, seed, view).pixels.max() > 1e4


def test_directions_are_dropped_for_they_would_be_wrong() -> None:
    view = patch()
    view.directions = view.pixels
    assert played({}, 0, view).directions is None


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        ({"flip": 1.5}, "flip", "less than or equal to 1"),
        ({"flip": -0.1}, "flip", "greater than or equal to 0"),
        ({"flips": 0.5}, "flips", "Extra inputs"),
        ({"haze": {}}, "haze.chance", "required"),
        ({"haze": {"chance": "often"}}, "haze.chance", "valid number"),
        ({"haze": {"chance": float("nan")}}, "haze.chance", "less than or equal"),
        ({"shift_scale_rotate": {"chance": 1}}, "shift_scale_rotate", "all 0"),
        ({"sun_clipping": {"chance": 1, "stops": [5, 2]}}, "sun_clipping", "lowest level 5 is above the highest 2"),
        ({"gamma": {"chance": 1, "limit": 1}}, "gamma.limit", "greater than 1"),
        ({"exposure": {"chance": 1, "stops": 40}}, "exposure.stops", "less than or equal to 8"),
    ],
)
def test_a_wrong_plan_is_refused_with_the_place(content: dict[str, Any], place: str, what: str) -> None:
    with pytest.raises(ValidationError) as caught:
        plan_of(content)
    (error,) = caught.value.errors()
    assert ".".join(map(str, error["loc"])) == place
    assert what in error["msg"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        plan_of({"flip": 2, "haze": {"chance": 3}, "dust": {"chance": 0.1, "size": 4}})
    assert caught.value.error_count() == 3


def sunny(rows: list[Entry]) -> View:
    """A patch about the brightest sky of the real pictures, with ground and sky."""
    (entry,) = [row for row in rows if row.name == "rooitou_park_1k"]
    source = read_source(entry)
    row, column = np.unravel_index(np.argmax(source.pixels.max(-1) * source.sky), source.sky.shape)
    top, left = (
        int(np.clip(at - 112, 0, length - 224)) for at, length in zip((row, column), source.sky.shape, strict=True)
    )
    part = (slice(top, top + 224), slice(left, left + 224))
    return View(source.pixels[part], source.sky[part], 1 - source.ignore[part], None)


def test_a_real_patch_with_the_sun_keeps_both_sun_and_skyline(shared_data: Path) -> None:
    """Through all moves, weather, exposure, balance and noise: no light is cut off, and the sky stays brighter."""
    before = sunny(list(read_rows(shared_data / "hdri")))
    assert before.pixels.max() > 1e4
    content: dict[str, Any] = {"flip": 0.5, "shift_scale_rotate": {"chance": 1, "scale": 0.2, "rotate": 25}}
    content |= {name: {"chance": 1} for name in STEPS if name not in ("sun_clipping", "gamma")}
    for seed in range(6):
        view = played(content, seed, View(before.pixels, before.sky, before.weight, None))
        assert view.pixels.max() > 1e-2 * before.pixels.max()
        known = view.weight > 0.5
        sky, ground = (view.pixels[known & side].mean(-1) for side in (view.sky > 0.9, view.sky < 0.1))
        assert np.median(sky) > np.median(ground)
