"""Load and run a model without torch: card, providers, tiles and votes."""
