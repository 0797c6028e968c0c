"""Closed regions of sky are judged alone, and every hard case has a name and a source."""

from __future__ import annotations

import numpy as np

from benchmarks.hard_cases import closed_regions
from skymatte.masks.labels import IGNORE, NON_SKY, SKY


def test_only_what_is_cut_off_from_the_open_sky_is_judged() -> None:
    label = np.full((200, 300), NON_SKY, np.uint8)
    label[:80] = SKY
    label[150:156, 100:110] = SKY  # a gap of 60 pixels
    label[120, 250] = SKY  # a speck
    judged = closed_regions(label)
    assert (judged[150:156, 100:110] == SKY).all()
    assert (judged[:100] == IGNORE).all()
    assert judged[120, 250] == IGNORE
    assert (judged[140:150, 100:110] == NON_SKY).all()
    assert judged[180, 200] == IGNORE
    assert np.count_nonzero(judged == SKY) == 60


def test_without_closed_regions_all_is_ignored() -> None:
    label = np.full((50, 50), NON_SKY, np.uint8)
    label[:20] = SKY
    assert (closed_regions(label) == IGNORE).all()
