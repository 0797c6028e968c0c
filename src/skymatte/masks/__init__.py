"""Masks, mattes and labels: metrics, overlays, cut-outs."""
