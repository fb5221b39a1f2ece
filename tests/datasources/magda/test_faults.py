"""Every way a source can fail, and how soon the asker knows."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from datasources.outages import LEFT_ALONE
from datasources.readings import Reading, SourceRefused, SourceUnavailable
from tests.datasources.magda.building import OPERATIONS, enterprise, envelope, fault, notices, onderneming
from tests.datasources.magda.conftest import DEADLINE, Adapt, Counting
from tests.datasources.magda.server import Arrived, SoapServer, respond

E1, E2 = enterprise(1234567), enterprise(2345678)
GEEF = OPERATIONS["GeefOnderneming"]
MARGIN = 0.1


def _whole(message: Arrived) -> bytes:
    return envelope(GEEF, *((one.reference, onderneming(one.key)) for one in message.questions))


async def _hang(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _head_then_hang(message: Arrived, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<a>")
    await writer.drain()
    await asyncio.Event().wait()


async def _drip(message: Arrived, writer: asyncio.StreamWriter) -> None:
    """F10: every byte comes in time, the whole never does."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for byte in _whole(message):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.01)


async def _close(message: Arrived, writer: asyncio.StreamWriter) -> None:
    """The connection is dropped without a word."""


async def _reset(message: Arrived, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


async def _truncated(message: Arrived, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + _whole(message))
    await writer.drain()


async def _cut(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, _whole(message)[:-40])


async def _html(message: Arrived, writer: asyncio.StreamWriter) -> None:
    """P20: a proxy in between says that all is well."""
    await respond(writer, b"<html><body><p>Service Unavailable<br></body></html>")


async def _other_xml(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, b"<a><b/></a>")


async def _empty(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, b"")


async def _other_operation(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, envelope(OPERATIONS["GeefPersoon"], (message.questions[0].reference, onderneming(E1.digits))))


async def _without_reply(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, _whole(message).replace(b"Repliek>", b"Iets>"))


async def _error(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, b"oops", "500 Internal Server Error")


async def _error_with_answer(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, _whole(message), "503 Service Unavailable")


async def _throttled(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, fault("99995 - Te veel gelijktijdige bevragingen"), "500 Internal Server Error")


async def _fault_in_200(message: Arrived, writer: asyncio.StreamWriter) -> None:
    """P20."""
    await respond(writer, fault("99995 - Te veel gelijktijdige bevragingen"))


async def _level_two(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, envelope(GEEF, level_two=notices(("99996", "FOUT"))))


async def _redirect(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, b"", "307 Temporary Redirect", "Location: /elsewhere")


async def _huge(message: Arrived, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"<a>" + b" " * 65533 + b"\r\n")
        await writer.drain()


async def _huge_by_its_own_word(message: Arrived, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n<a>")
    await writer.drain()
    await asyncio.Event().wait()


async def _document_type(message: Arrived, writer: asyncio.StreamWriter) -> None:
    """P14."""
    declared = b'<!DOCTYPE a [<!ENTITY naam SYSTEM "file:///etc/hostname">]>'
    await respond(writer, _whole(message).replace(b"?>", b"?>" + declared).replace(b"Bakkerij", b"&naam;"))


async def _laughs(message: Arrived, writer: asyncio.StreamWriter) -> None:
    """P14."""
    lines = "".join(f'<!ENTITY l{at + 1} "{f"&l{at};" * 10}">' for at in range(1, 12))
    declared = f'<!DOCTYPE a [<!ENTITY l1 "lol">{lines}]>'.encode()
    await respond(writer, _whole(message).replace(b"?>", b"?>" + declared).replace(b"Bakkerij", b"&l12;"))


async def _document_type_in_disguise(message: Arrived, writer: asyncio.StreamWriter) -> None:
    declared = _whole(message).replace(b"?>", b"?><!DOCTYPE a>", 1).decode().replace("UTF-8", "UTF-16")
    await respond(writer, declared.encode("utf-16"))


async def _unknown_entity(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, _whole(message).replace(b"Bakkerij", b"&naam;"))


async def _deep(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, b"<a>" * 100_000 + b"</a>" * 100_000)


async def _other_reference(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, envelope(GEEF, ("another", onderneming(E1.digits))))


async def _other_number(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, envelope(GEEF, (message.questions[0].reference, onderneming(E2.digits))))


async def _no_answers(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, envelope(GEEF))


async def _compressed(message: Arrived, writer: asyncio.StreamWriter) -> None:
    await respond(writer, b"\x1f\x8b\x08\x00", "200 OK", "Content-Encoding: gzip")


async def _no_http(message: Arrived, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 smtp.example.com ESMTP\r\n")
    await writer.drain()


FAULTS: list[Callable[[Arrived, asyncio.StreamWriter], Awaitable[None]]] = [
    _hang,
    _head_then_hang,
    _drip,
    _close,
    _reset,
    _truncated,
    _cut,
    _html,
    _other_xml,
    _empty,
    _other_operation,
    _without_reply,
    _error,
    _error_with_answer,
    _throttled,
    _fault_in_200,
    _level_two,
    _redirect,
    _huge,
    _huge_by_its_own_word,
    _document_type,
    _document_type_in_disguise,
    _laughs,
    _unknown_entity,
    _deep,
    _other_reference,
    _other_number,
    _no_answers,
    _compressed,
    _no_http,
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.strip("_"))
async def test_a_source_that_fails_is_unavailable_within_the_deadline(
    adapt: Adapt, server: SoapServer, fault: Callable[[Arrived, asyncio.StreamWriter], Awaitable[None]]
) -> None:
    """R7; a redirect is not followed, and nothing is asked twice once it was sent."""
    server.behaviour = fault
    adapter = adapt(maximum_answer=1_000_000)
    begun = asyncio.get_running_loop().time()
    answer = (await adapter.kbo.enterprises([E1]))[E1]
    assert asyncio.get_running_loop().time() - begun < DEADLINE + MARGIN
    assert isinstance(answer, SourceUnavailable)
    assert E1.digits not in str(answer)
    assert len(server.arrived) == 1


async def test_a_source_that_is_down_is_tried_once_more_because_nothing_was_sent(
    adapt: Adapt, observer: Counting, unused_port: int
) -> None:
    adapter = adapt(base_url=f"http://127.0.0.1:{unused_port}/")
    answer = (await adapter.kbo.enterprises([E1]))[E1]
    assert isinstance(answer, SourceUnavailable)
    assert answer.reason == "the source refuses the connection"
    assert observer.calls == [("GeefOnderneming", "out of reach")]


@pytest.fixture
def unused_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


@pytest.mark.parametrize("fault", [_throttled, _fault_in_200])
async def test_the_code_of_a_fault_is_counted(
    adapt: Adapt,
    server: SoapServer,
    observer: Counting,
    fault: Callable[[Arrived, asyncio.StreamWriter], Awaitable[None]],
) -> None:
    server.behaviour = fault
    await adapt().kbo.enterprises([E1])
    assert observer.codes == ["99995"]


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
async def test_a_source_that_shows_us_the_door_is_an_operator_s_matter(
    adapt: Adapt, server: SoapServer, status: str
) -> None:
    async def door(message: Arrived, writer: asyncio.StreamWriter) -> None:
        await respond(writer, b"", status)

    server.behaviour = door
    assert isinstance((await adapt().kbo.enterprises([E1]))[E1], SourceRefused)


async def test_a_message_refused_whole_is_refused_for_each_of_its_questions(adapt: Adapt, server: SoapServer) -> None:
    async def refused(message: Arrived, writer: asyncio.StreamWriter) -> None:
        await respond(writer, envelope(GEEF, level_two=notices(("40001", "FOUT"))))

    server.behaviour = refused
    answers = await adapt(chunk=2).kbo.enterprises([E1, E2])
    assert {type(answer) for answer in answers.values()} == {SourceRefused}


async def test_a_dead_source_is_left_alone_and_the_queue_behind_it_turned_away(
    adapt: Adapt, server: SoapServer, observer: Counting
) -> None:
    """R7: forty questions to a source that hangs take one deadline, not five."""
    server.behaviour = _hang
    adapter = adapt()
    numbers = [enterprise(2_000_000 + serial) for serial in range(40)]
    begun = asyncio.get_running_loop().time()
    answers = await adapter.kbo.enterprises(numbers)
    assert asyncio.get_running_loop().time() - begun < DEADLINE + MARGIN
    assert len(server.arrived) == 8
    assert [isinstance(answer, SourceUnavailable) for answer in answers.values()] == [True] * 40
    after = (await adapter.kbo.enterprises([E1]))[E1]
    assert isinstance(after, SourceUnavailable)
    assert after.reason == LEFT_ALONE


async def test_another_service_is_not_left_alone_with_it(adapt: Adapt, server: SoapServer) -> None:
    server.behaviour = _html
    adapter = adapt()
    for _ in range(5):
        await adapter.kbo.enterprises([E1])
    server.behaviour = None
    assert isinstance((await adapter.kbo.enterprises([E1]))[E1], SourceUnavailable)
    assert isinstance((await adapter.kbo.functions_in([E1]))[E1], Reading)


async def test_one_key_that_hangs_does_not_hold_up_the_others(adapt: Adapt, server: SoapServer) -> None:
    async def picky(message: Arrived, writer: asyncio.StreamWriter) -> None:
        if message.questions[0].key == E1.digits:
            await asyncio.Event().wait()
        await respond(writer, _whole(message))

    server.behaviour = picky
    numbers = [enterprise(2_000_000 + serial) for serial in range(30)]
    answers = await adapt().kbo.enterprises([E1, *numbers])
    assert isinstance(answers[E1], SourceUnavailable)
    assert all(isinstance(answers[number], Reading) for number in numbers)


async def test_a_cancelled_asker_leaves_the_way_free(adapt: Adapt, server: SoapServer) -> None:
    arrived = asyncio.Event()

    async def hang(message: Arrived, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.Event().wait()

    server.behaviour = hang
    adapter = adapt(policy={"concurrency": 1, "deadline": 30.0})
    asking = asyncio.create_task(adapter.kbo.enterprises([E1]))
    await arrived.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    server.behaviour = None
    server.known[("GeefOnderneming", E1.digits)] = onderneming(E1.digits)
    assert isinstance((await adapter.kbo.enterprises([E1]))[E1], Reading)
