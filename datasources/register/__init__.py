"""Our own database: mandates, the log of changes, and what must be written in the same transaction as they are."""
