"""`skymatte dataset build`, `pack` and `unpack` as a person runs them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.store import PatchStore
from tests.datasets.trees import write_manifest, write_row

RECIPE: dict[str, Any] = {
    "name": "tiny",
    "summary": "A test.",
    "batches": 1,
    "data": {"kind": "patches", "patches": {"size": 32, "stride": 32, "split": "given"}},
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three pictures of 128×64: one trains, one validates, one is an interior that trains."""
    folder = tmp_path / "data"
    rows = [
        write_row(folder, "field_1k", seed=1),
        write_row(folder, "hall_1k", seed=2, label="", stratum="negative"),
        write_row(folder, "beach_1k", seed=3, split="val", licence="Apache-2.0"),
    ]
    return write_manifest(folder, rows)


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(RECIPE), encoding="utf-8")
    return path


def run(*words: object, code: int = 0) -> tuple[str, str]:
    result = CliRunner().invoke(app, ["dataset", *map(str, words)])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.stdout, result.stderr


def table(output: str) -> dict[str, list[str]]:
    """The rows of the statistics by split."""
    rows = [re.split(r"\s{2,}", line.strip()) for line in output.splitlines()]
    return {row[0]: row[1:] for row in rows if row[0] in ("split", "train", "val")}


def test_build_prints_what_the_patches_are_made_of(tmp_path: Path, data: Path, recipe: Path) -> None:
    store = tmp_path / "store"
    output, errors = run("build", recipe, "--data", data, "-o", store)
    assert f"{store}: patches of 32 px every 32 px, split: given" in output
    rows = table(output)
    assert rows["split"] == [
        "patches", "sky only", "ground only", "both", "left out", "unlabelled", "mean sky", "pictures", "places",
    ]  # fmt: skip
    assert [rows[split][0] for split in ("train", "val")] == ["16", "8"]
    assert rows["train"][-2:] == ["2", "2"]
    built = PatchStore.open(store)
    assert rows["train"][2] == f"{built.statistics['train'].ground_only} (75.0%)"
    assert "1/3 field_1k" in errors
    _, errors = run("build", recipe, "--data", data, "-o", store)
    assert errors == f"{store}: is up to date\n"


def test_values_on_the_command_line_take_the_place_of_the_recipes(tmp_path: Path, data: Path, recipe: Path) -> None:
    changes = ["data.patches.size=16", "data.patches.split=patch", "data.patches.ground=0.5"]
    output, _ = run("build", recipe, *changes, "--data", data, "-o", tmp_path / "store")
    plan = PatchStore.open(tmp_path / "store").plan
    assert (plan.size, plan.split, plan.ground) == (16, "patch", 0.5)
    assert "note: 3 place(s) train and validate, which flatters the validation: beach, field, hall" in output


def test_out_into_plain_files_and_back(tmp_path: Path, data: Path, recipe: Path) -> None:
    run("build", recipe, "--data", data, "-o", tmp_path / "store")
    output, _ = run("unpack", tmp_path / "store", "-o", tmp_path / "plain")
    assert table(output)["train"][0] == "16"
    names = sorted(str(path.relative_to(tmp_path / "plain")) for path in (tmp_path / "plain").rglob("*.*"))
    assert len(names) == 2 * 24
    assert "X_train/train/field_1k__0_32.tif" in names
    assert "Y_val/val/beach_1k__32_96.png" in names
    output, _ = run("pack", tmp_path / "plain", "-o", tmp_path / "packed")
    rows = table(output)
    assert (rows["train"][0], rows["val"][0]) == ("16", "8")
    assert len(PatchStore.open(tmp_path / "packed").patches("val")) == 8


def test_ignored_pixels_survive_if_asked_for(tmp_path: Path, data: Path, recipe: Path) -> None:
    run("build", recipe, "--data", data, "-o", tmp_path / "store")
    run("unpack", tmp_path / "store", "-o", tmp_path / "plain", "--keep-ignored")
    run("pack", tmp_path / "plain", "-o", tmp_path / "packed")
    whole = PatchStore.open(tmp_path / "packed").patches("val")
    assert any((whole[index].weight == 0).any() for index in range(len(whole)))


def test_a_recipe_without_patches_is_asked_for_wrongly(tmp_path: Path, data: Path) -> None:
    _, errors = run("build", "skymatte-1", "--data", data, "-o", tmp_path / "store", code=2)
    assert errors.startswith("error: skymatte-1: trains on views of whole pictures")
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("data.patches.size=0", "data.patches.size: Input should be greater than 0"),
        ("data.patches.colour=red", "data.patches.colour: Extra inputs are not permitted"),
        ("data.patches.split", "not of the form section.key=value"),
    ],
)
def test_wrong_values_are_named(tmp_path: Path, data: Path, recipe: Path, change: str, message: str) -> None:
    _, errors = run("build", recipe, change, "--data", data, "-o", tmp_path / "store", code=2)
    assert message in errors
    assert not (tmp_path / "store").exists()


def test_unusable_pictures_are_named_and_the_rest_is_kept(tmp_path: Path, data: Path, recipe: Path) -> None:
    (data / "pictures" / "field_1k.hdr").write_bytes(b"#?RADIANCE\nbroken")
    (data / "labels" / "beach_1k.png").unlink()
    _, errors = run("build", recipe, "--data", data, "-o", tmp_path / "store", code=1)
    (line,) = [line for line in errors.splitlines() if line.startswith("error")]
    assert "2 of 3 pictures cannot be used" in line
    assert "field_1k.hdr: cannot be read" in line
    assert "beach_1k.png: no such file" in line
    assert not (tmp_path / "store" / "store.json").exists()


def test_folders_that_are_not_what_they_should_be(tmp_path: Path, data: Path, recipe: Path) -> None:
    assert "no such folder" in run("build", recipe, "--data", tmp_path / "no", "-o", tmp_path / "s", code=2)[1]
    assert "holds other files" in run("build", recipe, "--data", data, "-o", data, code=1)[1]
    assert "no finished patch store" in run("unpack", data, "-o", tmp_path / "plain", code=2)[1]
    assert not (tmp_path / "plain").exists()
    assert "X_train/train: no such folder" in run("pack", data, "-o", tmp_path / "packed", code=2)[1]
    assert not (tmp_path / "packed").exists()


def test_the_page_shows_a_recipe_that_works_and_every_key_of_a_plan(tmp_path: Path, data: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "dataset.md").read_text(encoding="utf-8")
    recipe = tmp_path / "patches.yaml"
    recipe.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    run("build", recipe, "--data", data, "-o", tmp_path / "store")
    plan = page.partition("## The plan\n")[2].partition("\n\n")[0]
    keys = [key for line in plan.splitlines()[2:] for key in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert sorted(keys) == sorted(PatchPlan.model_fields)


def test_help_names_the_arguments() -> None:
    for verb, words in (("build", ["RECIPE", "STORE"]), ("pack", ["FOLDER"]), ("unpack", ["--keep-ignored"])):
        output, _ = run(verb, "--help")
        assert all(word in output for word in words)


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skymatte.cli.patch_console.find_spec", lambda name: None if name == "pydantic" else name)
    for words in (("build", "any.yaml", "--data", tmp_path), ("pack", tmp_path), ("unpack", tmp_path)):
        _, errors = run(*words, "-o", tmp_path / "store", code=2)
        assert "patches need pydantic: install skymatte with its extra, skymatte[dataset]" in errors


WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None  # an import of it fails
from typer.testing import CliRunner
from skymatte.cli.main import app
result = CliRunner().invoke(app, ["dataset", "build", *sys.argv[1:]])
print(result.output)
sys.exit(result.exit_code)
"""


def test_building_works_without_torch(tmp_path: Path, data: Path, recipe: Path) -> None:
    words = [str(recipe), "--data", str(data), "-o", str(tmp_path / "store")]
    ended = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(PatchStore.open(tmp_path / "store").patches("train")) == 16
