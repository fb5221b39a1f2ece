"""The log: one line a record, an id on each, and nobody's number."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btb.masking import masked
from server.logs import AccessLog, JsonLines, configure, new_request_id, request_id
from tests.graphql import Client

NUMBER = "85073003328"
WRITTEN = (
    NUMBER,
    "85.07.30-033.28",
    "85 07 30 033 28",
    "850730-033-28",
    "85/07/30/033/28",
    "850730 033.28",
    "85%2E07%2E30-033%2e28",
    f"INSZ{NUMBER}x",
    f"['{NUMBER}']",
)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure("info", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)


def _read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().split("\n")[:-1]]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_is_masked_however_it_is_written(text: str) -> None:
    found = masked(f"about {text} today")
    assert "***" in found
    assert "033" not in found


@pytest.mark.parametrize(
    "text",
    [
        "0123456749",
        "2026-11-23T23:07:01.123456+00:00",
        "1790000000000",
        "123456789012",
        "127.0.0.1:51234",
        "took 12.5 ms for 200 keys",
    ],
)
def test_other_numbers_stand_as_they_are(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("text", WRITTEN)
def test_no_record_shows_a_number_wherever_it_stands(lines: io.StringIO, text: str) -> None:
    log = logging.getLogger("somewhere")
    log.info(f"in the message {text}")
    log.info("as an argument %s and %r", text, {"number": text})
    log.info("as a whole number %d", int(NUMBER))
    log.info("beside it", extra={"told": text, "deep": [{"x": (text,)}, {text: 1}], "count": int(NUMBER)})
    try:
        raise ValueError(f"no such person: {text}") from KeyError(text)
    except ValueError:
        log.exception("it broke", stack_info=True)
    records = _read(lines)
    written = json.dumps([record | {"at": ""} for record in records])  # a moment may have the same three digits
    assert "033" not in written
    assert "3003328" not in written
    assert len(records) == 5


@given(
    st.from_regex(
        r"\A[0-9]{2}[ .\-/]?[0-9]{2}[ .\-/]?[0-9]{2}[ .\-/]?[0-9]{3}[ .\-/]?[0-9]{2}\Z", alphabet="0123456789 .-/"
    )
)
def test_any_eleven_digits_are_masked(text: str) -> None:
    assert masked(text) == "***"


def test_a_record_is_one_line(lines: io.StringIO) -> None:
    logging.getLogger("x").warning("two\nlines and \u2028 more")
    assert lines.getvalue().count("\n") == 1
    assert _read(lines)[0] | {"at": ""} == {
        "at": "",
        "level": "warning",
        "logger": "x",
        "message": "two\nlines and \u2028 more",
    }


def test_what_cannot_be_written_as_json_is_written_as_text() -> None:
    record = logging.makeLogRecord({"msg": "m", "huge": 2**80, "thing": object(), "set": {1}, 3: "three"})
    assert json.loads(JsonLines().format(record))["set"] == [1]


def test_lines_carry_the_id_of_their_request(lines: io.StringIO) -> None:
    token = request_id.set("abcdefghijklmnopqrst")
    logging.getLogger("x").info("m")
    request_id.reset(token)
    assert _read(lines)[0]["request"] == "abcdefghijklmnopqrst"


def test_our_own_ids_hold_no_digits_to_be_masked() -> None:
    assert new_request_id().isalpha()
    assert len({new_request_id() for _ in range(100)}) == 100


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    given = dict(scope["headers"])[b"x-request-id"]
    logging.getLogger("inside").info("m")
    await send({"type": "http.response.start", "status": 204, "headers": [(b"x-request-id", given)]})
    await send({"type": "http.response.body", "body": b""})


async def test_a_request_is_logged_without_its_query_string(lines: io.StringIO) -> None:
    await Client(AccessLog(_echo)).request(
        "GET", f"/graphql/{NUMBER}?query={NUMBER}&secret=hunter2", headers={"apollographql-client-name": "desk"}
    )
    inside, access = _read(lines)
    assert inside["request"] == access["request"]
    assert (access["method"], access["path"], access["status"]) == ("GET", "/graphql/***", 204)
    assert access["client"] == "desk"
    assert "hunter2" not in lines.getvalue()


@pytest.mark.parametrize("given", ["short", "x" * 65, "spaces are not allowed", "new\tline-in-an-id-is-not"])
async def test_an_ill_formed_request_id_is_replaced(lines: io.StringIO, given: str) -> None:
    reply = await Client(AccessLog(_echo)).request("GET", "/", headers={"x-request-id": given})
    assert reply.headers["x-request-id"] != given


async def test_a_well_formed_request_id_is_kept(lines: io.StringIO) -> None:
    reply = await Client(AccessLog(_echo)).request("GET", "/", headers={"x-request-id": "gateway-0123456789"})
    assert reply.headers["x-request-id"] == "gateway-0123456789"


async def test_a_request_that_breaks_is_logged_all_the_same(lines: io.StringIO) -> None:
    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await Client(AccessLog(breaks)).request("GET", "/x")
    assert [line["status"] for line in _read(lines)] == [0]
    assert request_id.get() is None
