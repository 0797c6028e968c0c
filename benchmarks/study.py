"""Does HDR help?  Prints the tables of docs/study.md: ``python -m benchmarks.study [--only 1,2,…] [--write PAGE]``.

Run it from the repository's root, with the extra ``[train]`` installed.  A stopped study goes on where it was: runs and
results are kept below ``--cache``.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import torch

from benchmarks.study_measures import encoded, hdr_as_ldr, ldr_as_hdr
from benchmarks.study_runs import Change, Laboratory, patch_plan
from benchmarks.study_tables import COLUMNS, compared
from benchmarks.tables import update_page

DATA = Path(os.environ.get("SKYMATTE_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"

BASE = Change("log")
LDR = Change("ldr", ("encoding=ldr",))
ENCODINGS = (
    BASE,
    Change("log-tanh-normalize", ("encoding=log-tanh-normalize",)),
    Change("log-normalize", ("encoding=log-normalize",)),
    Change("pq", ("encoding=pq",)),
    Change("pu21", ("encoding=pu21",)),
    Change("mu-law", ("encoding=mu-law",)),
    LDR,
)
FOCAL = Change("focal", ("loss.name=focal", "loss.gamma=2"))
SKYLINES = Change("no-ground", ("data.patches.ground=0",))
BY_PICTURE = Change("split-picture", ("data.patches.split=picture",))
BY_PATCH = Change("split-patch", ("data.patches.split=patch",))
STRIDES = (128, 57, 28)
"""No votes, and the thesis' strides of 100 and 50 for patches of 224, in proportion."""

SHORT = (
    "data.patches.height=512",
    "data.patches.size=128",
    "data.patches.stride=57",
    "data.patches.split=given",
    "data.patches.licence=CC0",
    "network.weights=none",
    "epochs=null",
    "batches=60",
)
"""What two processor cores without a network make of the thesis' recipes; pictures are 1024×512 here, not 8192×4096."""
THESIS = (
    Change("model-1", SHORT, "model-1"),
    Change("model-2", (*SHORT, "network.start=model-1-{seed}"), "model-2"),
    Change("model-3", (*SHORT, "network.start=model-1-{seed}"), "model-3"),
    Change("model-ldr", SHORT, "model-ldr"),
)


class Study:
    """Every section is a method that returns Markdown."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._lab = laboratory

    def setup(self) -> str:
        recipe = self._lab.recipe(BASE, 0)
        seeds = ", ".join(map(str, self._lab.seeds))
        return (
            f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}. Each run: {recipe.batches} "
            f"batches of {recipe.batch} patches of {patch_plan(recipe).size} px. Seeds: {seeds}."
        )

    def encodings(self) -> str:
        return compared("encoding", ((change.name, self._lab.results(change)) for change in ENCODINGS))

    def crossed(self) -> str:
        lab = self._lab
        return compared(
            "network, input",
            (
                ("HDR (log), HDR", lab.results(BASE)),
                ("HDR (log), LDR", lab.measured(BASE, "ldr-input", ldr_as_hdr("log"))),
                ("LDR, LDR", lab.results(LDR)),
                ("LDR, HDR (sRGB curve, unclipped)", lab.measured(LDR, "hdr-input", hdr_as_ldr)),
                ("LDR, HDR (log)", lab.measured(LDR, "log-input", encoded("log"))),
            ),
            COLUMNS[:-1],
        )

    def splits(self) -> str:
        columns = (
            ("patches/iou", "IoU of held-out patches"),
            ("open/iou", "validation pictures"),
            ("open/worst", "worst"),
        )
        rows = (("by patch", self._lab.results(BY_PATCH)), ("by picture", self._lab.results(BY_PICTURE)))
        return compared("patches split", rows, columns)

    def losses(self) -> str:
        lab = self._lab
        rows = (
            ("BCE + Jaccard, all patches", lab.results(BASE)),
            ("focal, γ = 2", lab.results(FOCAL)),
            ("BCE + Jaccard, without ground-only patches", lab.results(SKYLINES)),
        )
        return compared("training", rows)

    def votes(self) -> str:
        results = {stride: self._lab.measured(BASE, f"stride-{stride}", encoded("log"), stride) for stride in STRIDES}
        once = fmean(result["seconds"] for result in results[STRIDES[0]])
        rows = (
            (f"{stride}", [{**result, "time": result["seconds"] / once} for result in found])
            for stride, found in results.items()
        )
        return compared("stride, px", rows, (*COLUMNS[:-1], ("time", "time, × no votes")))

    def thesis(self) -> str:
        columns = (("patches/iou", "IoU of held-out patches"), *COLUMNS[:-1], ("minutes", "minutes"))
        return compared("recipe", ((change.name, self._lab.results(change)) for change in THESIS), columns)


SECTIONS: dict[str, Callable[[Study], str]] = {
    "setup": Study.setup,
    "encodings": Study.encodings,
    "crossed": Study.crossed,
    "splits": Study.splits,
    "losses": Study.losses,
    "votes": Study.votes,
    "thesis": Study.thesis,
}


def main() -> None:
    """Print the sections asked for; put them into the page with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--cache", type=Path, default=Path("runs/study"))
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, separated by commas")
    parser.add_argument("--write", type=Path, help="page whose sections are replaced")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("overrides", nargs="*", help="section.key=value for all runs, such as batches=4000")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    laboratory = Laboratory(
        options.data,
        options.cache,
        range(1, options.seeds + 1),
        tuple(options.overrides),
        lambda line: print(line, file=sys.stderr, flush=True),
    )
    study = Study(laboratory)
    for name in options.only.split(","):
        text = SECTIONS[name](study)
        print(f"## {name}\n\n{text}\n", flush=True)
        if options.write:
            update_page(options.write, name, text)


if __name__ == "__main__":
    main()
