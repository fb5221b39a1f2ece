"""Journeys: what people and systems do from their first request to their last, over HTTP, on both engines."""
