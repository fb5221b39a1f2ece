"""The engine: answers, subscriptions, errors, deadlines and what observers hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NewType

import orjson
import pytest
import strawberry
from graphql import ExecutionResult, OperationType
from strawberry.extensions import SchemaExtension

from execution.engine import Answer, Engine, Limits, OperationRequest, Prepared
from execution.entities import SubgraphSchema
from execution.errors import CodedError, LimitExceeded
from execution.hooks import Observer, Policies
from tests.execution import toy
from tests.execution.asking import QUERIES, Watcher, answered, codes

CANARY = "85073003328"


async def test_an_error_of_ours_is_masked_and_told_to_observers_with_the_requests_id() -> None:
    watcher = Watcher.new()
    body = await answered(toy.engine(observers=[watcher]), "query Q { fail }", request_id="the-request-4711")
    error = body["errors"][0]
    assert error["message"] == "Internal error"
    assert error["path"] == ["fail"]
    assert error["extensions"] == {"requestId": "the-request-4711", "code": "INTERNAL_ERROR"}
    assert CANARY not in orjson.dumps(body).decode()
    (fault,) = watcher.faults
    assert (fault.request_id, fault.operation, fault.path) == ("the-request-4711", "Q", ("fail",))
    assert isinstance(fault.error, RuntimeError)


async def test_a_coded_error_reaches_the_caller_as_it_is() -> None:
    body = await answered(toy.engine(), "{ refuse }")
    assert body["errors"][0]["message"] == "Sold out."
    assert codes(body) == ["SOLD_OUT"]


async def test_a_permission_class_that_says_no_keeps_its_code() -> None:
    body = await answered(toy.engine(), '{ product(id: "1") { name margin } }')
    assert body["data"] == {"product": {"name": "P1", "margin": None}}
    assert codes(body) == ["FORBIDDEN"]
    body = await answered(toy.engine(), '{ product(id: "1") { margin } }', toy.ToyContext("An"))
    assert body == {"data": {"product": {"margin": 3}}}


async def test_exceptions_of_the_house_are_translated() -> None:
    policies = Policies(
        translate=lambda error: CodedError("No.", code="NO") if isinstance(error, RuntimeError) else None
    )
    assert codes(await answered(toy.engine(policies=policies), "{ fail }")) == ["NO"]


async def test_no_more_errors_are_shown_than_the_ceiling() -> None:
    body = await answered(toy.engine(Limits(errors=3)), "{ failing(count: 50) { value } }")
    assert len(body["data"]["failing"]) == 50
    assert codes(body) == ["INTERNAL_ERROR"] * 3 + ["TOO_MANY_ERRORS"]


async def test_an_operation_that_takes_too_long_is_cancelled() -> None:
    body = await answered(toy.engine(Limits(deadline=0.01)), "{ hello slow }")
    assert body["data"] is None
    assert codes(body) == ["DEADLINE_EXCEEDED"]


@strawberry.type
class Waiting:
    @strawberry.field
    async def nested(self, info: strawberry.Info) -> int | None:
        try:
            await asyncio.Event().wait()
        finally:
            info.context.calls.append("nested")
        return None


@strawberry.type
class WaitingQuery:
    @strawberry.field
    async def waiting(self) -> list[Waiting]:
        return [Waiting(), Waiting()]


async def test_what_a_late_operation_was_waiting_for_is_cancelled() -> None:
    context = toy.ToyContext()
    engine = Engine(strawberry.Schema(WaitingQuery), limits=Limits(deadline=0.01))
    assert codes(await answered(engine, "{ waiting { nested } }", context)) == ["DEADLINE_EXCEEDED"]
    assert context.calls == ["nested", "nested"]


async def test_a_cancelled_request_stays_cancelled() -> None:
    task = asyncio.create_task(answered(toy.engine(), "{ slow }"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@strawberry.type
class Shared:
    @strawberry.field
    async def waiting(self, info: strawberry.Info) -> int | None:
        return await info.context  # type: ignore[no-any-return]

    @strawberry.field
    async def broken(self) -> int:
        raise CodedError("No.", code="NO")


@strawberry.type
class SharedQuery:
    @strawberry.field
    def pair(self) -> Shared | None:
        return Shared()

    @strawberry.field
    async def waiting(self, info: strawberry.Info) -> int | None:
        await asyncio.sleep(0)
        return await info.context  # type: ignore[no-any-return]


async def test_a_future_cancelled_by_a_failing_neighbour_fails_a_field_and_never_the_request() -> None:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[int] = loop.create_future()
    engine = Engine(strawberry.Schema(SharedQuery))
    body = await answered(engine, "{ pair { waiting broken } waiting }", future)
    assert body["data"] == {"pair": None, "waiting": None}
    assert sorted(codes(body)) == ["INTERNAL_ERROR", "NO"]


async def test_variables_in_documents_and_literals_are_never_repeated() -> None:
    engine = toy.engine()
    for document, variables in (
        ("query ($w: Wish!) { wish(wish: $w) }", {"w": {"name": "x", "nom": CANARY}}),
        ("query ($w: Wish!) { wish(wish: $w) }", {"w": CANARY}),
        ("query ($w: Wish!) { wish(wish: $w) }", {"w": {"count": CANARY}}),
        ("query ($n: Int!, $t: UUID) { add(number: $n, ticket: $t) }", {"n": 1, "t": CANARY}),
        (f'{{ add(number: "{CANARY}") }}', None),
        (f'{{ add(number: 1, ticket: "{CANARY}") }}', None),
        (f'{{ wish(wish: {{nom: "{CANARY}"}}) }}', None),
        (f"{{ wish(wish: {{name: {CANARY}}}) }}", None),
        (f'{{ hello(name: "{CANARY}" }}', None),
        (f'{{ hello "{CANARY}" }}', None),
        (f"{{ hello {CANARY} }}", None),
        (f'{{ hello """{CANARY}""" }}', None),
        (f"{{ n{CANARY} }}", None),
        (f'query ($n: Int = "{CANARY}") {{ add(number: $n) }}', None),
        ("query ($n: Int) { add(number: $n) }", {"n": None}),
    ):
        body = await answered(engine, document, variables=variables)
        assert "data" not in body
        assert CANARY not in orjson.dumps(body).decode()
        assert set(codes(body)) <= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}


def parse_even(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"not {value}")
    if value % 2:
        raise CodedError("An even number is even.", code="ODD")
    return value


Even = NewType("Even", int)


@strawberry.type
class EvenQuery:
    @strawberry.field
    def half(self, of: Even) -> int:
        return of // 2


async def test_a_scalars_own_coded_reason_is_kept_and_its_exceptions_are_not() -> None:
    config = strawberry.schema.config.StrawberryConfig(
        scalar_map={Even: strawberry.scalar(name="Even", serialize=int, parse_value=parse_even)}
    )
    engine = Engine(strawberry.Schema(EvenQuery, config=config))
    by_variable = await answered(engine, "query ($n: Even!) { half(of: $n) }", variables={"n": 3})
    assert codes(by_variable) == ["ODD"]
    assert by_variable["errors"][0]["message"] == "Variable '$n' has invalid value: An even number is even."
    by_literal = await answered(engine, "{ half(of: 3) }")
    assert by_literal["errors"][0]["message"] == "An even number is even."
    masked = await answered(engine, "query ($n: Even!) { half(of: $n) }", variables={"n": CANARY})
    assert codes(masked) == ["BAD_USER_INPUT"]
    assert CANARY not in orjson.dumps(masked).decode()


async def test_there_are_no_suggestions() -> None:
    body = await answered(toy.engine(), "{ helo }")
    assert body["errors"][0]["message"] == "Cannot query field 'helo' on type 'Query'."


async def test_policies_close_introspection_and_the_definition_for_each_caller() -> None:
    policies = Policies(
        introspection=lambda context: context.user == "An", service=lambda context: context.user == "An"
    )
    engine = toy.engine(policies=policies)
    for document in ("{ __schema { description } }", "{ ...F } fragment F on Query { _service { sdl } }"):
        assert codes(await answered(engine, document)) == ["INTROSPECTION_DISABLED"]
        assert codes(await answered(engine, document, toy.ToyContext("An"))) == []
    assert codes(await answered(engine, "{ __typename }")) == []


async def test_a_budget_is_asked_before_execution() -> None:
    spent: list[int] = []

    async def spend(context: toy.ToyContext, cost: int) -> None:
        spent.append(cost)
        if sum(spent) > 12:
            raise LimitExceeded("Later.", code="BUDGET_USED_UP")

    engine = toy.engine(policies=Policies(spend=spend))
    document = "query ($ids: [ID!]!) { products(ids: $ids) { name } }"
    assert codes(await answered(engine, document, variables={"ids": ["1"] * 10})) == []
    assert codes(await answered(engine, document, variables={"ids": ["1"] * 3})) == ["BUDGET_USED_UP"]
    assert spent == [10, 3]


class Span(Observer):
    """Writes down when an execution begins and ends."""

    def __init__(self) -> None:
        self.told: list[str] = []

    @contextmanager
    def _span(self, name: str) -> Iterator[None]:
        self.told.append(f"begin {name}")
        yield
        self.told.append(f"end {name}")

    def executing(self, prepared: Prepared, request_id: str, context: Any) -> Any:
        return self._span(prepared.name or "")


async def test_observers_hear_of_every_operation_and_no_text_of_it() -> None:
    watcher, span = Watcher.new(), Span()
    engine = toy.engine(observers=[watcher, span])
    await answered(engine, f'query Q {{ hello(name: "{CANARY}") }}')
    await answered(engine, "{ nope }")
    done, refused = watcher.reports
    assert (done.type, done.name, done.executed, done.cost, done.codes) == ("query", "Q", True, 0, ())
    assert (refused.executed, refused.codes) == (False, ("GRAPHQL_VALIDATION_FAILED",))
    assert done.started_at <= done.prepared_at <= done.finished_at
    assert CANARY not in repr(watcher)
    assert span.told == ["begin Q", "end Q"]


async def test_a_compiled_executor_is_tried_first_and_may_step_aside() -> None:
    asked: list[Mapping[str, Any]] = []

    async def compiled(
        prepared: Prepared, variables: Mapping[str, Any], context: Any
    ) -> ExecutionResult | bytes | None:
        asked.append(variables.coerced)
        match prepared.name:
            case "Bytes":
                return b'{"data":{"hello":"bytes"}}'
            case "Result":
                return ExecutionResult({"hello": "result"}, None)
        return None

    engine = toy.engine(executor=compiled)
    assert await answered(engine, "query Bytes { hello }", report_cost=True) == {
        "data": {"hello": "bytes"},
        "extensions": {"cost": 0},
    }
    assert (await answered(engine, "query Result { hello }"))["data"] == {"hello": "result"}
    assert (await answered(engine, 'query A($n: String! = "x") { hello(name: $n) }'))["data"] == {"hello": "Hello x"}
    await answered(engine, 'mutation { buy(id: "1") { id } }')
    assert asked == [{}, {}, {"n": "x"}]


async def test_a_document_is_prepared_once_and_kept_within_bounds() -> None:
    engine = toy.engine(Limits(cached_documents=2, cached_document_characters=30))
    first = engine.prepare(OperationRequest("{ hello }"), QUERIES)
    assert engine.prepare(OperationRequest("{ hello }"), QUERIES) is first
    for number in range(3):
        engine.prepare(OperationRequest(f"{{ a{number}: hello }}"), QUERIES)
    assert engine.prepare(OperationRequest("{ hello }"), QUERIES) is not first
    long = OperationRequest("{ hello } #" + " " * 30)
    assert engine.prepare(long, QUERIES) is not engine.prepare(long, QUERIES)


@pytest.mark.parametrize(
    ("asked", "forgotten"),
    [
        (OperationRequest("{ short: hello }"), False),
        (OperationRequest(f"query {'n' * 3_100} {{ hello }}"), True),
        (OperationRequest("query Other { hello }", operation_name="n" * 3_100), True),
    ],
    ids=["a short one", "a long one", "a long name"],
)
async def test_a_document_of_several_kilobytes_is_kept_in_the_room_of_several(
    asked: OperationRequest, forgotten: bool
) -> None:
    engine = toy.engine(Limits(cached_documents=4))
    small = engine.prepare(OperationRequest("{ hello }"), QUERIES)
    engine.prepare(asked, QUERIES)
    assert (engine.prepare(OperationRequest("{ hello }"), QUERIES) is not small) is forgotten


async def test_an_answer_that_cannot_be_serialised_is_a_fault_of_ours() -> None:
    async def compiled(*_: Any) -> ExecutionResult:
        return ExecutionResult({"hello": "\ud800"}, None)

    watcher = Watcher.new()
    body = await answered(toy.engine(executor=compiled, observers=[watcher]), "{ hello }")
    assert codes(body) == ["INTERNAL_ERROR"]
    assert len(watcher.faults) == 1


def test_a_schema_with_extensions_is_refused_because_they_would_not_run() -> None:
    schema = strawberry.Schema(SharedQuery, extensions=[SchemaExtension])
    with pytest.raises(ValueError, match="extensions"):
        Engine(schema)


async def events(engine: Engine, document: str, context: Any = None) -> list[Any]:
    """Every answer of a subscription."""
    stream = await engine.subscribe(OperationRequest(document), context or toy.ToyContext(), toy.renewed)
    if isinstance(stream, Answer):
        return [orjson.loads(stream.body)]
    return [orjson.loads(answer.body) async for answer in stream]


async def test_each_event_is_executed_with_a_context_of_its_own() -> None:
    class Counting:
        seen: int = 0

    def renew(context: toy.ToyContext) -> toy.ToyContext:
        Counting.seen += 1
        return toy.ToyContext(event=Counting.seen)

    stream = await toy.engine().subscribe(
        OperationRequest("subscription { counting { number contextEvent } }"), toy.ToyContext(), renew
    )
    assert not isinstance(stream, Answer)
    seen = [orjson.loads(answer.body)["data"]["counting"] async for answer in stream]
    assert seen == [{"number": each, "contextEvent": each + 1} for each in range(3)]


async def test_a_subscription_is_refused_before_it_begins() -> None:
    engine = toy.engine()
    for document, code in (
        ("{ hello }", "OPERATION_TYPE_NOT_ALLOWED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { counting { number } breaking }", "GRAPHQL_VALIDATION_FAILED"),
    ):
        answer = await engine.subscribe(OperationRequest(document), toy.ToyContext(), None)
        assert isinstance(answer, Answer)
        assert not answer.executed
        assert answer.codes == (code,)
        assert [error["extensions"]["code"] for error in answer.errors] == [code]


async def test_a_source_that_breaks_says_so_masked_and_ends() -> None:
    first, last = await events(toy.engine(), "subscription { breaking }")
    assert first == {"data": {"breaking": 0}}
    assert codes(last) == ["INTERNAL_ERROR"]
    assert CANARY not in orjson.dumps(last).decode()
    assert codes((await events(toy.engine(), "subscription { refusing }"))[0]) == ["SOLD_OUT"]


async def test_closing_the_stream_closes_its_source() -> None:
    closed: list[bool] = []

    @strawberry.type
    class Ticking:
        @strawberry.subscription
        async def ticks(self) -> AsyncGenerator[int, None]:
            try:
                while True:
                    yield 1
            finally:
                closed.append(True)

    engine = Engine(SubgraphSchema(toy.Query, subscription=Ticking))
    stream = await engine.subscribe(OperationRequest("subscription { ticks }"), toy.ToyContext())
    assert not isinstance(stream, Answer)
    assert orjson.loads((await anext(stream)).body) == {"data": {"ticks": 1}}
    await stream.aclose()
    assert closed == [True]


async def test_an_operation_of_another_kind_is_refused() -> None:
    engine = toy.engine()
    answer = await engine.execute(
        OperationRequest('mutation { buy(id: "1") { id } }'), toy.ToyContext(), allowed=frozenset({OperationType.QUERY})
    )
    assert answer.codes == ("OPERATION_TYPE_NOT_ALLOWED",)
