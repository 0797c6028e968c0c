"""A batch turns whatever happens to a picture into that picture's outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from skymatte.errors import OutputError
from skymatte.picture.model import Picture
from skymatte.picture.read import read
from skymatte.runtime.model import Model
from skymatte.sky import batch, outputs, stages
from skymatte.sky.batch import Outcome, Settings, Status, run
from skymatte.sky.plan import Job, plan
from skymatte.sky.segment import Segmentation, segment
from tests.models import write_model
from tests.scenery import write_exr


class Notes:
    """Remembers what a batch tells."""

    def __init__(self) -> None:
        self.fractions: dict[str, list[float]] = {}
        self.began: list[str] = []
        self.ends: list[str] = []
        self.most = 0

    def progressed(self, job: Job, fraction: float) -> None:
        """Counts as in work: begun, and not yet told to be written."""
        if job.name not in self.fractions:
            self.began.append(job.name)
        self.fractions.setdefault(job.name, []).append(fraction)
        self.most = max(self.most, sum(told[-1] < 1 for told in self.fractions.values()))

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

    def failing(source: Picture, **options: object) -> object:
        if source.path is not None and source.path.stem == name:
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


def test_reading_finding_and_writing_overlap(model: Model, jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stage of the first picture waits until the second has reached the stage before."""
    reached = {(stage, name): threading.Event() for stage in ("read", "segment") for name in "abc"}
    write = outputs.write

    def reading(path: Path, **options: str) -> Picture:
        reached["read", path.stem].set()
        return read(path, **options)

    def finding(picture: Picture, **options: object) -> object:
        assert picture.path is not None
        reached["segment", picture.path.stem].set()
        assert picture.path.stem != "a" or reached["read", "b"].wait(30)
        return segment(picture, **options)  # type: ignore[arg-type]

    def writing(found: Segmentation, job: Job, kinds: tuple[str, ...]) -> object:
        assert job.name != "a" or reached["segment", "b"].wait(30)
        return write(found, job, kinds)

    monkeypatch.setattr(batch, "read", reading)
    monkeypatch.setattr(batch, "segment", finding)
    monkeypatch.setattr(outputs, "write", writing)
    outcomes = run(jobs, model, Settings(kinds=("mask",)))
    assert [outcome.status for outcome in outcomes] == [Status.DONE] * 3


def test_large_pictures_do_not_overlap(model: Model, jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "PIXELS_AT_ONCE", 64 * 96)  # of one of them
    notes = Notes()
    run(jobs, model, Settings(kinds=("mask",)), listener=notes)
    assert sorted(notes.began) == ["a", "b", "c"]  # room is given in the order of asking: whose header was read first
    assert notes.most == 1


def test_endings_are_told_in_the_order_of_the_jobs(
    model: Model, jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    last = threading.Event()
    write = outputs.write

    def writing(found: Segmentation, job: Job, kinds: tuple[str, ...]) -> object:
        assert job.name != "a" or last.wait(30)
        written = write(found, job, kinds)
        if job.name == "c":
            last.set()
        return written

    monkeypatch.setattr(outputs, "write", writing)
    notes = Notes()
    outcomes = run(jobs, model, Settings(kinds=("mask",)), workers=3, listener=notes)
    assert notes.ends == ["a", "b", "c"]
    assert [outcome.job.name for outcome in outcomes] == ["a", "b", "c"]


def test_the_report_holds_the_time_of_every_stage(model: Model, jobs: list[Job]) -> None:
    (outcome,) = run(jobs[:1], model, Settings(kinds=("mask",)))
    timings = outcome.report["timings"]
    assert timings.keys() >= {"read", "segment", "write"}
    assert 0 < timings["read"] < outcome.seconds
    assert sum(timings[stage] for stage in ("read", "segment", "write")) <= outcome.seconds + 0.01


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
