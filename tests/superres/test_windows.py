"""Windows cover a picture once, with what lies around them; on a ring that goes on at the other end."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skymatte.superres.windows import cut, window


@given(length=st.integers(1, 40), data=st.data(), around=st.integers(0, 50), ring=st.booleans())
def test_a_window_and_its_surroundings(length: int, data: st.DataObject, around: int, ring: bool) -> None:
    start = data.draw(st.integers(0, length - 1))
    stop = data.draw(st.integers(start + 1, length))
    columns = cut(start, stop, length, around, ring=ring)
    line = np.arange(length)[None]
    outside = {"mode": "wrap"} if ring else {"mode": "constant", "constant_values": -1}
    padded = np.pad(line, ((0, 0), (around, around)), **outside)
    expected = padded[0, start : stop + 2 * around]
    found = window(line, cut(0, 1, 1, around), columns)[0]
    assert found.tolist() == expected[expected >= 0].tolist()
    assert found[columns.inside].tolist() == list(range(start, stop))
    assert columns.larger(3) == slice(3 * columns.inside.start, 3 * columns.inside.stop)
    enlarged = window(line.repeat(3, axis=1), cut(0, 1, 1, around), columns.enlarged(3))[0]
    assert enlarged.tolist() == found.repeat(3).tolist()
    assert columns.enlarged(3).inside == columns.larger(3)
