"""Compiled execution as the settings want it: on, off, or beside the interpreter and compared."""

from __future__ import annotations

import logging

from strawberry import Schema

from execution.hooks import CompiledExecutor
from execution.plan import CompiledQueries, Figures, PlanSettings, ShadowedQueries
from server.settings import Settings

log = logging.getLogger("btb.plans")


def compiled(settings: Settings, schema: Schema) -> tuple[CompiledExecutor | None, Figures]:
    """The executor that is tried first for queries and events, and what it counts."""
    said = settings.plans
    first = 0 if said.mode == "shadow" else 1
    plans = CompiledQueries(schema, PlanSettings(kept=said.kept, interpreted_first=first))
    if said.mode == "off":
        return None, plans.figures
    if said.mode == "shadow":
        return ShadowedQueries(plans, schema, _mismatched), plans.figures
    return plans, plans.figures


def _mismatched(document_hash: str) -> None:
    log.error("A compiled query answered otherwise than the interpreter: document %s.", document_hash)
