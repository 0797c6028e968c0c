"""What is counted and timed while a stream is worked off."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from skymatte.video.statistics import Curve, Durations

STAGES: Final = ("decode", "find", "steady", "draw", "encode")
"""Of the way of a frame, in order."""


@dataclass(slots=True)
class Record:
    """One run over a stream, from its beginning to wherever it ended.

    Attributes:
        frames: came in.
        done: were written, or shown where nothing is written.
        dropped: came in and were passed over, because a newer one was there.
        seconds: from the first frame asked for to the last one done.
        interrupted: a person ended it.
        reading: a thread still waits for the input, which must not be closed therefore.
        stages: time that frames took at each stage, without waiting for other stages.
        latency: from a frame's arrival until it was shown; live only.
        sky: share of the pixels that are sky, over the time of the stream.
    """

    frames: int = 0
    done: int = 0
    dropped: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    reading: bool = False
    stages: dict[str, Durations] = field(default_factory=lambda: {name: Durations() for name in STAGES})
    latency: Durations = field(default_factory=Durations)
    sky: Curve = field(default_factory=Curve)

    @property
    def rate(self) -> float:
        """Frames per second from end to end."""
        return self.done / self.seconds if self.seconds else 0.0
