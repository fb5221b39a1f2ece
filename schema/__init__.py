"""The contract in Strawberry: one-line translations between GraphQL and plain Python. A schema method does not think."""
