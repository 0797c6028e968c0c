"""Segment a picture: coarse to fine, dense reference, panoramas, batches, outputs."""
