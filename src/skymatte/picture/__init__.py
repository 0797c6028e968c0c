"""Read and write pictures: formats, encodings, projections, display."""
