"""What plans did, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from execution.plan.signals import Reason


@dataclass(slots=True)
class Figures:
    """Counted since the start of the process. `aside` is by reason; `mismatched` is counted in shadow mode only."""

    compiled: int = 0
    compile_seconds: float = 0.0
    answered: int = 0
    aside: Counter[Reason] = field(default_factory=Counter)
    compared: int = 0
    mismatched: int = 0
