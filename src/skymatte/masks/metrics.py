"""All measures of masks and mattes; how each treats `ignore` and empty sets is said where it is defined.

Everywhere: masks are H×W bool (True = sky), labels H×W uint8 (255 sky, 0 non-sky, 128 ignore), mattes H×W float32 in
[0, 1].  What lies under `ignore` changes no result.
"""

from __future__ import annotations

from skymatte.masks.metrics_boundary import boundary_f, boundary_iou
from skymatte.masks.metrics_halo import Halo, halo
from skymatte.masks.metrics_matte import (
    MatteErrors,
    connectivity_error,
    edge_band,
    gradient_error,
    mad,
    matte_errors,
    mse,
    sad,
)
from skymatte.masks.metrics_region import (
    Confusion,
    accuracy,
    confusion,
    dice,
    false_sky,
    iou,
    mcr,
    miou,
    solid_angle_iou,
)
from skymatte.masks.metrics_scores import (
    MEASURES,
    POOLED,
    FolderScores,
    Measure,
    PictureScores,
    Worst,
    score_picture,
    sum_up,
)
from skymatte.masks.metrics_thin import thin_structure_recall, thin_structures
from skymatte.masks.metrics_video import Motion, dtssd, flicker, motion

__all__ = [
    "MEASURES",
    "POOLED",
    "Confusion",
    "FolderScores",
    "Halo",
    "MatteErrors",
    "Measure",
    "Motion",
    "PictureScores",
    "Worst",
    "accuracy",
    "boundary_f",
    "boundary_iou",
    "confusion",
    "connectivity_error",
    "dice",
    "dtssd",
    "edge_band",
    "false_sky",
    "flicker",
    "gradient_error",
    "halo",
    "iou",
    "mad",
    "matte_errors",
    "mcr",
    "miou",
    "motion",
    "mse",
    "sad",
    "score_picture",
    "solid_angle_iou",
    "sum_up",
    "thin_structure_recall",
    "thin_structures",
]
