"""Checkpoints: whole or not at all, readable after a change of version, and named when they are not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from skymatte.errors import ModelError, OutputError
from skymatte.training.checkpoint import LATEST, read_checkpoint
from tests.training.small import difference, new_run, patch_recipe


def test_a_checkpoint_that_fails_halfway_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = new_run(patch_recipe())
    state.save(tmp_path / LATEST)
    before = (tmp_path / LATEST).read_bytes()

    def full_disk(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OutputError, match="the disk is full"):
        state.save(tmp_path / LATEST)
    assert (tmp_path / LATEST).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [LATEST]


def test_a_checkpoint_says_which_network_it_holds(tmp_path: Path) -> None:
    new_run(patch_recipe()).save(tmp_path / LATEST)
    assert read_checkpoint(tmp_path / LATEST)["description"] == {"architecture": "classic-unet", "width": 4}


def test_checkpoints_from_before_there_was_a_choice_are_still_gone_on_with(tmp_path: Path) -> None:
    """They hold neither description nor scaler."""
    old, new = new_run(patch_recipe(seed=1)), new_run(patch_recipe(seed=2))
    old.batch, old.best, old.seconds = 7, 0.5, 60.0
    old.save(tmp_path / LATEST)
    state = torch.load(tmp_path / LATEST, weights_only=True)
    del state["description"], state["scaler"]
    torch.save(state, tmp_path / LATEST)
    new.load(tmp_path / LATEST)
    assert (new.batch, new.best, new.seconds) == (7, 0.5, 60.0)
    assert difference(old.network.state_dict(), new.network.state_dict()) == 0


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04"])
def test_other_files_are_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LATEST).write_bytes(content)
    with pytest.raises(ModelError, match=r"latest\.pt: not a checkpoint of `skymatte train`"):
        new_run(patch_recipe()).load(tmp_path / LATEST)


def test_a_checkpoint_that_lacks_a_part_is_named(tmp_path: Path) -> None:
    run = new_run(patch_recipe())
    torch.save({"network": run.network.state_dict()}, tmp_path / LATEST)
    with pytest.raises(ModelError, match=r"latest\.pt: does not fit this recipe"):
        run.load(tmp_path / LATEST)


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"latest\.pt: no such checkpoint"):
        read_checkpoint(tmp_path / LATEST)
