"""The town as a server: what it accepts, how it fails when told to, and its own doors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import uvicorn

from datasources.rehearsal import RehearsalApp, Switches, Town, Trouble, rehearsal_app
from datasources.rehearsal.questions import Service
from datasources.rehearsal.switches import UnknownSwitch
from tests.datasources.rehearsal.asking import ask, call, enterprise, functions_in, message, person

BAKERY, BREWERY, PRINTER = "0000000196", "0000000295", "0000000394"


async def turn(app: RehearsalApp, settings: object) -> int:
    return (await call(app, "POST", "/switches", json.dumps(settings).encode(), "application/json")).status


async def test_several_questions_get_as_many_answers(app: RehearsalApp, switches: Switches) -> None:
    asked = [enterprise(number) for number in (BAKERY, "0000000097", BREWERY)]
    exchange = await ask(app, "GeefOnderneming", *asked)
    assert exchange.texts("Referte") == ["question-1", "question-2", "question-3"]
    assert exchange.texts("Inhoud/Onderneming/Ondernemingsnummer") == [BAKERY, BREWERY]
    switches.shuffled = True
    exchange = await ask(app, "GeefOnderneming", *asked)
    assert exchange.texts("Referte") == ["question-3", "question-2", "question-1"]


async def test_the_file_variant_is_answered_in_its_own_namespace(app: RehearsalApp) -> None:
    namespace = "http://service.geefondernemingdienst-02_00.onderneming-02_00.vip.vlaanderen.be"
    exchange = await ask(app, "GeefOnderneming", enterprise(BAKERY), namespace=namespace)
    assert exchange.operation.tag == f"{{{namespace}}}GeefOndernemingResponse"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
        message("GeefOnderneming", enterprise(BAKERY), namespace="http://unknown"),
        message("GeefOnderneming", enterprise(BAKERY)).replace(b"<Verzoek>", b'<Verzoek xmlns="http://inherited">'),
        message("GeefOnderneming", enterprise(BAKERY)).replace(b"<Referte>question-1</Referte>", b""),
        message("GeefOnderneming"),
        message("GeefOnderneming", enterprise(BAKERY)).replace(b"</Inhoud>", b"").replace(b"<Inhoud>", b""),
        b"<a>" + b"b" * 4_000_001 + b"</a>",
    ],
)
async def test_a_message_that_makes_no_sense_gets_a_fault(app: RehearsalApp, body: bytes) -> None:
    exchange = await call(app, "POST", "/", body)
    assert exchange.status == 500
    assert exchange.operation.findtext("faultstring").startswith("99983")
    assert b"passwd" not in exchange.body


async def test_numbers_padded_with_white_space_are_understood(app: RehearsalApp) -> None:
    exchange = await ask(app, "GeefOnderneming", enterprise(f"\n  {BAKERY}\n"))
    assert exchange.texts("Inhoud/Onderneming/Ondernemingsnummer") == [BAKERY]


async def test_latency_is_slept_before_every_answer(app: RehearsalApp, switches: Switches, slept: list[float]) -> None:
    switches.latency = 1.5
    await ask(app, "GeefOnderneming", enterprise(BAKERY))
    assert slept == [1.5]


async def test_a_dripping_answer_comes_byte_by_byte(app: RehearsalApp, switches: Switches, slept: list[float]) -> None:
    switches.dripping = Trouble()
    exchange = await ask(app, "GeefOnderneming", enterprise(BAKERY))
    assert max(map(len, exchange.pieces)) == 1
    assert len(slept) == int(exchange.headers["content-length"]) == len(exchange.body)
    assert exchange.texts("Inhoud/Onderneming/Ondernemingsnummer") == [BAKERY]


async def test_in_process_a_refusal_and_a_dropped_answer_are_errors_of_the_connection(
    app: RehearsalApp, switches: Switches
) -> None:
    switches.refused = Trouble(count=1)
    switches.dropped = Trouble(count=1)
    with pytest.raises(ConnectionRefusedError):
        await ask(app, "GeefOnderneming", enterprise(BAKERY))
    assert app.messages.total() == 0
    with pytest.raises(ConnectionResetError):
        await ask(app, "GeefOnderneming", enterprise(BAKERY))
    assert (await ask(app, "GeefOnderneming", enterprise(BAKERY))).status == 200
    assert app.messages == {Service.ENTERPRISE: 2}


@pytest.mark.parametrize(
    ("switch", "status", "kind", "part"),
    [
        ("broken", 500, "text/plain", b"Internal Server Error"),
        ("html", 200, "text/html", b"<!DOCTYPE html>"),
        ("throttled", 500, "text/xml", b"<faultstring>99995 - "),
        ("truncated", 200, "text/xml", b"<soap:Envelope"),
    ],
)
async def test_garbage_comes_as_it_does_in_the_world(
    app: RehearsalApp, switches: Switches, switch: str, status: int, kind: str, part: bytes
) -> None:
    switches.turn({switch: True})
    exchange = await ask(app, "GeefOnderneming", enterprise(BAKERY))
    assert exchange.status == status
    assert exchange.headers["content-type"].startswith(kind)
    assert part in exchange.body
    assert not exchange.body.endswith(b"</soap:Envelope>") or switch == "throttled"


async def test_a_fault_may_come_with_status_200(app: RehearsalApp, switches: Switches) -> None:
    switches.turn({"throttled": True, "fault_status": 200})
    assert (await ask(app, "GeefOnderneming", enterprise(BAKERY))).status == 200


async def test_every_nth_question_may_go_unanswered(app: RehearsalApp, switches: Switches) -> None:
    switches.partial = 2
    exchange = await ask(app, "GeefOnderneming", *(enterprise(number) for number in (BAKERY, BREWERY, PRINTER)))
    assert exchange.texts("Referte") == ["question-1", "question-3"]
    alone = await ask(app, "GeefOnderneming", enterprise(BAKERY))
    assert alone.operation.find("Repliek/Antwoorden") is None


async def test_an_exception_strikes_its_own_key_only(app: RehearsalApp, switches: Switches) -> None:
    switches.exceptions = {"bakkerij": "99996", BREWERY: "30042"}
    exchange = await ask(app, "GeefOnderneming", *(enterprise(number) for number in (BAKERY, BREWERY, PRINTER)))
    assert exchange.codes == ["99996", "30042"]
    assert exchange.texts("Inhoud/Onderneming/Ondernemingsnummer") == [BREWERY, PRINTER]


async def test_a_whole_message_may_be_refused(app: RehearsalApp, switches: Switches) -> None:
    switches.refusal = "40001"
    exchange = await ask(app, "GeefOnderneming", enterprise(BAKERY))
    assert exchange.operation.findtext("Repliek/Uitzonderingen/Uitzondering/Identificatie") == "40001"
    assert exchange.answers == []


async def test_the_answer_may_be_about_somebody_else(app: RehearsalApp, town: Town, switches: Switches) -> None:
    switches.other_key = Trouble()
    els = town.person("els").number.digits
    told = await ask(app, "GeefOnderneming", enterprise(BAKERY))
    assert told.texts("Referte") == ["question-1"]
    assert told.texts("Inhoud/Onderneming/Ondernemingsnummer") == [BREWERY]
    assert (await ask(app, "GeefPersoon", person(els))).texts("Inhoud/Persoon/INSZ") != [els]


async def test_the_reference_may_be_another(app: RehearsalApp, switches: Switches) -> None:
    switches.other_reference = Trouble()
    alone = await ask(app, "GeefOnderneming", enterprise(BAKERY))
    two = await ask(app, "GeefOnderneming", enterprise(BAKERY), enterprise(BREWERY))
    assert alone.texts("Referte") != ["question-1"]
    assert two.texts("Referte") == ["question-2", "question-1"]
    assert two.texts("Inhoud/Onderneming/Ondernemingsnummer") == [BAKERY, BREWERY]


async def test_holders_may_be_hidden(app: RehearsalApp, switches: Switches) -> None:
    switches.holders_hidden = True
    functions = await ask(app, "GeefFuncties", functions_in(BAKERY))
    found = await ask(app, "GeefOnderneming", enterprise(BAKERY))
    assert functions.texts("Inhoud/Functies/Functie/INSZ") == []
    assert functions.texts("Inhoud/Functies/Functie/AardFunctie/Code") == ["10006"]
    assert found.answers[0].find("Inhoud/Onderneming/Functies/Functie/Persoon") is None


async def test_a_trouble_strikes_a_share_a_count_or_one_service() -> None:
    third, twice, one = Trouble(share=1 / 4), Trouble(count=2), Trouble(service="GeefPersoon")
    assert [third.strikes(None) for _ in range(8)] == [False, False, False, True] * 2
    assert [twice.strikes(None) for _ in range(3)] == [True, True, False]
    assert [one.strikes("GeefFuncties"), one.strikes("GeefPersoon")] == [False, True]
    assert not Trouble(share=0).strikes(None)


@pytest.mark.parametrize(
    "settings",
    [
        {"nothing": True},
        {"latency": -1},
        {"latency": True},
        {"partial": "2"},
        {"refused": 3},
        {"refused": {"share": 2}},
        {"refused": {"count": -1}},
        {"refused": {"service": 1}},
        {"refused": {"often": 1}},
        {"exceptions": {"bakkerij": 1}},
        {"refusal": 1},
        {"shuffled": 1},
    ],
)
def test_a_switch_that_is_none_turns_nothing(settings: dict[str, object]) -> None:
    switches = Switches()
    with pytest.raises(UnknownSwitch):
        switches.turn({"latency": 3, **settings})
    assert switches == Switches()


async def test_switches_are_turned_shown_and_reset_over_http(app: RehearsalApp, switches: Switches) -> None:
    number = app.town.person("els").number.digits
    assert await turn(app, {"latency": 0.2, "dropped": {"share": 0.5}, "exceptions": {number: "99996"}}) == 200
    assert switches.dropped == Trouble(share=0.5)
    shown = await call(app, "GET", "/switches")
    assert json.loads(shown.body) == {
        "latency": 0.2,
        "dropped": {"share": 0.5, "count": None, "service": None},
        "exceptions": 1,
    }
    assert number.encode() not in shown.body
    assert await turn(app, {"html": "yes"}) == 400
    assert await turn(app, ["html"]) == 400
    await call(app, "DELETE", "/switches")
    assert switches == Switches()


@pytest.mark.parametrize(
    ("event", "told", "status"),
    [
        ("end-function", {"person": "els", "enterprise": BAKERY, "on": "2026-03-01"}, 204),
        ("begin-function", {"person": "koen", "enterprise": "bakkerij", "on": "2026-03-01"}, 204),
        ("cease", {"enterprise": "bakkerij", "on": "2026-03-01"}, 204),
        ("absorb", {"enterprise": "bakkerij", "successor": "opslorper", "on": "2026-03-01"}, 204),
        ("bury", {"person": "els", "on": "2026-03-01"}, 204),
        ("cancel-number", {"person": "els"}, 204),
        ("bury", {"person": "nobody", "on": "2026-03-01"}, 400),
        ("bury", {"person": "els", "on": "tomorrow"}, 400),
        ("cease", {"enterprise": "0000000097", "on": "2026-03-01"}, 400),
        ("cease", {"enterprise": "nothing", "on": "2026-03-01"}, 400),
        ("dance", {}, 400),
        ("bury", {}, 400),
    ],
)
async def test_things_happen_over_http(app: RehearsalApp, event: str, told: dict[str, str], status: int) -> None:
    exchange = await call(app, "POST", f"/town/{event}", json.dumps(told).encode(), "application/json")
    assert exchange.status == status


async def test_the_town_tells_what_it_is_without_a_national_number(app: RehearsalApp, town: Town) -> None:
    exchange = await call(app, "GET", "/")
    assert b"0000000196  bakkerij" in exchange.body
    assert not any(who.number.digits.encode() in exchange.body for who in town.persons)
    assert (await call(app, "PUT", "/")).status == 405
    assert (await call(app, "POST", "/", b"{}", "application/json")).status == 405


async def test_what_was_asked_is_noted_on_request(app: RehearsalApp) -> None:
    await ask(app, "GeefOnderneming", enterprise(BREWERY))
    app.questions = []
    await ask(app, "GeefOnderneming", enterprise(BAKERY), enterprise(BREWERY))
    assert app.questions == [(Service.ENTERPRISE, BAKERY), (Service.ENTERPRISE, BREWERY)]


async def test_the_town_knows_how_many_asked_at_once(town: Town, switches: Switches) -> None:
    everybody = asyncio.Barrier(5)

    async def wait_for_all(_: float) -> None:
        await everybody.wait()

    app = rehearsal_app(town, switches, sleep=wait_for_all)
    switches.latency = 1
    await asyncio.gather(*(ask(app, "GeefOnderneming", enterprise(BAKERY)) for _ in range(5)))
    assert app.busiest == 5


@pytest.fixture
async def address(app: RehearsalApp) -> AsyncIterator[str]:
    """The town behind a real server on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", access_log=False))
    listening = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event for it
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await listening


async def test_behind_a_server_it_answers_hangs_up_and_drips(address: str, switches: Switches) -> None:
    body, headers = message("GeefOnderneming", enterprise(BAKERY)), {"content-type": "text/xml"}
    async with aiohttp.ClientSession() as session:
        for switch in ("refused", "dropped"):
            switches.turn({switch: {"count": 1}})
            with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
                await session.post(address, data=body, headers=headers)
        async with session.post(f"{address}/switches", json={"dripping": True}) as turned:
            assert turned.status == 200
        async with session.post(f"{address}/MAGDA/soap", data=body, headers=headers) as answer:
            assert BAKERY in await answer.text()
