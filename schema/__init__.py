"""The contract in Strawberry: one-line translations between GraphQL and plain Python. A method does not think."""
