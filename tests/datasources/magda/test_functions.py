"""Functions as MAGDA answers them."""

from __future__ import annotations

import logging

import pytest

from btb.enterprises import Coded, HeldFunction, Representation
from datasources.kbo import Functions
from datasources.magda.dates import source_period
from datasources.readings import Reading, SourceUnavailable
from tests.datasources.magda.building import element, enterprise, functie, functies, notices, person
from tests.datasources.magda.conftest import Adapt, Counting
from tests.datasources.magda.server import SoapServer

E1, COMPANY, OTHER = enterprise(1234567), enterprise(2345678), enterprise(3456789)
P1, P2, BIS, TEST = person(11), person(12), person(13, month=41), person(14, month=61)


async def _in(adapt: Adapt, server: SoapServer, *given: str) -> Functions | None:
    server.known[("GeefFuncties", E1.digits)] = functies(*given)
    answer = (await adapt().kbo.functions_in([E1]))[E1]
    assert isinstance(answer, Reading)
    return answer.value


async def test_a_director_is_read_whole(adapt: Adapt, server: SoapServer) -> None:
    given = functie(E1.digits, "10002", "1", insz=P1.digits, begin="2020-01-01", einde="2030-00-00", reden="4")
    assert await _in(adapt, server, given) == (
        HeldFunction(
            held_in=E1,
            code="10002",
            period=source_period("2020-01-01", "2030-00-00"),
            representation=Representation.PERSON,
            holder=P1,
            holder_enterprise=None,
            label="Bestuurder",
            sequence="001",
            end_reason=Coded("004"),
        ),
    )


async def test_a_permanent_representative_comes_as_two_records(adapt: Adapt, server: SoapServer) -> None:
    """P8: a company directs (no number of a person, P9), a person acts for it; the auditor's look-alike stays apart."""
    functions = await _in(
        adapt,
        server,
        functie(E1.digits, "10002", "2", company=COMPANY.digits, begin="2020-01-01", einde="9999-12-31"),
        functie(E1.digits, "10003", "3", insz=BIS.digits, company=COMPANY.digits, begin="2020-01-01"),
        functie(E1.digits, "10021", "1", insz=P2.digits, begin="2020-01-01"),
    )
    assert functions is not None
    company, representative, auditors = functions
    assert (company.representation, company.holder, company.holder_enterprise) == (
        Representation.ENTERPRISE,
        None,
        COMPANY,
    )
    assert (representative.representation, representative.holder, representative.holder_enterprise) == (
        Representation.PERSON_FOR_ENTERPRISE,
        BIS,
        COMPANY,
    )
    assert company.period.end is representative.period.end is None
    assert auditors.code == "10021"


async def test_codes_keep_their_zeros(adapt: Adapt, server: SoapServer) -> None:
    """P4."""
    given = functie(
        E1.digits[1:], " 1 ", "1", insz=f"\n {P1.digits} ", begin="2020-01-01", cac="7", cac_begin="2021-01-01"
    )
    functions = await _in(adapt, server, given)
    assert functions is not None
    assert (functions[0].code, functions[0].cac_code, functions[0].held_in, functions[0].holder) == (
        "00001",
        "00007",
        E1,
        P1,
    )
    assert functions[0].cac_period == source_period("2021-01-01", None)


async def test_equal_records_collapse(adapt: Adapt, server: SoapServer) -> None:
    """P10."""
    given = functie(E1.digits, "10002", "1", insz=P1.digits, begin="2020-01-01")
    functions = await _in(adapt, server, given, given)
    assert functions is not None
    assert len(functions) == 1


async def test_skills_and_unknown_codes_are_facts_too_and_are_counted(
    adapt: Adapt, server: SoapServer, observer: Counting
) -> None:
    """P7, P15: what a function means is decided elsewhere, by its code and dates."""
    server.known[("GeefFuncties", E1.digits)] = functies(
        functie(E1.digits, "20202", "1", insz=P1.digits, begin="2020-01-01"),
        functie(E1.digits, "43210", "1", insz=P1.digits, begin="2020-01-01"),
    )
    answer = (await adapt(known_functions=frozenset({"20202"})).kbo.functions_in([E1]))[E1]
    assert isinstance(answer, Reading)
    assert [function.code for function in answer.value or ()] == ["20202", "43210"]
    assert observer.unknown == ["43210"]


async def test_a_function_held_elsewhere_is_left_out_and_counted(
    adapt: Adapt, server: SoapServer, observer: Counting
) -> None:
    """P3."""
    functions = await _in(
        adapt,
        server,
        functie(OTHER.digits, "10002", "1", insz=P1.digits, begin="2020-01-01"),
        functie(E1.digits, "10006", "1", insz=P1.digits, begin="2020-01-01"),
        functie("0000000000", "10006", "1", insz=P1.digits, begin="2020-01-01"),
    )
    assert functions is not None
    assert [function.code for function in functions] == ["10006"]
    assert observer.drops == 2


@pytest.mark.parametrize(
    "content",
    [
        functies(functie(OTHER.digits, "10002", "1", insz=P1.digits, begin="2020-01-01")),
        functies(functie(E1.digits, "10002", "1", insz=P2.digits, begin="2020-01-01")),
        element("Inhoud"),
        "",
    ],
)
async def test_functions_of_others_alone_are_no_answer(
    adapt: Adapt, server: SoapServer, observer: Counting, content: str
) -> None:
    """P3: never "no functions"."""
    server.known[("GeefFuncties", f"{P1.digits}/{E1.digits}")] = content
    answer = (await adapt().kbo.functions_of_in([(P1, E1)]))[P1, E1]
    assert isinstance(answer, SourceUnavailable)


async def test_no_functions_is_an_empty_answer(adapt: Adapt, server: SoapServer) -> None:
    server.known[("GeefFuncties", P2.digits)] = functies()
    server.known[("GeefFuncties", OTHER.digits)] = notices(("40046", "INFORMATIE"))
    adapter = adapt()
    of = await adapter.kbo.functions_of([P1, P2])
    held_in = await adapter.kbo.functions_in([OTHER])
    assert [answer.value for answer in (of[P1], of[P2], held_in[OTHER]) if isinstance(answer, Reading)] == [(), (), ()]


async def test_functions_of_a_person_are_his_own_or_nobody_s(adapt: Adapt, server: SoapServer) -> None:
    """A company's record that came along says nothing about the person."""
    server.known[("GeefFuncties", P1.digits)] = functies(
        functie(E1.digits, "10002", "2", company=COMPANY.digits, begin="2020-01-01"),
        functie(E1.digits, "10002", "1", insz=P1.digits, begin="2020-01-01"),
        functie(E1.digits, "10002", "1", insz=P2.digits, begin="2020-01-01"),
    )
    answer = (await adapt().kbo.functions_of([P1]))[P1]
    assert isinstance(answer, Reading)
    assert [function.holder for function in answer.value or ()] == [None, P1]


async def test_a_number_of_a_person_that_cannot_be_read_names_nobody(adapt: Adapt, server: SoapServer) -> None:
    functions = await _in(adapt, server, functie(E1.digits, "10002", "1", insz="1234567890", begin="2020-01-01"))
    assert functions is not None
    assert functions[0].holder is None


async def test_a_function_without_a_period_is_valid_on_no_day(adapt: Adapt, server: SoapServer) -> None:
    functions = await _in(adapt, server, functie(E1.digits, "10002", "1", insz=P1.digits, no_period=""))
    assert functions is not None
    assert not functions[0].period.surely_contains(source_period("2026-11-20", None).begin.earliest)  # type: ignore[union-attr,arg-type]


async def test_test_numbers_are_refused_loudly(
    adapt: Adapt, server: SoapServer, caplog: pytest.LogCaptureFixture
) -> None:
    """P16."""
    server.known[("GeefFuncties", E1.digits)] = functies(
        functie(E1.digits, "10002", "1", insz=TEST.digits, begin="2020-01-01")
    )
    with caplog.at_level(logging.ERROR):
        refused = (await adapt().kbo.functions_in([E1]))[E1]
    assert isinstance(refused, SourceUnavailable)
    assert "test numbers" in caplog.text
    assert TEST.digits not in caplog.text
    allowed = (await adapt(allow_test_numbers=True).kbo.functions_in([E1]))[E1]
    assert isinstance(allowed, Reading)
    assert [function.holder for function in allowed.value or ()] == [TEST]
