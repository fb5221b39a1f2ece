"""Runs a document, whatever its schema: plans, limits, entities, protocols. It knows GraphQL, and nothing of ours."""
