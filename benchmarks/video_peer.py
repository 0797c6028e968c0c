"""A peer in skymatte's own pipeline, as a process: ``python -m benchmarks.video_peer PEERS NAME INPUT OUT JSON``.

Decoding, drawing and encoding are those of ``skymatte video``; the peer finds the sky in its place, on one thread for
each frame in work.  The report has the same keys.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.video_contest import Matte, VideoContestant, peer_video_contestants
from skymatte.runtime.providers import thread_count
from skymatte.video.draw import Artist, Kind
from skymatte.video.frame import Frame
from skymatte.video.pipeline import Unsteadied, run
from skymatte.video.record import Record
from skymatte.video.report import peak_memory_mb
from skymatte.video.setup import one_thread_each
from skymatte.video.sink import open_sink
from skymatte.video.source import open_source


class _Peer:
    def __init__(self, who: VideoContestant) -> None:
        self._who = who

    def find(self, frame: Frame) -> Matte:
        return self._who.find(frame)


def main(peers: str, name: str, source: str, target: str, report: str) -> None:
    one_thread_each()
    (who,) = (each for each in peer_video_contestants(Path(peers)) if each.name == name)
    record = Record()
    with open_source(source) as frames, open_sink(target, info=frames.info, kind=Kind.OVERLAY) as sink:
        artist = Artist(Kind.OVERLAY, who.threshold)
        run(frames, _Peer(who), Unsteadied(), artist, sink, record, workers=thread_count())
    stages = {stage: durations.as_dict() for stage, durations in record.stages.items()}
    found = {"fps": record.rate, "stages_ms": stages, "peak_memory_mb": peak_memory_mb(), "done": record.done}
    Path(report).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
