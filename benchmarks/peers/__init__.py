"""The subgraphs that ours is measured beside."""
