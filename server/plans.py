"""Compiled execution as the settings want it: on, off, or compared with the interpreter; with fragments or without."""

from __future__ import annotations

import logging

from execution.entities import SubgraphSchema
from execution.hooks import CompiledExecutor
from execution.plan import CompiledQueries, FragmentedQueries, PlanSettings, ShadowedQueries
from schema.fragments import KeptEnterprises
from server.contexts import renewed
from server.metrics import Metrics
from server.settings import Settings

log = logging.getLogger("btb.plans")


def compiled(settings: Settings, schema: SubgraphSchema, metrics: Metrics) -> CompiledExecutor | None:
    """The executor that is tried first for queries and events, whose figures are shown."""
    said = settings.plans
    first = 0 if said.mode == "shadow" else 1
    plans: CompiledQueries | FragmentedQueries
    plans = CompiledQueries(schema, PlanSettings(kept=said.kept, interpreted_first=first))
    metrics.watch_plans(plans.figures)
    if said.mode == "off":
        return None
    if settings.fragments.kept:
        plans = FragmentedQueries(plans, schema, KeptEnterprises(), settings.fragments.kept)
        metrics.watch_fragments(plans)
    return ShadowedQueries(plans, schema, _mismatched, renewed) if said.mode == "shadow" else plans


def _mismatched(document_hash: str) -> None:
    log.error("A compiled query answered otherwise than the interpreter: document %s.", document_hash)
