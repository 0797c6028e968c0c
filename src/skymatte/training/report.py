"""What a run tells: lines for people, figures and pictures for TensorBoard."""

from __future__ import annotations

from torch.utils.tensorboard import SummaryWriter

from skymatte.training.validation import Validation

_NAMED = 4


def log_validation(board: SummaryWriter, validation: Validation, measure: str, batch: int) -> None:
    """Write the score, all figures and the worst pictures."""
    board.add_scalar(f"validation/{measure.lower()}", validation.score, batch)
    for name, value in validation.figures.items():
        board.add_scalar(f"validation/{name}", value, batch)
    for place, sample in enumerate(validation.worst):
        board.add_image(f"worst/{place}", sample.picture(), batch, dataformats="HWC")


def lines_of(validation: Validation, batch: int, best: float) -> list[str]:
    """The validation in two lines."""
    figures = "  ".join(f"{name} {value:.4f}" for name, value in validation.figures.items())
    worst = ", ".join(f"{sample.name} {sample.score:.3f}" for sample in validation.worst[:_NAMED])
    return [f"validation at {batch}: {validation.score:.4f} (best {best:.4f})  {figures}", f"  worst: {worst}"]
