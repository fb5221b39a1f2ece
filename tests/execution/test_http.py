"""GraphQL over HTTP: media types, statuses, methods and bodies."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from execution.errors import Forbidden, RefusedRequest, Unauthenticated
from execution.hooks import RequestInfo
from execution.http import GraphQLHttp, HttpSettings
from execution.negotiation import GRAPHQL_RESPONSE, JSON
from tests.execution import toy
from tests.execution.asking import Response, Watcher, ask, call

GQL = {"accept": GRAPHQL_RESPONSE}
CANARY = "85073003328"


@pytest.fixture(scope="module")
def app() -> GraphQLHttp:
    return GraphQLHttp(toy.engine(), toy.context)


@pytest.fixture(scope="module")
def by_get() -> GraphQLHttp:
    return GraphQLHttp(toy.engine(), toy.context, HttpSettings(queries_by_get=True))


async def test_a_query_is_answered_as_json_with_the_headers_of_every_answer(app: GraphQLHttp) -> None:
    response = await ask(app, "{ hello }")
    assert response.status == 200
    assert response.json == {"data": {"hello": "Hello world"}}
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-length"] == str(len(response.body))
    assert len(response.headers["x-request-id"]) == 32


async def test_a_callers_own_request_id_is_kept_where_it_is_well_formed(app: GraphQLHttp) -> None:
    kept = await ask(app, "{ hello }", headers={"x-request-id": "gateway-4711-abcdef"})
    assert kept.headers["x-request-id"] == "gateway-4711-abcdef"
    for bad in (CANARY, "short", "with space and more", "é" * 20):
        other = await ask(app, "{ hello }", headers={"x-request-id": bad})
        assert other.headers["x-request-id"] != bad


@pytest.mark.parametrize(
    "document", ["{", "{ nope }", 'query { add(number: "x") }', "query A { hello } query B { hello }"]
)
async def test_a_refused_document_is_200_as_json_and_400_as_graphql_response_without_data(
    app: GraphQLHttp, document: str
) -> None:
    plain, graphql = await ask(app, document), await ask(app, document, headers=GQL)
    assert (plain.status, graphql.status) == (200, 400)
    assert graphql.headers["content-type"] == f"{GRAPHQL_RESPONSE}; charset=utf-8"
    assert "data" not in graphql.json
    assert "data" not in plain.json


async def test_a_field_error_is_200_in_both_forms(app: GraphQLHttp) -> None:
    for headers in ({}, GQL):
        response = await ask(app, "{ refuse }", headers=headers)
        assert response.status == 200
        assert response.codes == ["SOLD_OUT"]
        assert response.json["data"] == {"refuse": None}


async def test_a_variable_that_does_not_fit_is_400_and_never_repeated(app: GraphQLHttp) -> None:
    document = "query ($n: Int!) { add(number: $n) }"
    response = await ask(app, document, variables={"n": CANARY}, headers=GQL)
    assert response.status == 400
    assert response.codes == ["BAD_USER_INPUT"]
    assert CANARY not in response.body.decode()
    assert "$n" in response.json["errors"][0]["message"]


async def test_an_operation_is_chosen_by_its_name(app: GraphQLHttp) -> None:
    document = "query A { hello } query B { who }"
    assert (await ask(app, document, operationName="A")).json["data"] == {"hello": "Hello world"}
    assert (await ask(app, document, operationName="C")).codes == ["OPERATION_RESOLUTION_FAILURE"]
    assert (await ask(app, document)).codes == ["OPERATION_RESOLUTION_FAILURE"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"])
async def test_other_methods_are_405_with_allow(app: GraphQLHttp, method: str) -> None:
    response = await call(app, b"", method=method)
    assert response.status == 405
    assert response.headers["allow"] == "POST"
    assert response.codes == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=latin-1",
        "application/jsonp",
    ],
)
async def test_other_bodies_are_415_so_that_no_form_of_another_site_is_read(
    app: GraphQLHttp, content_type: str
) -> None:
    response = await call(app, b'{"query":"{hello}"}', headers={"content-type": content_type})
    assert response.status == 415
    assert response.headers["accept"] == "application/json"


async def test_a_compressed_body_is_415(app: GraphQLHttp) -> None:
    assert (await call(app, b"x", headers={"content-encoding": "gzip"})).status == 415


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0.9", "application/json;q=0", "text/event-stream"])
async def test_an_answer_that_nobody_accepts_is_406(app: GraphQLHttp, accept: str) -> None:
    response = await ask(app, "{ hello }", headers={"accept": accept})
    assert response.status == 406
    assert response.codes == ["NOT_ACCEPTABLE"]


async def test_a_subscription_is_not_acceptable_as_one_json_text(app: GraphQLHttp) -> None:
    assert (await ask(app, "subscription { counting { number } }")).status == 406


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "BAD_REQUEST"),
        (b"null", "BAD_REQUEST"),
        (b"3", "BAD_REQUEST"),
        (b'"x"', "BAD_REQUEST"),
        (b"[1]", "BATCHING_NOT_SUPPORTED"),
        (b'[{"query":"{hello}"}]', "BATCHING_NOT_SUPPORTED"),
        (b"{}", "BAD_REQUEST"),
        (b'{"query":null}', "BAD_REQUEST"),
        (b'{"query":""}', "BAD_REQUEST"),
        (b'{"query":3}', "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":[]}', "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":"x"}', "BAD_REQUEST"),
        (b'{"query":"{hello}","operationName":3}', "BAD_REQUEST"),
        (b'{"query":"{hello}","extensions":0}', "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":{"a":NaN}}', "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":{"a":"\\ud800"}}', "BAD_REQUEST"),
        (b'{"query":"{hello}\xff"}', "BAD_REQUEST"),
        (b'{"query":"{hello}","query":"{who}"}', "BAD_REQUEST"),
        (b'{"query":"{hello}","qu\\u0065ry":"{who}"}', "BAD_REQUEST"),
        (b'{"query":"{hello}","variables":' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}", "BAD_REQUEST"),
        (b'{"query":' + b"[" * 50_000, "BAD_REQUEST"),
        (b'{"query":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "BAD_REQUEST"),
    ],
)
async def test_a_body_that_is_no_request_is_400_with_a_code(app: GraphQLHttp, body: bytes, code: str) -> None:
    response = await call(app, body)
    assert response.status == 400
    assert response.codes == [code]


async def test_a_member_named_like_ours_inside_the_variables_is_no_repetition(app: GraphQLHttp) -> None:
    body = b'{"query":"query($q:String){hello}","variables":{"query":"\\u0041"}}'
    response = await call(app, body)
    assert response.codes == ["GRAPHQL_VALIDATION_FAILED"]


async def test_a_body_is_bounded_whether_its_length_is_announced_or_not() -> None:
    app = GraphQLHttp(toy.engine(), toy.context, HttpSettings(body_bytes=100))
    announced = await call(app, b"{}", headers={"content-length": "101"})
    part = {"type": "http.request", "body": b" " * 60, "more_body": True}
    sent = await call(app, parts=[part, part, part])
    for response in (announced, sent):
        assert response.status == 413
        assert response.codes == ["REQUEST_TOO_LARGE"]
    assert (await call(app, b"{}", headers={"content-length": "-1"})).status == 413


async def test_a_client_that_leaves_gets_nothing(app: GraphQLHttp) -> None:
    response = await call(app, parts=[{"type": "http.disconnect"}])
    assert response == Response(0, {}, b"")


async def test_a_body_in_parts_is_read_whole(app: GraphQLHttp) -> None:
    body = b'{"query":"{ hello }"}'
    parts = [{"type": "http.request", "body": bytes([each]), "more_body": True} for each in body]
    response = await call(app, parts=[*parts, {"type": "http.request"}])
    assert response.json["data"] == {"hello": "Hello world"}


def url(**parameters: Any) -> bytes:
    return urlencode(parameters).encode()


HEADER = {"x-graphql-client": "test"}


async def test_a_query_by_get_needs_a_header_that_no_other_site_can_send(by_get: GraphQLHttp) -> None:
    without = await call(by_get, method="GET", query_string=url(query="{ hello }"))
    assert without.status == 400
    assert without.codes == ["PREFLIGHT_REQUIRED"]
    given = await call(by_get, method="GET", query_string=url(query="{ hello }"), headers=HEADER)
    assert given.json["data"] == {"hello": "Hello world"}


async def test_variables_and_extensions_by_get_are_json(by_get: GraphQLHttp) -> None:
    document = "query A($n: Int!) { add(number: $n) }"
    query = url(query=document, variables='{"n": 1}', operationName="A", extensions="{}")
    assert (await call(by_get, method="GET", query_string=query, headers=HEADER)).json["data"] == {"add": 2}
    for bad in (
        url(query=document, variables="["),
        url(query=document, variables="[]"),
        b"query=%ff",
        b"query=a&query=b",
    ):
        assert (await call(by_get, method="GET", query_string=bad, headers=HEADER)).status == 400
    long = url(query="x" * 20_000)
    assert (await call(by_get, method="GET", query_string=long, headers=HEADER)).status == 414


async def test_a_mutation_by_get_is_405(by_get: GraphQLHttp) -> None:
    query = url(query='mutation { buy(id: "1") { id } }')
    response = await call(by_get, method="GET", query_string=query, headers=HEADER)
    assert response.status == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("refused", "status", "code"),
    [
        (Unauthenticated(), 401, "UNAUTHENTICATED"),
        (Forbidden(), 403, "FORBIDDEN"),
        (RefusedRequest("TOO_MANY_REQUESTS", 429, "Later."), 429, "TOO_MANY_REQUESTS"),
        (RuntimeError(CANARY), 500, "INTERNAL_ERROR"),
    ],
)
async def test_a_context_that_is_refused_is_answered_with_its_own_status(
    refused: Exception, status: int, code: str
) -> None:
    async def refusing(info: RequestInfo) -> None:
        raise refused

    watcher = Watcher.new()
    response = await ask(GraphQLHttp(toy.engine(observers=[watcher]), refusing), "{ hello }")
    assert response.status == status
    assert response.codes == [code]
    assert CANARY not in response.body.decode()
    assert ("www-authenticate" in response.headers) == (status == 401)
    assert [fault.request_id for fault in watcher.faults] == (
        [response.headers["x-request-id"]] if status == 500 else []
    )


async def test_the_cost_is_told_to_who_asks(app: GraphQLHttp) -> None:
    response = await ask(app, "{ shelf { products(first: 5) { name } } }", headers={"graphql-cost": "report"})
    assert response.json["extensions"] == {"cost": 6}
    assert "extensions" not in (await ask(app, "{ hello }")).json


class Recorder:
    """A stream that answers with what it was given."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def accepts(self, info: RequestInfo, accept: str, request: Any) -> bool:
        return "text/event-stream" in accept

    async def __call__(self, scope: Any, receive: Any, send: Any, **given: Any) -> None:
        self.given = given
        await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_stream_gets_the_requests_that_it_accepts(method: str) -> None:
    stream = Recorder()
    app = GraphQLHttp(toy.engine(), toy.context, streams=[stream])
    document = "subscription { counting { number } }"
    body, query = (b"", url(query=document)) if method == "GET" else (orjson.dumps({"query": document}), b"")
    headers = {"accept": "text/event-stream", "x-user": "An"}
    response = await call(app, body, method=method, query_string=query, headers=headers)
    assert response.status == 200
    assert stream.given["request"].query == document
    assert stream.given["context"].user == "An"
    assert {each.value for each in stream.given["allowed"]} == (
        {"subscription"} if method == "GET" else {"query", "mutation", "subscription"}
    )
    other = await call(app, method="GET", query_string=url(query="{ hello }"), headers={"accept": JSON})
    assert other.status == 405


SEEDS = [
    b'{"query":"{ hello }","variables":{"a":1},"operationName":null,"extensions":{}}',
    b'{"query":"query A($i:[ID!]!){products(ids:$i){name}}","variables":{"i":["1","2"]},"operationName":"A"}',
    b'{"query":"query($r:[_Any!]!){_entities(representations:$r){__typename}}",'
    b'"variables":{"r":[{"__typename":"Shelf","code":"A"}]}}',
]
ALPHABET = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\\",
    b"\\u0000",
    b"\xff",
    b"\xed\xa0\x80",
    b"null",
    b"1e999",
    b"-",
    b"$",
    b"...",
    b"@",
]


def mutated(chance: random.Random) -> bytes:
    """One of the seeds with some bytes taken out, doubled or put in."""
    body = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(body) + 1)
        match chance.randrange(4):
            case 0:
                del body[place : place + chance.randint(1, 10)]
            case 1:
                body[place:place] = chance.choice(ALPHABET)
            case 2:
                body[place:place] = body[place : place + chance.randint(1, 30)]
            case _:
                body[place:place] = bytes([chance.randrange(256)])
    return bytes(body)


async def hostile(app: GraphQLHttp, many: int) -> None:
    chance = random.Random(4)
    for _ in range(many):
        accept = chance.choice(["", GRAPHQL_RESPONSE, "*/*", "x", "application/*;q=0.1"])
        response = await call(app, mutated(chance), headers={"accept": accept})
        assert 200 <= response.status < 500
        body = response.json
        assert "errors" in body or "data" in body
        assert all(code != "INTERNAL_ERROR" for code in response.codes)


async def test_malformed_requests_are_refused_and_never_break_anything(app: GraphQLHttp) -> None:
    await hostile(app, 1_000)


@pytest.mark.slow
async def test_ten_thousand_malformed_requests_never_break_anything(app: GraphQLHttp) -> None:
    await hostile(app, 10_000)


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("BAD_REQUEST", {"headers": {"content-type": "text/plain"}}),
        ("NOT_ACCEPTABLE", {"headers": {"accept": "image/png"}}),
        ("REQUEST_TOO_LARGE", {"headers": {"content-length": "999999999"}}),
    ],
)
async def test_a_refusal_before_any_operation_is_told_to_observers(code: str, asked: dict[str, Any]) -> None:
    watcher = Watcher.new()
    response = await ask(GraphQLHttp(toy.engine(observers=[watcher]), toy.context), "{ hello }", **asked)
    assert response.codes == [code]
    (report,) = watcher.reports
    assert (report.codes, report.executed, report.request_id) == ((code,), False, response.headers["x-request-id"])


async def test_a_caller_who_is_not_let_in_is_told_to_observers() -> None:
    async def nobody(info: RequestInfo) -> None:
        raise Unauthenticated

    watcher = Watcher.new()
    await ask(GraphQLHttp(toy.engine(observers=[watcher]), nobody), "{ hello }")
    assert [report.codes for report in watcher.reports] == [("UNAUTHENTICATED",)]
