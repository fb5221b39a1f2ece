"""`btb` as a process of the tests: the same command from this checkout, on a machine whose clock may be wrong.

`CLOCK_AHEAD` says by how many seconds it is at first; with SIGUSR2 somebody sets it, and it jumps to the right time.
"""

import os
import signal
from datetime import UTC, datetime, timedelta

import time_machine

from server.cli import main

if ahead := float(os.environ.get("CLOCK_AHEAD", "0")):
    clock = time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead), tick=True)
    clock.start()
    signal.signal(signal.SIGUSR2, lambda *_: clock.stop())

main()
