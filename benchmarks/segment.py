"""Prints the tables of docs/benchmarks.md: ``python -m benchmarks.segment [--only quality,camvid,…] [--write PAGE]``.

Run it from the repository's root, with the extra ``[bench]`` installed.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from benchmarks.cases import Case, camvid_cases, hdr_cases, video_cases
from benchmarks.contest import Contestant, Store, contest, peer_contestants, skymatte_contestant
from benchmarks.quality import pooled_table, stability_table, stratum_tables
from benchmarks.speed import METHODS, method_table, panoramas, speed_table
from benchmarks.tables import update_page
from skymatte.runtime.model import Model

DATA = Path(os.environ.get("SKYMATTE_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"


class Benchmark:
    """Every section is a method that returns Markdown."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._data: Path = options.data
        self._store = Store(options.cache)

    @cached_property
    def _model(self) -> Model:
        return Model.load(self._options.model, "cpu")

    @cached_property
    def _hdr(self) -> list[Case]:
        return list(hdr_cases(self._data))

    def _everybody(self) -> tuple[Contestant, ...]:
        peers = peer_contestants(self._data / "peers")
        return peers if self._options.peers_only else (skymatte_contestant(self._model), *peers)

    def quality(self) -> str:
        return stratum_tables(contest(self._hdr, self._everybody(), self._store))

    def camvid(self) -> str:
        return pooled_table(contest(camvid_cases(self._data), self._everybody(), self._store), "camvid")

    def video(self) -> str:
        return pooled_table(contest(video_cases(self._data), self._everybody(), self._store), "video")

    def stability(self) -> str:
        cases = (case for case in self._hdr if case.group != "negative")
        return stability_table(cases, skymatte_contestant(self._model).mask)

    def speed(self) -> str:
        contestants = (skymatte_contestant(self._model, method) for method in METHODS)
        quality = method_table(contest(panoramas(self._hdr), contestants, self._store))
        return f"{speed_table(self._options.size, self._model.path, self._options.cores)}\n\n{quality}"

    def setup(self) -> str:
        model = (
            "" if self._options.peers_only else f", model {self._model.card.name} (SHA-256 {self._model.sha256[:12]}…)"
        )
        return (
            f"skymatte {version('skymatte')}{model}; {_processor()}, {len(os.sched_getaffinity(0))} cores; Python "
            f"{platform.python_version()}, ONNX Runtime {version('onnxruntime')}, ncnn {version('ncnn')}."
        )


SECTIONS: dict[str, Callable[[Benchmark], str]] = {
    "setup": Benchmark.setup,
    "quality": Benchmark.quality,
    "camvid": Benchmark.camvid,
    "video": Benchmark.video,
    "stability": Benchmark.stability,
    "speed": Benchmark.speed,
}


def _processor() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.machine()


def _sections(text: str) -> list[str]:
    asked = [name.strip() for name in text.split(",")]
    if strange := [name for name in asked if name not in SECTIONS]:
        raise argparse.ArgumentTypeError(f"unknown {', '.join(strange)}; choose from {', '.join(SECTIONS)}")
    return asked


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.segment", description="Quality and speed, with peers.")
    parser.add_argument("--only", type=_sections, default=list(SECTIONS), metavar="A,B", help=", ".join(SECTIONS))
    parser.add_argument("--data", type=Path, default=DATA, help="folder of hdri, camvid, video, peers (%(default)s)")
    parser.add_argument("--model", help="built-in name or ONNX file")
    parser.add_argument("--peers-only", action="store_true", help="quality tables of the peers alone")
    parser.add_argument("--size", default="8192x4096", help="of the panorama that is timed (%(default)s)")
    parser.add_argument("--cores", type=int, default=2, help="that the timed processes get (%(default)s)")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the peers' scores there")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="also put the tables between the page's markers")
    return parser.parse_args()


def main() -> None:
    options = _options()
    benchmark = Benchmark(options)
    for name in options.only:
        text = SECTIONS[name](benchmark)
        print(f"## {name}\n\n{text}\n", flush=True)
        if options.write:
            update_page(options.write, name, text)


if __name__ == "__main__":
    main()
