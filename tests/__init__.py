"""Load-bearing: without this file pytest would import `tests/loaders` as `loaders` and so hide the room of that name.

Every folder under `tests` has such a file, for the same reason.
"""
