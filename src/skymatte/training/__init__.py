"""Train a model: recipe, losses, loop, checkpoint, export."""
