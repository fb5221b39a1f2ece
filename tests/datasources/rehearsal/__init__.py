"""The rehearsal town and the way it answers."""
