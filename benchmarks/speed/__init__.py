"""Ours beside the subgraphs that others would pick: the same question, the same data, the same bytes."""
