"""The Python subgraphs that ours is measured beside."""
