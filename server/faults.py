"""The log of what is our own fault: its kind and where it happened, under the id that the caller was shown."""

from __future__ import annotations

import logging
import traceback

from execution.hooks import Fault, Observer

log = logging.getLogger("btb.faults")


class FaultLog(Observer):
    """Writes down the kind of an exception and the lines it passed through; never its text, which may hold values."""

    def failed(self, fault: Fault) -> None:
        """Log a fault of our own."""
        passed = traceback.extract_tb(fault.error.__traceback__)
        log.error(
            "Something of ours broke: %s",
            type(fault.error).__name__,
            extra={
                "shown_as": fault.request_id,
                "operation": fault.operation,
                "path": [str(each) for each in fault.path],
                "passed": [f"{line.filename}:{line.lineno} {line.name}" for line in passed[-12:]],
            },
        )
