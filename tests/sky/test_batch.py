"""A batch turns whatever happens to a picture into that picture's outcome."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from skymatte.errors import OutputError
from skymatte.runtime.model import Model
from skymatte.sky import batch, outputs
from skymatte.sky.batch import Outcome, Settings, Status, run
from skymatte.sky.plan import Job, plan
from skymatte.sky.segment import segment
from tests.models import write_model
from tests.scenery import write_exr


class Notes:
    """Remembers what a batch tells."""

    def __init__(self) -> None:
        self.fractions: dict[str, list[float]] = {}
        self.ends: list[str] = []

    def progressed(self, job: Job, fraction: float) -> None:
        self.fractions.setdefault(job.name, []).append(fraction)

    def ended(self, outcome: Outcome) -> None:
        self.ends.append(outcome.job.name)


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return Model.load(write_model(tmp_path / "m.onnx"))


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    return plan([write_exr(tmp_path / f"in/{name}.exr") for name in "abc"], tmp_path / "out")


def failing_on(name: str, error: BaseException) -> Callable[..., object]:
    """``segment``, but one picture raises."""

    def failing(source: Path, **options: object) -> object:
        if source.stem == name:
            raise error
        return segment(source, **options)  # type: ignore[arg-type]

    return failing


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OutputError("b: disk full"), "b: disk full"),
        (ZeroDivisionError("oh\nno"), "b.exr: unexpected ZeroDivisionError: oh; please report this"),
        (MemoryError(), "b.exr: not enough memory for this picture"),
    ],
)
def test_a_failure_stays_with_its_picture(
    model: Model, jobs: list[Job], monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    monkeypatch.setattr(batch, "segment", failing_on("b", error))
    outcomes = run(jobs, model, Settings(kinds=("mask",)))
    assert [outcome.status for outcome in outcomes] == [Status.DONE, Status.FAILED, Status.DONE]
    assert outcomes[1].reason.endswith(reason)
    assert outcomes[1].files == {}
    assert all(path.exists() for path in outcomes[2].files.values())


def test_a_listener_hears_of_every_picture(model: Model, jobs: list[Job]) -> None:
    notes = Notes()
    run(jobs, model, Settings(kinds=("mask",), method="dense", patch=32, stride=16), listener=notes)
    assert notes.ends == ["a", "b", "c"]
    for fractions in notes.fractions.values():
        assert fractions[0] == 0
        assert fractions[-1] == 1
        assert fractions == sorted(fractions)


def test_an_interrupt_cancels_what_is_not_finished(model: Model, jobs: list[Job], tmp_path: Path) -> None:
    class Impatient(Notes):
        def ended(self, outcome: Outcome) -> None:
            super().ended(outcome)
            raise KeyboardInterrupt

    outcomes = run(jobs, model, Settings(kinds=("mask",), method="dense", patch=32, stride=1), listener=Impatient())
    assert outcomes[0].status is Status.DONE
    assert outcomes[-1].status is Status.CANCELLED
    done = [outcome for outcome in outcomes if outcome.status is Status.DONE]
    assert len(list((tmp_path / "out").iterdir())) == 2 * len(done)


def test_one_output_that_fails_takes_the_others_with_it(
    model: Model, jobs: list[Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OutputError("no room")

    monkeypatch.setitem(outputs._WRITERS, "overlay", fail)
    outcomes = run(jobs[:1], model, Settings(kinds=("mask", "overlay", "matte")))
    assert (outcomes[0].status, outcomes[0].reason) == (Status.FAILED, "no room")
    assert list((tmp_path / "out").iterdir()) == []
