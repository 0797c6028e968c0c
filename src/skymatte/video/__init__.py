"""The sky in moving pictures: frames in, a matte for each, overlays and mattes out."""
