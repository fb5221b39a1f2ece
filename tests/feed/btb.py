"""`btb` as a process of the tests: the same command from this checkout."""

from server.cli import main

main()
