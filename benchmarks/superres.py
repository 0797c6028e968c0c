"""Prints the tables of docs/superres.md: ``python -m benchmarks.superres [--only sets,…] [--write docs]``.

Run it from the repository's root, with the extra ``[train]`` installed.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.command import folder_of, processor, sections_among
from benchmarks.superres_hdr import hdr_text
from benchmarks.superres_peers import PEERS, write_peer
from benchmarks.superres_pictures import SCALES
from benchmarks.superres_published import FSRCNN
from benchmarks.superres_sets import scores, sets_table
from benchmarks.superres_speed import SCALE, network_table, programs, timed_picture, whole_table
from benchmarks.superres_study import parse as parse_study
from benchmarks.superres_study import study_sections
from benchmarks.superres_webcam import SCALE as WEBCAM_SCALE
from benchmarks.superres_webcam import bicubic_method, webcam_text
from benchmarks.tables import update_page
from skymatte.runtime.joint_model import JointModel
from skymatte.runtime.model import DEFAULT_MODEL, Model, built_in_models
from skymatte.runtime.superres_model import SuperresModel, default_superres_model
from skymatte.superres.enlarge import Enlarger
from skymatte.superres.method import Method
from skymatte.video.setup import VIDEO_MODEL

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("SKYMATTE_SHARED", ROOT.parent / "shared")) / "data"
PAGE = "superres.md"
JOINT = "joint-sky-x4"
"""The built-in model that sharpens and finds the sky at once, if there is one."""


class Benchmark:
    """Every section is a method that returns Markdown."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._data: Path = options.data

    @cached_property
    def _ours(self) -> dict[int, SuperresModel]:
        """By scale: the built-in ones, or those that were named in their place."""
        named = [SuperresModel.load(path, "cpu") for path in self._options.model]
        found = {model.card.scale: model for model in named}
        for scale in (scale for scale in SCALES if scale not in found):
            found[scale] = SuperresModel.load(default_superres_model(scale), "cpu")
        return dict(sorted(found.items()))

    @cached_property
    def _others(self) -> list[SuperresModel]:
        return [SuperresModel.load(path, "cpu") for path in self._options.beside]

    def sets(self) -> str:
        return sets_table(scores(self._data, [*self._ours.values(), *self._others]))

    def hdr(self) -> str:
        return hdr_text(self._data, list(self._ours.values()))

    def speed(self) -> str:
        with TemporaryDirectory() as name:
            folder = Path(name)
            models = self._timed(folder)
            picture = timed_picture(self._data, folder)
            whole = whole_table(programs(models), picture, folder, self._options.cores)
            return f"{whole}\n\n{network_table(models, self._quality(models))}"

    def _timed(self, folder: Path) -> list[SuperresModel]:
        """Ours, and the peers: trained ones that were named with ``--beside``, else with random weights."""
        known = {model.card.name: model for model in self._others}
        missing = [name for name in PEERS if f"{name}-x{SCALE}" not in known]
        written = (SuperresModel.load(write_peer(name, SCALE, folder), "cpu") for name in missing)
        known |= {model.card.name: model for model in written}
        return [self._ours[SCALE], *(known[f"{name}-x{SCALE}"] for name in PEERS)]

    def _quality(self, models: list[SuperresModel]) -> dict[str, str]:
        """PSNR on Set5: measured of networks that were trained, published of the others where it is."""
        published = {f"fsrcnn-x{SCALE}": f"{FSRCNN['Set5', SCALE][0]:.2f} (published)"}
        trained = [model for model in models if model.card.training_data != "none"]
        measured = scores(self._data, trained, ("Set5",))["Set5", SCALE] if trained else {}
        return published | {model.card.name: f"{measured[model.card.name].psnr:.2f}" for model in trained}

    def webcam(self) -> str:
        model = self._ours[WEBCAM_SCALE]
        methods = [bicubic_method(), Method(model.card.name, Enlarger(WEBCAM_SCALE, model))]
        finders = [Model.load(name, "cpu") for name in (VIDEO_MODEL, DEFAULT_MODEL)]
        named = self._options.joint or [name for name in built_in_models() if name == JOINT]
        joint = [JointModel.load(path, "cpu") for path in named]
        return webcam_text(self._data, finders, methods, joint)

    @cached_property
    def _study(self) -> dict[str, Callable[[], str]]:
        options = parse_study(shlex.split(self._options.study))
        options.data = self._data
        options.cache = self._options.cache or options.cache
        return study_sections(options)

    def study(self) -> str:
        return self._study["study"]()

    def orders(self) -> str:
        return self._study["orders"]()

    def setup(self) -> str:
        models = ", ".join(f"{model.card.name} (SHA-256 {model.sha256[:12]}…)" for model in self._ours.values())
        return (
            f"skymatte {version('skymatte')}, models {models}; {processor()}, {len(os.sched_getaffinity(0))} cores; "
            f"Python {platform.python_version()}, ONNX Runtime {version('onnxruntime')}, torch {version('torch')}."
        )


SECTIONS: dict[str, Callable[[Benchmark], str]] = {
    "setup": Benchmark.setup,
    "sets": Benchmark.sets,
    "hdr": Benchmark.hdr,
    "speed": Benchmark.speed,
    "webcam": Benchmark.webcam,
    "study": Benchmark.study,
    "orders": Benchmark.orders,
}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.superres", description="Super-resolution: quality, speed, what it does for masks."
    )
    parser.add_argument(
        "--only",
        type=sections_among(SECTIONS),
        action="append",
        metavar="A,B",
        help=f"{', '.join(SECTIONS)}; all by default",
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of sr, hdri, camvid, video (%(default)s)")
    parser.add_argument(
        "--model", type=Path, action="append", default=[], metavar="FILE", help="in place of the built-in one"
    )
    parser.add_argument(
        "--beside",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="another model (sets; fsrcnn-x2.onnx, espcn-x2.onnx: speed)",
    )
    parser.add_argument(
        "--joint", type=Path, action="append", default=[], metavar="FILE", help="sharpens and finds the sky (webcam)"
    )
    parser.add_argument(
        "--study", default="", metavar="OPTIONS", help="in quotes: what python -m benchmarks.superres_study takes"
    )
    parser.add_argument("--cores", type=int, default=2, help="that the timed processes get (%(default)s)")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep trained networks and their figures there")
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
