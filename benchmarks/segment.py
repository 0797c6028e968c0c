"""Prints the tables of docs/benchmarks.md and docs/quality.md: ``python -m benchmarks.segment [--only quality,…]``.

Run it from the repository's root, with the extra ``[bench]`` installed; ``growth`` needs ``[train]``, too.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cases import TREELESS, Case, camvid_cases, hdr_cases, video_cases
from benchmarks.command import folder_of, processor, sections_among
from benchmarks.contest import Contestant, Scoreboard, Store, contest, peer_contestants, skymatte_contestant
from benchmarks.curve import growth_curve
from benchmarks.gallery import choose, gallery
from benchmarks.growth import DENSE_HEIGHT, HEIGHTS, dense_text, growth, growth_table
from benchmarks.hard import hard_table
from benchmarks.hard_cases import hard_cases
from benchmarks.matte import matte_cases, matte_contestants, matte_tables
from benchmarks.quality import Agreement, pooled_table, stability, stability_table, stratum_tables
from benchmarks.speed import METHODS, method_table, panoramas, speed_table
from benchmarks.summary import Boards, summary_table
from benchmarks.tables import update_page
from skymatte.runtime.model import Model

DATA = Path(os.environ.get("SKYMATTE_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"


class Benchmark:
    """Every section is a method that returns Markdown; what several sections need is measured once."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._data: Path = options.data
        self._store = Store(options.cache)
        self._peers = self._data / "peers"

    @cached_property
    def _model(self) -> Model:
        return Model.load(self._options.model, "cpu")

    @cached_property
    def _hdr(self) -> list[Case]:
        return list(hdr_cases(self._data))

    @cached_property
    def _everybody(self) -> tuple[Contestant, ...]:
        peers = peer_contestants(self._peers)
        return peers if self._options.peers_only else (skymatte_contestant(self._model), *peers)

    @cached_property
    def _hdr_board(self) -> Scoreboard:
        return contest(self._hdr, self._everybody, self._store)

    @cached_property
    def _camvid_board(self) -> Scoreboard:
        return contest(camvid_cases(self._data), self._everybody, self._store)

    @cached_property
    def _video_board(self) -> Scoreboard:
        return contest(video_cases(self._data), self._everybody, self._store)

    @cached_property
    def _matte_board(self) -> Scoreboard:
        folder = self._options.cache / "scenes" if self._options.cache else None
        everybody = matte_contestants(None if self._options.peers_only else self._model, self._peers)
        return contest(matte_cases(folder), everybody, self._store)

    @cached_property
    def _agreement(self) -> Agreement:
        cases = (case for case in self._hdr if case.group != "negative")
        return stability(cases, skymatte_contestant(self._model).mask)

    def quality(self) -> str:
        return stratum_tables(self._hdr_board)

    def camvid(self) -> str:
        treeless = contest(camvid_cases(self._data, trees=False), self._everybody, self._store)
        return (
            pooled_table(self._camvid_board, "camvid")
            + "\n\nThe same, the class tree not judged:\n\n"
            + pooled_table(treeless, TREELESS)
        )

    def video(self) -> str:
        return pooled_table(self._video_board, "video")

    def stability(self) -> str:
        return stability_table(self._agreement)

    def matte(self) -> str:
        return matte_tables(self._matte_board)

    def hard(self) -> str:
        return hard_table(contest(hard_cases(self._data, self._hdr), self._everybody, self._store))

    def speed(self) -> str:
        contestants = (skymatte_contestant(self._model, method) for method in METHODS)
        quality = method_table(contest(panoramas(self._hdr), contestants, self._store))
        return f"{speed_table(self._options.size, self._model.path, self._options.cores)}\n\n{quality}"

    def growth(self) -> str:
        if self._options.cache:
            return self._growth(self._options.cache)
        with TemporaryDirectory() as name:
            return self._growth(Path(name))

    def _growth(self, folder: Path) -> str:
        folder.mkdir(parents=True, exist_ok=True)
        heights = [height for height in HEIGHTS if 2 * height <= self._options.widest]
        costs = growth(folder, self._model.path, self._options.cores, heights)
        text = growth_table(costs)
        if self._options.write:
            curve = self._options.write / "images" / "growth.svg"
            curve.write_text(growth_curve(costs), encoding="utf-8")
            text += "\n\n![Seconds over pixels, from 1K to 16K](images/growth.svg)"
        compared = [cost.whole for cost in costs if cost.height == DENSE_HEIGHT]
        if compared:
            today = datetime.now().astimezone().date().isoformat()
            machine = {"processor": processor(), "cores": self._options.cores, "date": today}
            text += "\n\n" + dense_text(folder, compared[0], machine)
        return text

    def summary(self) -> str:
        boards = Boards(self._hdr_board, self._camvid_board, self._video_board, self._matte_board, self._agreement)
        us, *peers = (contestant.name for contestant in self._everybody)
        return f"{self.setup()}\n\n{summary_table(boards, us, peers)}"

    def gallery(self) -> str:
        us = self._everybody[0]
        best, worst = choose(self._hdr, self._hdr_board, self._data, us.name)
        return gallery(best, worst, us, self._options.write)

    def setup(self) -> str:
        model = (
            "" if self._options.peers_only else f", model {self._model.card.name} (SHA-256 {self._model.sha256[:12]}…)"
        )
        return (
            f"skymatte {version('skymatte')}{model}; {processor()}, {len(os.sched_getaffinity(0))} cores; Python "
            f"{platform.python_version()}, ONNX Runtime {version('onnxruntime')}, ncnn {version('ncnn')}."
        )


@dataclass(frozen=True, slots=True)
class Section:
    """What is measured, and the page of the docs that it stands on."""

    text: Callable[[Benchmark], str]
    page: str = "benchmarks.md"


SECTIONS = {
    "setup": Section(Benchmark.setup),
    "quality": Section(Benchmark.quality),
    "camvid": Section(Benchmark.camvid),
    "video": Section(Benchmark.video),
    "matte": Section(Benchmark.matte),
    "hard": Section(Benchmark.hard),
    "stability": Section(Benchmark.stability),
    "speed": Section(Benchmark.speed),
    "growth": Section(Benchmark.growth),
    "summary": Section(Benchmark.summary, "quality.md"),
    "gallery": Section(Benchmark.gallery, "quality.md"),
}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.segment", description="Quality and speed, with peers.")
    parser.add_argument(
        "--only",
        type=sections_among(SECTIONS),
        action="append",
        metavar="A,B",
        help=f"{', '.join(SECTIONS)}; all by default",
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of hdri, camvid, video, peers (%(default)s)")
    parser.add_argument("--model", help="built-in name or ONNX file")
    parser.add_argument("--peers-only", action="store_true", help="quality tables of the peers alone")
    parser.add_argument("--size", default="8192x4096", help="of the panorama that is timed (%(default)s)")
    parser.add_argument("--widest", type=int, default=2 * HEIGHTS[-1], help="growth stops there, pixels (%(default)s)")
    parser.add_argument("--cores", type=int, default=2, help="that the timed processes get (%(default)s)")
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="keep the peers' scores, rendered scenes and the time of dense patches there; empty it after they changed",
    )
    parser.add_argument(
        "--write",
        type=folder_of([section.page for section in SECTIONS.values()]),
        metavar="DIR",
        help="put tables and pictures into the pages of DIR",
    )
    options = parser.parse_args(arguments)
    options.only = list(chain.from_iterable(options.only)) if options.only else list(SECTIONS)
    return options


def main() -> None:
    """Print the sections asked for; put them into their pages with ``--write``."""
    options = parse()
    benchmark = Benchmark(options)
    for name in options.only:
        text = SECTIONS[name].text(benchmark)
        print(f"## {name}\n\n{text}\n", flush=True)
        if options.write:
            update_page(options.write / SECTIONS[name].page, name, text)


if __name__ == "__main__":
    main()
