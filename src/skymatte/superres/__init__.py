"""Pictures at two, three or four times their size."""

from skymatte.superres.arrays import upscale, upscale_with_sky

__all__ = ["upscale", "upscale_with_sky"]
