"""The reference consumer of the feed: what a partner reads to write their own, beside `docs/feed.md`.

It knows the service only as every consumer does: by its GraphQL contract. `follower.py` is the whole story; `copy.py`
keeps the copy, `lines.py` proves it, `asking.py` and `listening.py` talk, `documents.py` says in which words.
"""
