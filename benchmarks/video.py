"""Prints the tables of docs/video-quality.md: ``python -m benchmarks.video [--only labels,…] [--write docs]``.

Run it from the repository's root, with the extras ``[video,bench]`` installed.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Iterable
from functools import cached_property
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cases import Case, camvid_cases
from benchmarks.command import folder_of, processor, sections_among
from benchmarks.contest import Scoreboard, Store, contest
from benchmarks.flicker import flicker_table, moving_table
from benchmarks.moving_scene import moving_scenes
from benchmarks.quality import pooled_table
from benchmarks.skyfinder import by_camera, camera_table, clip_shots
from benchmarks.tables import update_page
from benchmarks.video_contest import VideoContestant, clips, model_contestant, peer_video_contestants
from benchmarks.video_quality import FILTERED, hdr_table, hdr_views, label_board, verdicts
from benchmarks.video_runtimes import runtime_table
from benchmarks.video_speed import network_table, speed_table
from skymatte.masks.metrics import sum_up
from skymatte.runtime.model import DEFAULT_MODEL, Model, find_model
from skymatte.video.setup import VIDEO_MODEL

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("SKYMATTE_SHARED", ROOT.parent / "shared")) / "data"
PAGE = "video-quality.md"


class Benchmark:
    """Every section is a method that returns Markdown."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._data: Path = options.data
        self._path = find_model(options.model or VIDEO_MODEL)

    @cached_property
    def _model(self) -> Model:
        return Model.load(self._path, "cpu")

    @cached_property
    def _us(self) -> VideoContestant:
        return model_contestant(self._model)

    @cached_property
    def _others(self) -> tuple[VideoContestant, ...]:
        """The default model and whatever was named with ``--beside``."""
        named = [find_model(DEFAULT_MODEL), *self._options.beside]
        return tuple(model_contestant(Model.load(path, "cpu")) for path in named if path != self._path)

    @cached_property
    def _peers(self) -> tuple[VideoContestant, ...]:
        return peer_video_contestants(self._data / "peers")

    def labels(self) -> str:
        board = label_board(self._data, (self._us, *self._others), self._peers)
        filtered = sum_up(board.groups["video"][self._us.name + FILTERED]).mean
        bars = verdicts(
            (
                ("labelled frames, mean IoU", filtered["iou"], 0.985),
                ("labelled frames, boundary F at 2 px", filtered["boundary_f_2"], 0.80),
            )
        )
        return pooled_table(board, "video") + "\n\n" + bars

    def camvid(self) -> str:
        board = self._contest(camvid_cases(self._data))
        pooled = {name: sum_up(scores).pooled["iou"] for name, scores in board.groups["camvid"].items()}
        best = max(pooled[peer.name] for peer in self._peers)
        bar = verdicts([("CamVid, pooled IoU, the better peer's", pooled[self._us.name], round(best, 4))])
        return pooled_table(board, "camvid") + "\n\n" + bar

    def hdr(self) -> str:
        return hdr_table(self._contest(hdr_views(self._data)))

    def _contest(self, cases: Iterable[Case]) -> Scoreboard:
        everybody = (self._us, *self._others, *self._peers)
        return contest(cases, [who.as_contestant() for who in everybody], Store(None))

    def flicker(self) -> str:
        return flicker_table(clips(self._data), [self._us])

    def moving(self) -> str:
        folder = self._options.cache / "moving" if self._options.cache else None
        return moving_table(moving_scenes(folder), [self._us])

    def speed(self) -> str:
        with TemporaryDirectory() as name:
            folder = self._options.cache / "clips" if self._options.cache else Path(name)
            cores, cpp = self._options.cores, self._options.cpp
            whole = speed_table(self._path, self._data, folder, cpp, cores)
            return whole + "\n\n" + network_table(self._path, self._data, folder, cores)

    def runtimes(self) -> str:
        return runtime_table([self._path, *self._options.reduced], self._data, self._options.cores)

    def skyfinder(self) -> str:
        everybody = (self._us, *self._others)
        return "\n\n".join(camera_table(who.name, by_camera(clip_shots(clips(self._data)), who)) for who in everybody)

    def setup(self) -> str:
        return (
            f"skymatte {version('skymatte')}, model {self._model.card.name} (SHA-256 {self._model.sha256[:12]}…); "
            f"{processor()}, {len(os.sched_getaffinity(0))} cores; Python {platform.python_version()}, ONNX Runtime "
            f"{version('onnxruntime')}, PyAV {version('av')}, ncnn {version('ncnn')}."
        )


SECTIONS: dict[str, Callable[[Benchmark], str]] = {
    "setup": Benchmark.setup,
    "labels": Benchmark.labels,
    "camvid": Benchmark.camvid,
    "hdr": Benchmark.hdr,
    "flicker": Benchmark.flicker,
    "moving": Benchmark.moving,
    "speed": Benchmark.speed,
    "runtimes": Benchmark.runtimes,
    "skyfinder": Benchmark.skyfinder,
}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.video", description="Video: quality, steadiness, speed."
    )
    parser.add_argument(
        "--only",
        type=sections_among(SECTIONS),
        action="append",
        metavar="A,B",
        help=f"{', '.join(SECTIONS)}; all by default",
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of hdri, camvid, video, peers (%(default)s)")
    parser.add_argument("--model", help="built-in name or ONNX file; the built-in one for video by default")
    parser.add_argument(
        "--beside", type=Path, action="append", default=[], metavar="FILE", help="another model for the quality tables"
    )
    parser.add_argument(
        "--reduced", type=Path, action="append", default=[], metavar="FILE", help="the model in fp16 or int8 (runtimes)"
    )
    parser.add_argument("--cores", type=int, default=2, help="that the timed processes get (%(default)s)")
    parser.add_argument(
        "--cpp", type=Path, default=ROOT / "cpp" / "build" / "skymatte-video", help="timed if it is there (%(default)s)"
    )
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep rendered scenes and clips there")
    parser.add_argument("--write", type=folder_of([PAGE]), metavar="DIR", help=f"put the tables into {PAGE} of DIR")
    options = parser.parse_args(arguments)
    options.only = list(chain.from_iterable(options.only)) if options.only else list(SECTIONS)
    return options


def main() -> None:
    """Print the sections asked for; put them into their page with ``--write``."""
    options = parse()
    benchmark = Benchmark(options)
    for name in options.only:
        text = SECTIONS[name](benchmark)
        print(f"## {name}\n\n{text}\n", flush=True)
        if options.write:
            update_page(options.write / PAGE, name, text)


if __name__ == "__main__":
    main()
