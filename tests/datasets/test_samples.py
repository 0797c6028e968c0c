"""The stream of samples: a pure function of (seed, batch), in the shapes and shares that were asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from skymatte.datasets import samples as module
from skymatte.datasets.samples import Mixture, Samples
from skymatte.datasets.sources import Source
from skymatte.datasets.views import View, random_view
from skymatte.errors import InputError
from skymatte.picture.encoding import encode
from tests.datasets.material import textured

MIXTURE = Mixture({"open": 0.5, "negative": 0.25, "puresky": 0.25}, exchange=0.4, occluders=0.3)
SOURCES = [textured(stratum=stratum, seed=seed) for stratum in ("open", "negative", "puresky") for seed in range(2)]


def stream(sources: list[Source] = SOURCES, mixture: Mixture = MIXTURE, **changes: Any) -> Samples:
    settings: dict[str, Any] = {
        "encoding": "log",
        "size": 32,
        "batch": 4,
        "batches": 12,
        "wide_every": 3,
        "seed": 1,
    } | changes
    return Samples(sources, mixture, **settings)


def test_a_batch_depends_on_seed_and_index_alone() -> None:
    """Whatever was drawn before, in whichever order: a stopped run goes on with the same samples."""
    forward, backward = stream(), stream()
    in_order = [forward[index] for index in range(6)]
    for index in reversed(range(6)):
        for one, other in zip(in_order[index], backward[index], strict=True):
            assert torch.equal(one, other)


def test_workers_draw_the_same_batches() -> None:
    loader = DataLoader(stream(), batch_size=None, sampler=range(3, 6), num_workers=1)
    for index, batch in zip(range(3, 6), loader, strict=True):
        for one, other in zip(batch, stream()[index], strict=True):
            assert torch.equal(one, other)


@pytest.mark.parametrize("changes", [{"seed": 2}, {"encoding": "pq"}, {"size": 64}])
def test_other_settings_give_other_batches(changes: dict[str, Any]) -> None:
    one, other = stream()[0][0], stream(**changes)[0][0]
    assert one.shape != other.shape or not torch.equal(one, other)


def test_no_two_views_are_alike() -> None:
    seen = [picture.numpy().tobytes() for index in range(6) for picture in stream()[index][0]]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(("index", "count", "width"), [(0, 4, 32), (1, 4, 32), (2, 2, 64), (3, 4, 32), (5, 2, 64)])
def test_shapes_and_ranges(index: int, count: int, width: int) -> None:
    """Every third batch is wide: half as many views of twice the width."""
    picture, sky, weight = stream()[index]
    assert picture.shape == (count, 3, 32, width)
    assert sky.shape == weight.shape == (count, 1, 32, width)
    assert picture.dtype == sky.dtype == weight.dtype == torch.float32
    assert torch.isfinite(picture).all()
    assert sky.min() >= -1e-6
    assert sky.max() <= 1 + 1e-6
    assert set(np.unique(weight.numpy()).tolist()) <= {0.0, 1.0}


def test_wide_batches_can_be_left_out() -> None:
    assert {tuple(stream(wide_every=0)[index][0].shape) for index in range(6)} == {(4, 3, 32, 32)}


def test_the_stream_is_as_long_as_the_run() -> None:
    assert len(stream(batches=7)) == 7


def test_pixels_are_encoded_and_labels_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without augmentation, exchange and occluders a sample is the encoded view, channels first."""
    monkeypatch.setattr(module, "augment", lambda view, *_: view.pixels)
    sources, plain = [textured()], Mixture({"open": 1.0}, exchange=0.0, occluders=0.0)
    picture, sky, weight = stream(sources, plain)[0]
    for place in range(4):
        # The choices of stratum and picture come first.
        rng = np.random.default_rng((1, 0, place))
        rng.choice(1, p=[1.0])
        rng.integers(1)
        view = random_view(sources[0], rng, 32, 32)
        np.testing.assert_array_equal(picture[place].numpy(), encode("log", view.pixels).transpose(2, 0, 1))
        np.testing.assert_array_equal(sky[place, 0].numpy(), view.sky)
        np.testing.assert_array_equal(weight[place, 0].numpy(), view.weight)


def drawn(monkeypatch: pytest.MonkeyPatch, samples: Samples, batches: int) -> tuple[Counter[str], Counter[str]]:
    """How often each picture was shown, and each lent its sky; views are not really made."""
    shown, lent = Counter[str](), Counter[str]()

    def blank(source: Source, _: np.random.Generator, width: int, height: int) -> View:
        shown[source.stratum] += 1
        return View(
            np.ones((height, width, 3), np.float32),
            np.ones((height, width), np.float32),
            np.ones((height, width), np.float32),
            None,
        )

    monkeypatch.setattr(module, "random_view", blank)
    monkeypatch.setattr(module, "exchange_sky", lambda _, donor, __: lent.update([donor.stratum]))
    monkeypatch.setattr(module, "augment", lambda view, *_: view.pixels)
    for index in range(batches):
        samples[index]
    return shown, lent


def test_strata_get_their_shares_and_negatives_get_no_sky(monkeypatch: pytest.MonkeyPatch) -> None:
    mixture = replace(MIXTURE, occluders=0.0)
    shown, lent = drawn(monkeypatch, stream(mixture=mixture, wide_every=0), 250)
    assert sum(shown.values()) == 1000
    for stratum, share in mixture.strata.items():
        assert shown[stratum] / 1000 == pytest.approx(share, abs=0.05)
    assert lent.total() / (shown["open"] + shown["puresky"]) == pytest.approx(0.4, abs=0.06)
    assert lent["negative"] == 0


def test_strata_without_pictures_leave_their_share_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, _ = drawn(monkeypatch, stream(SOURCES[:4], replace(MIXTURE, exchange=0.0, occluders=0.0)), 50)
    assert set(shown) == {"open", "negative"}
    assert shown["open"] / shown.total() == pytest.approx(2 / 3, abs=0.12)


def test_pictures_of_a_stratum_without_a_share_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    mixture = Mixture({"negative": 1.0, "open": 0.0}, exchange=0.0, occluders=0.0)
    shown, _ = drawn(monkeypatch, stream(SOURCES, mixture), 20)
    assert set(shown) == {"negative"}


@pytest.mark.parametrize("strata", [{"video": 1.0}, {"open": 0.0}, {}])
def test_a_mixture_of_nothing_is_refused(strata: dict[str, float]) -> None:
    with pytest.raises(InputError, match="no training picture is of a stratum with a share"):
        stream(SOURCES, Mixture(strata, exchange=0.0, occluders=0.0))


def test_exchange_without_a_sky_to_lend_is_refused() -> None:
    with pytest.raises(InputError, match="no training panorama has enough sky to lend"):
        stream([textured(stratum="negative")], Mixture({"negative": 1.0}, exchange=0.5, occluders=0.0))
