"""Does a sharper picture segment better, and does knowing what is in it sharpen it better?  On CamVid's street scenes.

``python -m benchmarks.superres_study [--only study,orders]`` prints the tables; ``python -m benchmarks.superres`` puts
them into docs/superres.md.  Networks are trained on the way; a stopped study goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev

import torch

from benchmarks.superres_study_runs import TEST, TRAIN, Figures, Lengths, StreetLaboratory
from benchmarks.tables import table
from skymatte.networks.cost import multiply_adds
from skymatte.networks.guided import GuidedDcscn
from skymatte.networks.joint import JointNetwork
from skymatte.networks.pspnet import PspNet
from skymatte.training.export import load_trained
from skymatte.training.street_scores import HIGHEST_PSNR, together

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("SKYMATTE_SHARED", ROOT.parent / "shared")) / "data"
CACHE = Path("runs/superres-study")
SHARPENERS = ROOT / "weights" / "yang91-bsd200"
"""Street scenes are 8-bit pictures, as those that these learnt from; nothing of the study is shipped."""

SCALES = (2, 3, 4)
ORDER_SCALE = 4
SEEDS = (1, 2, 3)
SIZE = (360, 480)
"""Of the pictures that multiply-adds are counted for."""

SEGMENT, GUIDED, JOINT = "pspnet-camvid", "guided-camvid-x4", "joint-camvid-x4"
RETRAIN = ("optimiser.rate=0.0005", "optimiser.encoder_rate=0.0002", "optimiser.warmup=20", "data.zoom=1")
"""A trained network goes on: slower than it began.  The joint network sees crops as they are, so all do."""

QUALITIES = (("pixel_accuracy", "pixel accuracy"), ("mean_iou", "mIoU"), ("sky_iou", "sky IoU"))


class Study:
    """Every section is a method that returns Markdown."""

    def __init__(self, laboratory: StreetLaboratory, scales: Sequence[int] = SCALES, seeds: Sequence[int] = SEEDS):
        self._lab, self._scales, self._seeds = laboratory, scales, seeds

    def study(self) -> str:
        """How much of a picture's loss of size the sharper picture gives back to the segmentation."""
        lab, lengths = self._lab, self._lab.lengths
        original = self._original()
        whole = lab.segmented(original, lambda: lab.streets(TEST), "figures-original")
        rows = [("–", "original", "of originals", *_cells(whole), "–", "–")]
        gains = []
        for scale in self._scales:
            found: dict[tuple[str, str], Figures] = {}
            for method, sharpener in (("bicubic", None), ("DCSCN", lab.sharpener(scale))):
                fidelity = lab.fidelity(scale, sharpener)
                for kind, segmenter in (
                    ("of originals", original),
                    ("retrained", self._retrained(f"retrained-{method.lower()}-x{scale}", scale, sharpener)),
                ):
                    figures = self._segmented(segmenter, scale, sharpener)
                    found[kind, method] = figures
                    shown = f"{fidelity['psnr']:.2f}", f"{fidelity['ssim']:.4f}"
                    rows.append((f"×{scale}", method, kind, *_cells(figures), *shown))
            gains += [(f"×{scale}", kind, *_gains(found, kind, whole)) for kind in ("of originals", "retrained")]
        head = ("scale", "brought back by", "network", *(title for _, title in QUALITIES), "PSNR, dB", "SSIM")
        gained = (f"gain in {title}, %" for _, title in QUALITIES)
        how = (
            f"PSPNet over EfficientNet-lite0 at stride 16, {lengths.original} batches; *retrained*: "
            f"{lengths.retrained} batches more on pictures brought back the same way. {len(lab.streets(TEST))} test "
            "pictures, one look each (no flip evaluation), one seed."
        )
        gain = (
            "What DCSCN gains over bicubic, in % of bicubic's figure; and the share of the pixel accuracy that was "
            "lost with the size, which it gives back:"
        )
        compared = _left(table(head, rows), 3)
        return "\n\n".join(
            (how, compared, gain, _left(table(("scale", "network", *gained, "given back, %"), gains), 2))
        )

    def orders(self) -> str:
        """Sharpening first, segmenting first, or both in one network, at equal starts, batches and cost."""
        lengths, names = self._lab.lengths, ("sharpening first", "segmenting first", "joint")
        costs = self._costs()
        rows = []
        for name, run in zip(names, (self._sharpen_first, self._segment_first, self._joint), strict=True):
            figures = [_with_both(run(seed)) for seed in self._seeds]
            rows.append(
                (name, *(_spread([each[key] for each in figures], form) for key, _, form in _COLUMNS), costs[name])
            )
        start = _with_both({**self._begun()})
        rows.insert(
            0, ("start: neither goes on", *(_spread([start[key]], form) for key, _, form in _COLUMNS), costs[names[0]])
        )
        how = (
            f"×{ORDER_SCALE}; all start from the same DCSCN and the same PSPNet (of originals); each network of a "
            f"serial order, and the joint one, learns {lengths.order} batches of the same crops. Mean ± standard "
            f"deviation over {len(self._seeds)} seeds. *Both*: mean of pixel accuracy and of PSNR over "
            f"{HIGHEST_PSNR:.0f} dB. "
            f"Multiply-adds of one {SIZE[1]}×{SIZE[0]} picture."
        )
        return f"{how}\n\n{table(('order', *(title for _, title, _ in _COLUMNS), '10⁹ multiply-adds'), rows)}"

    def _original(self) -> Path:
        lab = self._lab
        return lab.segmenter("original", lab.plan(SEGMENT, lab.lengths.original, 1), lambda: lab.streets(TRAIN))

    def _retrained(
        self, name: str, scale: int, sharpener: Path | None, seed: int = 1, batches: int | None = None
    ) -> Path:
        lab = self._lab
        start = f"network.start={self._original()}"
        plan = lab.plan(SEGMENT, batches or lab.lengths.retrained, seed, *RETRAIN, f"data.scale={scale}", start)
        return lab.segmenter(name, plan, lambda: lab.brought_back(TRAIN, scale, sharpener))

    def _segmented(self, segmenter: Path, scale: int, sharpener: Path | None) -> Figures:
        lab = self._lab
        what = "figures-bicubic" if sharpener is None else "figures-dcscn"
        return lab.segmented(segmenter, lambda: lab.brought_back(TEST, scale, sharpener), f"{what}-x{scale}")

    def _begun(self) -> Figures:
        """DCSCN and PSPNet as they were, in a row."""
        sharpener = self._lab.sharpener(ORDER_SCALE)
        figures = self._segmented(self._original(), ORDER_SCALE, sharpener)
        return {**figures, **self._lab.fidelity(ORDER_SCALE, sharpener)}

    def _sharpened(self, name: str, seed: int, guide: Path | None) -> Path:
        lab = self._lab
        start = f"network.start={lab.sharpener(ORDER_SCALE)}"
        told = f"data.guide={'null' if guide is None else guide}"
        plan = lab.plan(GUIDED, lab.lengths.order, seed, start, told)
        return lab.guided(name, plan, lambda: lab.small(TRAIN, ORDER_SCALE, guide))

    def _sharpen_first(self, seed: int) -> Figures:
        lab = self._lab
        sharpener = self._sharpened(f"sharpen-{seed}", seed, None)
        segmenter = self._retrained(f"sharpen-segment-{seed}", ORDER_SCALE, sharpener, seed, lab.lengths.order)
        return {**self._segmented(segmenter, ORDER_SCALE, sharpener), **lab.fidelity(ORDER_SCALE, sharpener)}

    def _segment_first(self, seed: int) -> Figures:
        lab = self._lab
        segmenter = self._retrained(f"segment-{seed}", ORDER_SCALE, None, seed, lab.lengths.order)
        guided = self._sharpened(f"segment-sharpen-{seed}", seed, segmenter)
        fidelity = lab.guided_fidelity(guided, segmenter, ORDER_SCALE)
        return {**self._segmented(segmenter, ORDER_SCALE, None), **fidelity}

    def _joint(self, seed: int) -> Figures:
        lab = self._lab
        starts = (f"network.sharpen={lab.sharpener(ORDER_SCALE)}", f"network.segment={self._original()}")
        plan = lab.plan(JOINT, lab.lengths.order, seed, *starts)
        joint = lab.joint(f"joint-{seed}", plan, lambda: lab.small(TRAIN, ORDER_SCALE))
        return lab.joint_figures(joint, ORDER_SCALE)

    def _costs(self) -> Mapping[str, str]:
        classes = len(self._lab.classes.names)
        size = str(load_trained(self._lab.sharpener(ORDER_SCALE)).network.description["size"])
        small = torch.zeros(1, 3, *(side // ORDER_SCALE for side in SIZE))
        luma, guide = small[:, :1], torch.zeros(1, classes, *small.shape[2:])
        segment = multiply_adds(PspNet(classes), torch.zeros(1, 3, *SIZE))
        guided = GuidedDcscn(ORDER_SCALE, size, classes)
        counted = {
            "sharpening first": segment + multiply_adds(guided, luma),
            "segmenting first": segment + multiply_adds(guided, luma, guide),
            "joint": multiply_adds(JointNetwork(ORDER_SCALE, classes, size), small),
        }
        return {name: f"{count / 1e9:.2f}" for name, count in counted.items()}


_COLUMNS = (
    ("pixel_accuracy", "pixel accuracy", ".4f"),
    ("mean_iou", "mIoU", ".3f"),
    ("sky_iou", "sky IoU", ".3f"),
    ("psnr", "PSNR, dB", ".2f"),
    ("both", "both", ".4f"),
)


def _with_both(figures: Figures) -> Figures:
    return {**figures, "both": together(figures["psnr"], figures["pixel_accuracy"])}


def _cells(figures: Figures) -> tuple[str, ...]:
    return tuple(f"{figures[key]:.3f}" for key, _ in QUALITIES)


def _gains(found: Mapping[tuple[str, str], Figures], kind: str, whole: Figures) -> tuple[str, ...]:
    plain, sharp = found[kind, "bicubic"], found[kind, "DCSCN"]
    lost = whole["pixel_accuracy"] - plain["pixel_accuracy"]
    back = f"{100 * (sharp['pixel_accuracy'] - plain['pixel_accuracy']) / lost:.0f}" if lost > 0 else "–"
    return (*(_percent(sharp[key], plain[key]) for key, _ in QUALITIES), back)


def _percent(value: float, of: float) -> str:
    """What a figure gains over another."""
    return f"{100 * (value / of - 1):+.2f}" if of else "–"


def _spread(values: Sequence[float], form: str) -> str:
    return f"{fmean(values):{form}}" + (f" ± {stdev(values):{form}}" if len(values) > 1 else "")


def _left(text: str, columns: int) -> str:
    """The first few columns of a table are text."""
    head, _, *rows = text.splitlines()
    count = head.count("|") - 1
    return "\n".join((head, "| " + " | ".join(["---"] * columns + ["--:"] * (count - columns)) + " |", *rows))


def study_sections(options: argparse.Namespace) -> dict[str, Callable[[], str]]:
    """The sections of this study, for ``benchmarks.superres``.

    Args:
        options: ``data`` and ``cache``; what else :func:`parse` knows is taken where it is there.
    """
    given = {**vars(parse([])), **{name: value for name, value in vars(options).items() if value is not None}}
    torch.set_num_threads(given["threads"])
    laboratory = StreetLaboratory(
        given["data"],
        given["cache"],
        given["sharpeners"],
        Lengths(given["original"], given["retrained"], given["order"]),
        tuple(given["overrides"]),
        lambda line: print(line, file=sys.stderr, flush=True),
        given["at_most"],
    )
    study = Study(laboratory, given["scales"], range(1, given["seeds"] + 1))
    return {"study": study.study, "orders": study.orders}


def _scales(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    usual = Lengths()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.superres_study", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of camvid (%(default)s)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="keeps runs and results (%(default)s)")
    parser.add_argument("--sharpeners", type=Path, default=SHARPENERS, help="folder of dcscn-x2.pt and so on")
    parser.add_argument("--only", default="study,orders", help="sections, separated by commas")
    parser.add_argument("--original", type=int, default=usual.original, help="batches on originals (%(default)s)")
    parser.add_argument("--retrained", type=int, default=usual.retrained, help="batches of retraining (%(default)s)")
    parser.add_argument("--order", type=int, default=usual.order, help="batches of each order (%(default)s)")
    parser.add_argument("--scales", type=_scales, default=list(SCALES), help="of the study, such as 2,3,4")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="of the orders (%(default)s)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of the processor (%(default)s)")
    parser.add_argument("--at-most", type=int, help="pictures of each split, to try it out")
    parser.add_argument("overrides", nargs="*", help="section.key=value for all runs, such as batch=8")
    return parser.parse_args(arguments)


def main() -> None:
    """Print the sections asked for."""
    options = parse()
    sections = study_sections(options)
    for name in options.only.split(","):
        print(f"## {name}\n\n{sections[name]()}\n", flush=True)


if __name__ == "__main__":
    main()
