"""The feed, tried with real servers: whatever is killed, dropped or refused, no consumer ever misses a change."""
