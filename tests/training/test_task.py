"""What a task must do, on the smallest there is: the loop trains anything that keeps to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from skymatte.errors import RecipeError
from skymatte.networks.base import Network
from skymatte.training.begin import take_matching
from skymatte.training.checkpoint import BEST, LATEST, Run
from skymatte.training.kinds import KINDS, Kind, export_model
from skymatte.training.loop import train
from skymatte.training.plan import Plan
from skymatte.training.precision import Precision
from skymatte.training.task import Batch, Report, Task, Total, Validator, check_share, mean
from skymatte.training.validation import Validation


class Line(Network):
    """y = a·x."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(1))

    @property
    def description(self) -> dict[str, str | int]:
        return {"architecture": "line"}

    def forward(self, x: Tensor) -> Tensor:
        return self.slope * x


class Points:
    """Points of y = 3·x, eight a batch."""

    batch = 8

    def __init__(self, batches: int) -> None:
        self._batches = batches

    def __len__(self) -> int:
        return self._batches

    def __getitem__(self, index: int, /) -> Batch:
        x = torch.rand(self.batch, generator=torch.Generator().manual_seed(index))
        return x, 3 * x


class Fit(Task):
    """Find the slope; the nearer to 3, the better."""

    measure = "Nearness"

    def samples(self, share: tuple[int, int] = (0, 1)) -> Points:
        check_share(self.plan.batch, share[1])
        return Points(self.plan.batches or 0)

    def network(self) -> Network:
        return Line()

    def forward(self, run: Run, batch: Batch, generator: torch.Generator) -> Batch:  # noqa: ARG002 - nothing random
        return (run.network(batch[0]),)

    def loss(self, answers: Batch, batch: Batch, total: Total) -> Tensor:
        return mean((answers[0] - batch[1]).abs(), total)

    def validator(self) -> Validator:
        def validate(network: Network) -> Validation:
            slope = float(network.state_dict()["slope"])
            return Validation(-abs(slope - 3), {"slope": slope}, ())

        return validate

    def export(self, checkpoints: list[Path], target: Path, *, report: Report) -> None:
        target.write_text(", ".join(path.name for path in checkpoints))
        report("written")


def plan(**changes: object) -> Plan:
    content = {
        "task": "fit",
        "name": "slope",
        "summary": "A test.",
        "batch": 8,
        "batches": 60,
        "validate_every": 20,
        "precision": {"cpu": "float32"},
        "optimiser": {"rate": 0.2, "weight_decay": 0, "warmup": 0, "schedule": "poly", "average": 0.0},
    }
    return Plan.model_validate(content | changes)


def test_the_loop_trains_whatever_keeps_to_a_task(tmp_path: Path) -> None:
    lines: list[str] = []
    run = train(Fit(plan()), tmp_path, workers=0, report=lines.append)
    assert float(run.average.state_dict()["slope"]) == pytest.approx(3, abs=0.05)
    assert run.best == pytest.approx(0, abs=0.05)
    assert sorted(path.name for path in tmp_path.glob("*.pt")) == [BEST, LATEST]
    validations = [line for line in lines if line.startswith("validation at")]
    assert [line.split(":")[0] for line in validations] == [f"validation at {batch}" for batch in (20, 40, 60)]
    assert run.optimiser.param_groups[0]["lr"] == pytest.approx(0.2 * (1 / 60) ** 0.9)


def test_a_mean_is_that_of_all_processes() -> None:
    """As if another process held 1, 2 and 3: the total of sums is 10 + 6, that of counts 4 + 3."""
    others = iter((6.0, 3.0))
    assert float(mean(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), lambda part: part + next(others))) == pytest.approx(
        16 / 7
    )


def test_batches_are_shared_evenly_or_not_at_all() -> None:
    check_share(8, 4)
    with pytest.raises(RecipeError, match="batch: 8 samples cannot be shared evenly by 3 processes"):
        check_share(8, 3)


def test_only_weights_of_the_same_name_and_shape_are_taken() -> None:
    line = Line()
    assert take_matching(line, {"slope": torch.zeros(2), "other": torch.ones(1)}) == 0
    assert take_matching(line, {"slope": torch.full((1,), 2.0), "other": torch.ones(1)}) == 1
    assert float(line.state_dict()["slope"]) == 2


def test_a_task_without_number_formats_exports_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "fit", Kind(Plan, lambda recipe, *_: Fit(recipe)))
    target, lines = tmp_path / "model", list[str]()
    given = (plan(), tmp_path, tmp_path, [tmp_path / BEST], target)
    with pytest.raises(RecipeError, match="models of the task fit are written in fp32 only, not int8"):
        export_model(*given, Precision.INT8, report=lines.append)
    assert not target.exists()
    export_model(*given, Precision.FP32, report=lines.append)
    assert (target.read_text(), lines) == (BEST, ["written"])
