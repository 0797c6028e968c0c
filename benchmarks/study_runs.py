"""The runs of the study: what each changes in the common recipe, trained and measured once, kept between calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.cases import hdr_cases
from benchmarks.study_measures import Input, Seen, TorchModel, encoded, measure, patch_iou, prepare, stability
from skymatte.datasets.catalogue import read_catalogue
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.store import PatchStore, build_store
from skymatte.training.export import Trained, load_trained, sky_network
from skymatte.training.loop import BEST, train
from skymatte.training.recipe import PatchData, Recipe, load_recipe
from skymatte.training.sky import SkyTask

RECIPE = Path(__file__).with_name("study.yaml")
HEIGHT = 512
"""Of the validation pictures, whatever the recipe's: all networks are asked the same."""


@dataclass(frozen=True, slots=True)
class Change:
    """One contestant: what it changes in the recipe.

    Attributes:
        name: of its folder.
        overrides: ``section.key=value``; ``{seed}`` stands for the run's.
        recipe: a recipe other than the study's.
    """

    name: str
    overrides: tuple[str, ...] = ()
    recipe: str = str(RECIPE)


@dataclass
class Laboratory:
    """Where runs are made: the data, a folder that keeps stores, runs and results, and how much may be spent.

    Attributes:
        data: the folder with ``hdri/``.
        cache: results are taken from here where they are, so a stopped study goes on.
        seeds: of each contestant.
        overrides: for all runs, after those of the contestant.
        report: receives lines of progress.
    """

    data: Path
    cache: Path
    seeds: Sequence[int]
    overrides: tuple[str, ...]
    report: Callable[[str], None]

    @cached_property
    def cases(self) -> list[Seen]:
        """The validation pictures, at the study's height."""
        return prepare(list(hdr_cases(self.data)), HEIGHT)

    def recipe(self, change: Change, seed: int) -> Recipe:
        """The recipe of one run."""
        own = (override.replace("{seed}", str(seed)) for override in change.overrides)
        return load_recipe(change.recipe, (*own, *self.overrides, f"seed={seed}"))

    def results(self, change: Change) -> list[Mapping[str, float]]:
        """One a seed: IoU and the like of the voted masks, stability, IoU of held-out patches, minutes of training."""
        return [self._kept(change, seed, "result", self._measure) for seed in self.seeds]

    def measured(self, change: Change, what: str, enter: Input, stride: int | None = None) -> list[Mapping[str, float]]:
        """One a seed: the same trained network with another input or stride."""

        def again(recipe: Recipe, trained: Trained) -> dict[str, float]:
            size = patch_plan(recipe).size
            return measure(
                TorchModel(sky_network(trained.network)), self.cases, enter, size, stride or size * 100 // 224
            )

        return [self._kept(change, seed, what, again) for seed in self.seeds]

    def _kept(
        self, change: Change, seed: int, what: str, work: Callable[[Recipe, Trained], dict[str, float]]
    ) -> dict[str, float]:
        folder = self.cache / f"{change.name}-{seed}"
        path = folder / f"{what}.json"
        recipe = self.recipe(change, seed)
        key = recipe.model_dump_json()
        if path.exists():
            kept = json.loads(path.read_text())
            if kept["recipe"] == key:
                return dict(kept["values"])
        trained = self._trained(recipe, folder)
        values = work(recipe, trained)
        path.write_text(json.dumps({"recipe": key, "values": values}, indent=1))
        self.report(f"{change.name}-{seed} {what}: " + "  ".join(f"{k} {v:.3f}" for k, v in values.items()))
        return values

    def _trained(self, recipe: Recipe, folder: Path) -> Trained:
        """Without validation on the way: every network is taken at its end, and no picture chooses anything."""
        patches = self.store(patch_plan(recipe)).patches("train")
        train(SkyTask(recipe, patches, ()), folder, workers=1, report=self.report)
        return load_trained(folder / BEST)

    def _measure(self, recipe: Recipe, trained: Trained) -> dict[str, float]:
        plan, enter = patch_plan(recipe), encoded(recipe.encoding)
        model = TorchModel(sky_network(trained.network))
        values = measure(model, self.cases, enter, plan.size, plan.size * 100 // 224)
        values["stability"] = stability(model, self.cases, enter, plan.size)
        values["minutes"] = trained.seconds / 60
        values["patches/iou"] = patch_iou(model, self.store(plan).patches("val"), enter)
        return values

    def store(self, plan: PatchPlan) -> PatchStore:
        """The patches of a plan, cut when first asked for; splits other than the given one divide training pictures."""
        parts = (plan.size, plan.stride, plan.split, plan.ground, plan.height, plan.seed)
        folder = self.cache / "patches" / "-".join(map(str, parts))
        entries = read_catalogue(self.data / "hdri")
        if plan.split != "given":
            entries = [entry for entry in entries if entry.split == "train"]
        return build_store(entries, plan, folder, self.report)


def patch_plan(recipe: Recipe) -> PatchPlan:
    """How the recipe cuts patches.

    Raises:
        TypeError: it trains on views.
    """
    if not isinstance(recipe.data, PatchData):
        raise TypeError(f"{recipe.name} does not train on patches")
    return recipe.data.patches
