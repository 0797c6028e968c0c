"""A model of any kind, opened as its card says."""

from __future__ import annotations

from pathlib import Path

from skymatte.errors import ModelError
from skymatte.runtime import joint_model, superres_model
from skymatte.runtime.card import card_text, values_of
from skymatte.runtime.joint_model import JointModel
from skymatte.runtime.model import Model, content_of, find_model
from skymatte.runtime.providers import open_engine
from skymatte.runtime.superres_model import SuperresModel

AnyModel = Model | SuperresModel | JointModel

_KINDS: dict[str, type[SuperresModel | JointModel]] = {superres_model.TASK: SuperresModel, joint_model.TASK: JointModel}


def load_any(name_or_path: str | Path, runtime: str = "auto") -> AnyModel:
    """Open a model by its built-in name or its path.

    Raises:
        ModelError: there is no such model, the file is damaged, or it carries no card.
        RuntimeUnavailable: the runtime is not on this machine.
        OutputError: TensorRT's engines cannot be kept.
    """
    path = find_model(name_or_path)
    try:
        task = values_of(card_text(open_engine(content_of(path), "cpu").metadata)).get("task")
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None
    return _KINDS.get(str(task), Model).load(name_or_path, runtime)
