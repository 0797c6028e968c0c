"""Which frames a decoder was given and did not give back."""

from __future__ import annotations

import heapq


class Ledger:
    """Packets go in by their time stamps in any order, frames come out in the order of theirs; what they pass is lost.

    Holds as many time stamps as the decoder holds packets.

    Attributes:
        open: time stamps of what did not come yet; a heap.
    """

    def __init__(self) -> None:
        self.open: list[int] = []

    def sent(self, stamp: int) -> None:
        """A packet of that time stamp goes to the decoder."""
        heapq.heappush(self.open, stamp)

    def came(self, stamp: int) -> list[int]:
        """A frame of that time stamp came: those that should have come before it."""
        lost = []
        while self.open and self.open[0] <= stamp:
            lost.append(heapq.heappop(self.open))
        return [passed for passed in lost if passed != stamp]

    def rest(self) -> list[int]:
        """The stream has ended: those that never came."""
        lost, self.open = sorted(self.open), []
        return lost
