"""Recipes about street scenes: to say what stands where, to sharpen with that in mind, and both at once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from skymatte.networks.psp_encoder import LITE
from skymatte.training.plan import Count, Plan, Section, Share

Weight = Annotated[float, Field(ge=0)]
Size = Literal["full", "medium", "compact"]


class StreetData(Section):
    """Which pictures, and how crops are cut out of them.

    Attributes:
        folder: sub-folder of the data folder, laid out as CamVid or Cityscapes; ``.`` is the data folder itself.
        height: larger pictures are shrunk to so many rows.
        scale: pictures are shrunk to a ``scale``-th of their sides by bicubic; 1 = left as they are.
        crop: side of a crop at the full size in pixels.
        flip: share of crops that are mirrored left to right.
    """

    folder: str = "camvid"
    height: Count | None = None
    scale: Literal[1, 2, 3, 4] = 1
    crop: Count = 240
    flip: Share = 0.5


class SegmentData(StreetData):
    """Pictures to segment.

    Attributes:
        sharpen: what brings shrunk pictures back to their size: a checkpoint of DCSCN, or the name of a run in the
            folder beside this one, whose best checkpoint is taken; ``None`` = bicubic.
        zoom: crops are shown larger or smaller by a factor of up to so much.
    """

    sharpen: str | None = None
    zoom: Annotated[float, Field(ge=1)] = 1.0


class SharpenData(StreetData):
    """Pictures to sharpen.

    Attributes:
        guide: what says what stands where in them: a checkpoint of PSPNet, or the name of a run beside; it is shown the
            picture enlarged by bicubic.  ``None`` = nobody does, and DCSCN is trained without.
    """

    scale: Literal[2, 3, 4] = 4
    guide: str | None = None


class JointData(StreetData):
    """Pictures to sharpen and segment."""

    scale: Literal[2, 3, 4] = 4


class SegmentNetwork(Section):
    """PSPNet.

    Attributes:
        architecture: there is one.
        encoder: ``efficientnet-lite0``, or a name of segmentation-models-pytorch.
        stride: of the features that classes are decided on.
        width: channels of its head.
        weights: what the encoder starts from.
        start: a checkpoint, or the name of a run beside, to go on from.
    """

    architecture: Literal["pspnet"] = "pspnet"
    encoder: str = LITE
    stride: Literal[8, 16] = 16
    width: Count = 128
    weights: Literal["imagenet", "none"] = "imagenet"
    start: str | None = None


class SharpenNetwork(Section):
    """DCSCN with a guide.

    Attributes:
        architecture: there is one.
        size: of DCSCN.
        start: a checkpoint of DCSCN, or the name of a run beside, to go on from.
    """

    architecture: Literal["guided-dcscn"] = "guided-dcscn"
    size: Size = "medium"
    start: str | None = None


class JointNetworkPlan(Section):
    """DCSCN and PSPNet as one.

    Attributes:
        architecture: there is one.
        size: of DCSCN.
        stride: of the features that classes are decided on.
        width: channels of the segmentation's head.
        weights: what the segmentation's encoder starts from.
        sharpen: a checkpoint of DCSCN, or the name of a run beside, to start from.
        segment: a checkpoint of PSPNet, likewise.
    """

    architecture: Literal["joint"] = "joint"
    size: Size = "medium"
    stride: Literal[8, 16] = 16
    width: Count = 128
    weights: Literal["imagenet", "none"] = "imagenet"
    sharpen: str | None = None
    segment: str | None = None


class SegmentLoss(Section):
    """Cross-entropy over classes.

    Attributes:
        auxiliary: weight of the auxiliary head's (Zhao et al. 2017, section 3.3).
    """

    auxiliary: Weight = 0.4


class JointLoss(SegmentLoss):
    """Cross-entropy, and the mean absolute error of luma.

    Attributes:
        sharpen: weight of the latter, in which luma is [16, 235] / 255.
    """

    sharpen: Weight = 10.0


class SegmentPlan(Plan):
    """Say what stands where in pictures of streets.

    Attributes:
        network: PSPNet.
        data: pictures.
        loss: what is minimised.
    """

    task: Literal["street"]
    network: SegmentNetwork = SegmentNetwork()
    data: SegmentData = SegmentData()
    loss: SegmentLoss = SegmentLoss()


class SharpenPlan(Plan):
    """Sharpen pictures of streets, guided by what stands where; the loss is the mean absolute error of luma.

    Attributes:
        network: DCSCN.
        data: pictures.
    """

    task: Literal["guided"]
    network: SharpenNetwork = SharpenNetwork()
    data: SharpenData = SharpenData()


class JointPlan(Plan):
    """Sharpen pictures of streets and say what stands where, in one network.

    Attributes:
        network: both.
        data: pictures.
        loss: what is minimised.
    """

    task: Literal["joint"]
    network: JointNetworkPlan = JointNetworkPlan()
    data: JointData = JointData()
    loss: JointLoss = JointLoss()
