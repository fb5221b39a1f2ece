"""Health: alive, ready, and what each check says; and the figures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from execution.hooks import Fault, OperationReport
from server.health import Check, Live, Ready
from server.metrics import Metrics
from tests.graphql import Client, Reply


async def _well() -> None:
    return None


async def _ill() -> None:
    raise ConnectionError("postgresql://user:hunter2@db.internal/btb")


async def _never() -> None:
    await asyncio.Event().wait()


async def _asked(*checks: Check, patience: float = 2.0) -> Reply:
    return await Client(Ready(checks, patience)).request("GET", "/health/ready")


async def test_a_process_that_answers_is_alive() -> None:
    assert (await Client(Live()).request("GET", "/health/live")).status == 200


async def test_a_house_without_checks_is_ready() -> None:
    assert (await _asked()).status == 200


async def test_a_house_whose_database_is_gone_is_not_ready() -> None:
    reply = await _asked(Check("database", _ill), Check("kbo", _well))
    assert reply.status == 503
    told = json.loads(reply.body)
    assert not told["ready"]
    assert (told["checks"]["database"]["ok"], told["checks"]["kbo"]["ok"]) == (False, True)


async def test_a_source_out_of_reach_is_shown_and_changes_nothing() -> None:
    reply = await _asked(Check("database", _well), Check("kbo", _ill, needed=False))
    assert reply.status == 200
    assert json.loads(reply.body)["checks"]["kbo"]["ok"] is False


async def test_a_check_that_never_ends_is_not_waited_for() -> None:
    assert (await _asked(Check("database", _never), patience=0.01)).status == 503


async def test_the_answer_says_nothing_of_why() -> None:
    reply = await _asked(Check("database", _ill))
    assert "hunter2" not in reply.text
    assert "internal" not in reply.text


@pytest.mark.parametrize(("later", "looks"), [(0.5, 1), (1.5, 2)])
async def test_a_crowd_at_the_door_costs_one_look_a_second(later: float, looks: int) -> None:
    seen, now = [], [0.0]

    async def look() -> None:
        seen.append(now[0])

    def at() -> float:
        return now[0]

    ready = Ready([Check("database", look)], clock=at)
    await asyncio.gather(*(ready.findings() for _ in range(50)))
    now[0] = later
    await ready.findings()
    assert len(seen) == looks


def _report(codes: tuple[str, ...] = (), executed: bool = True) -> OperationReport:
    return OperationReport("id", "query", "Q", "hash", executed, False, 7, codes, 0, 1, 20_000_000, 30_000_000)


def _told(metrics: Metrics, tell: Callable[[Metrics], None]) -> Awaitable[Reply]:
    tell(metrics)
    return Client(metrics).request("GET", "/metrics")


@pytest.mark.parametrize(
    ("tell", "line"),
    [
        (lambda all: all.finished(_report()), 'btb_operations_total{outcome="answered",type="query"} 1.0'),
        (lambda all: all.finished(_report(("X",))), 'btb_operations_total{outcome="errors",type="query"} 1.0'),
        (lambda all: all.finished(_report(("X",), False)), 'btb_operations_total{outcome="refused",type="query"} 1.0'),
        (lambda all: all.finished(_report(("X", "X"))), 'btb_refusals_total{code="X"} 2.0'),
        (lambda all: all.finished(_report()), 'btb_operation_seconds_bucket{le="0.05",type="query"} 1.0'),
        (lambda all: all.finished(_report()), "btb_operation_cost_sum 7.0"),
        (lambda all: all.finished(_report()), 'btb_operation_turn_seconds_bucket{le="0.025"} 1.0'),
        (lambda all: all.failed(Fault("id", None, (), ValueError())), "btb_faults_total 1.0"),
        (
            lambda all: all.called("persons", "refused", 0.2),
            'btb_source_calls_total{outcome="refused",service="persons"} 1.0',
        ),
        (
            lambda all: all.noticed("persons", "40046"),
            'btb_source_oddities_total{service="persons",what="exception 40046"} 1.0',
        ),
        (
            lambda all: all.noticed("persons", "85073003328"),
            'btb_source_oddities_total{service="persons",what="exception of another form"} 1.0',
        ),
        (
            lambda all: all.dropped("persons", 3),
            'btb_source_oddities_total{service="persons",what="another key"} 3.0',
        ),
        (
            lambda all: all.unknown_function("99999"),
            'btb_source_oddities_total{service="functions",what="unknown function"} 1.0',
        ),
        (
            lambda all: all.answered("enterprise", "kept", 5),
            'btb_source_answers_total{how="kept",kind="enterprise"} 5.0',
        ),
        (lambda all: all.batches.labels("person").observe(3), 'btb_loader_batch_keys_sum{loader="person"} 3.0'),
        (lambda all: all.feed_lag.labels("UMAN").set(4), 'btb_feed_lag_changes{system="UMAN"} 4.0'),
    ],
)
async def test_what_happens_is_counted(tell: Callable[[Metrics], None], line: str) -> None:
    reply = await _told(Metrics(), tell)
    assert reply.headers["content-type"].startswith("text/plain; version=")
    assert line in reply.text.splitlines()


def test_two_applications_count_for_themselves() -> None:
    Metrics()
    Metrics()
