"""A message to an application in this process travels as one over HTTP does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from datasources.magda.registry import magda
from datasources.magda.settings import MagdaSettings
from datasources.magda.transports import AsgiApp, AsgiTransport
from datasources.outages import NothingSent, OutagePolicy, OutOfReach
from datasources.readings import Reading, SourceUnavailable
from tests.datasources.magda.building import OPERATIONS, enterprise, envelope, onderneming
from tests.datasources.magda.conftest import NOW
from tests.datasources.magda.server import read

E1 = enterprise(1234567)


def _adapted(app: AsgiApp, **policy: Any) -> Any:
    settings = MagdaSettings("http://town/soap?x=1", outages=OutagePolicy(**{"deadline": 0.3, "rate": None} | policy))
    return magda(settings, AsgiTransport(app), now=lambda: NOW)


async def _answering(scope: Any, receive: Any, send: Any) -> None:
    assert (scope["method"], scope["path"], scope["query_string"]) == ("POST", "/soap", b"x=1")
    assert (b"content-type", b"text/xml;charset=UTF-8") in scope["headers"]
    request = await receive()
    [question] = read(request["body"])
    answer = envelope(OPERATIONS[question.operation], (question.reference, onderneming(question.key)))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": answer[:100], "more_body": True})
    await send({"type": "http.response.body", "body": answer[100:]})
    assert (await receive())["type"] == "http.disconnect"


async def test_an_application_in_this_process_is_asked_like_a_server() -> None:
    answer = (await _adapted(_answering).kbo.enterprises([E1]))[E1]
    assert isinstance(answer, Reading)
    assert answer.value is not None


async def _silent(scope: Any, receive: Any, send: Any) -> None:
    """Ends without an answer."""


async def _half(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"<a>", "more_body": True})


async def _crashing(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("A bug of the application.")


async def _refusing(scope: Any, receive: Any, send: Any) -> None:
    raise ConnectionRefusedError


async def _endless(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b" " * 65536, "more_body": True})


async def _hanging(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    assert (await receive())["type"] == "never"


@pytest.mark.parametrize("app", [_silent, _half, _crashing, _refusing, _endless, _hanging])
async def test_an_application_that_fails_is_a_source_out_of_reach(app: AsgiApp) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    answer = (await _adapted(app).kbo.enterprises([E1]))[E1]
    assert isinstance(answer, SourceUnavailable)
    assert loop.time() - begun < 0.4


async def test_only_a_refused_connection_is_known_to_have_sent_nothing() -> None:
    with pytest.raises(NothingSent):
        await AsgiTransport(_refusing).post("http://town/", b"", {})
    with pytest.raises(OutOfReach) as caught:
        await AsgiTransport(_crashing).post("http://town/", b"", {})
    assert not isinstance(caught.value, NothingSent)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_settings_show_no_number_of_a_person() -> None:
    assert "80010100125" not in repr(MagdaSettings("http://town/", user="80010100125"))
