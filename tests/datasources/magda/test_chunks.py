"""Several questions in one message, as the file variant and some gateways take them."""

from __future__ import annotations

import asyncio

from btb.enterprises import EnterpriseName, Language
from datasources.readings import Reading, SourceUnavailable
from tests.datasources.magda.building import OPERATIONS, coded, enterprise, envelope, names, notices, onderneming
from tests.datasources.magda.conftest import Adapt, Counting
from tests.datasources.magda.server import Arrived, SoapServer, respond

NUMBERS = [enterprise(2_000_000 + serial) for serial in range(7)]
GEEF = OPERATIONS["GeefOnderneming"]


def _named(digits: str) -> str:
    return onderneming(digits, coded("StatusKBO", "AC"), names((f"Nummer {digits}", "nl")))


async def test_answers_in_any_order_find_their_questions(adapt: Adapt, server: SoapServer) -> None:
    server.known |= {("GeefOnderneming", number.digits): _named(number.digits) for number in NUMBERS}
    answers = await adapt(chunk=3).kbo.enterprises(NUMBERS)
    assert [len(message.questions) for message in server.arrived] == [3, 3, 1]
    assert len({question.reference for question in server.questions}) == 7
    for number in NUMBERS:
        answer = answers[number]
        assert isinstance(answer, Reading)
        assert answer.value is not None
        assert answer.value.names == (EnterpriseName(f"Nummer {number}", Language.NL),)


async def test_an_exception_fails_or_empties_its_own_key(adapt: Adapt, server: SoapServer) -> None:
    server.known |= {("GeefOnderneming", number.digits): _named(number.digits) for number in NUMBERS[2:]}
    server.known[("GeefOnderneming", NUMBERS[0].digits)] = notices(("99994", "FOUT"))
    answers = await adapt(chunk=10).kbo.enterprises(NUMBERS)
    assert isinstance(answers[NUMBERS[0]], SourceUnavailable)
    empty = answers[NUMBERS[1]]
    assert isinstance(empty, Reading)
    assert empty.value is None
    assert all(isinstance(answers[number], Reading) for number in NUMBERS[2:])


async def test_half_a_batch_answers_half_the_questions(adapt: Adapt, server: SoapServer) -> None:
    async def half(message: Arrived, writer: asyncio.StreamWriter) -> None:
        pairs = [(one.reference, _named(one.key)) for one in message.questions]
        await respond(writer, envelope(GEEF, *pairs[::2]))

    server.behaviour = half
    answers = await adapt(chunk=10).kbo.enterprises(NUMBERS)
    assert [isinstance(answers[number], Reading) for number in NUMBERS] == [True, False] * 3 + [True]
    assert {type(answers[number]) for number in NUMBERS[1::2]} == {SourceUnavailable}


async def test_answers_that_swap_their_references_are_dropped(
    adapt: Adapt, server: SoapServer, observer: Counting
) -> None:
    """P3: the reference and the key inside must both be ours."""

    async def swapped(message: Arrived, writer: asyncio.StreamWriter) -> None:
        first, second, *others = message.questions
        pairs = [(one.reference, _named(one.key)) for one in others]
        crossed = [(first.reference, _named(second.key)), (second.reference, _named(first.key))]
        await respond(writer, envelope(GEEF, *crossed, *pairs))

    server.behaviour = swapped
    answers = await adapt(chunk=10).kbo.enterprises(NUMBERS)
    assert [isinstance(answers[number], Reading) for number in NUMBERS] == [False, False] + [True] * 5
    assert observer.drops == 2


async def test_a_stray_answer_does_not_hide_the_right_one(adapt: Adapt, server: SoapServer, observer: Counting) -> None:
    async def doubled(message: Arrived, writer: asyncio.StreamWriter) -> None:
        [one] = message.questions
        stray = (one.reference, _named(NUMBERS[1].digits))
        right = (f" {one.reference}\n", _named(one.key))
        await respond(writer, envelope(GEEF, stray, ("unknown", _named(one.key)), right, right))

    server.behaviour = doubled
    answer = (await adapt(chunk=10).kbo.enterprises(NUMBERS[:1]))[NUMBERS[0]]
    assert isinstance(answer, Reading)
    assert observer.drops == 3
