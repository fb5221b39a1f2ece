"""The trade's data: domains, systems and labels, and what an operator hears of a mistake in a file."""

from __future__ import annotations

import pytest

from btb.codes import FUNCTIONS, JURIDICAL_FORMS, JURIDICAL_SITUATIONS, STATUSES, CodeList, status_label
from btb.data import InvalidData
from btb.domains import DOMAINS, Attestation, Domains
from btb.enterprises import EnterpriseStatus, Language
from btb.representation_rules import REGIMES
from btb.systems import SYSTEMS, Systems

HEADER = "code,nl,fr,de,en,attested\n"
FINANCE = "FINANCE,Financiën,Finances,Finanzen,Finance,yes\n"


def test_there_are_twenty_domains_with_a_name_in_every_language() -> None:
    assert len(DOMAINS) == 20
    assert next(iter(DOMAINS)).code == "FINANCE"
    assert all(domain.names.keys() == set(Language) for domain in DOMAINS)
    assert DOMAINS.find("FINANCE").name(Language.DE) == "Finanzen"  # type: ignore[union-attr]
    assert DOMAINS.find("NONSENSE") is None


def test_eight_domains_are_attested_and_one_is_implied() -> None:
    marks = [domain.attestation for domain in DOMAINS]
    assert marks.count(Attestation.ATTESTED) == 8
    assert marks.count(Attestation.IMPLIED) == 1
    assert marks.count(Attestation.RECONSTRUCTED) == 11


def test_every_domain_is_served_by_a_system() -> None:
    assert [system.code for system in SYSTEMS] == ["UMAN", "RMA", "VO_TGB"]
    assert all(SYSTEMS.serving(domain.code) for domain in DOMAINS)
    assert SYSTEMS.serving("SOCIAL_SECURITY") == (SYSTEMS.find("UMAN"),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        (HEADER, 1),
        ("code,nl,fr,de,en\nFINANCE,a,b,c,d\n", 1),
        (HEADER + FINANCE + FINANCE, 3),
        (HEADER + "finance,a,b,c,d,yes\n", 2),
        (HEADER + "FINANCE,a,b,,d,yes\n", 2),
        (HEADER + "FINANCE,a,b,c,d,perhaps\n", 2),
        (HEADER + FINANCE + "MOBILITY,a,b\n", 3),
        (HEADER + '"FINANCE,a,b,c,d,yes\n', 2),
        (HEADER + FINANCE + '\n\nMOBILITY,"a\nb",b,c,d,yes\nJUSTICE,,b,c,d,yes\n', 7),
    ],
)
def test_a_mistake_in_the_domains_is_named_by_its_line(text: str, line: int) -> None:
    with pytest.raises(InvalidData) as refused:
        Domains.read(text)
    assert refused.value.line == line
    assert f"domains, line {line}: " in str(refused.value)


def test_an_operator_may_replace_the_domains_and_the_systems() -> None:
    domains = Domains.read("\ufeff" + HEADER.replace("\n", "\r\n") + FINANCE)
    systems = Systems.read("code,name,owner,domains\nRMA,Roles,BOSA,FINANCE\n", domains)
    assert [domain.code for domain in domains] == ["FINANCE"]
    assert systems.find("RMA").domains == {"FINANCE"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("RMA,Roles,BOSA,FINANCE NONSENSE\n", 2),
        ("RMA,Roles,BOSA,\n", 2),
        ("RMA,,BOSA,FINANCE\n", 2),
        ("rma,Roles,BOSA,FINANCE\n", 2),
        ("RMA,Roles,BOSA,FINANCE\nRMA,Roles,BOSA,FINANCE\n", 3),
        ("RMA,Roles,BOSA,MOBILITY\n", 2),
    ],
)
def test_a_mistake_in_the_systems_is_named_by_its_line(rows: str, line: int) -> None:
    domains = Domains.read(HEADER + FINANCE + "MOBILITY,a,b,c,d,yes\n")
    with pytest.raises(InvalidData) as refused:
        Systems.read("code,name,owner,domains\n" + rows, domains)
    assert refused.value.line == line


def test_labels_come_in_the_language_asked_and_in_dutch_where_kbo_has_no_english() -> None:
    assert JURIDICAL_FORMS.label("014", Language.FR) == "Société anonyme"
    assert JURIDICAL_SITUATIONS.label("050", Language.EN) == "Opening faillissement"
    assert FUNCTIONS.label("10002", Language.EN) == "Director"
    assert FUNCTIONS.label("20008", Language.DE) == FUNCTIONS.label("20008", Language.NL)
    assert status_label(EnterpriseStatus.STOPPED, Language.DE) == "Eingestellt"


def test_codes_are_found_though_their_zeros_were_lost() -> None:
    assert FUNCTIONS.label(" 1", Language.NL) == FUNCTIONS.label("00001", Language.NL)
    assert "14" in JURIDICAL_FORMS
    assert JURIDICAL_FORMS.label("998", Language.NL) is None


def test_every_situation_of_kbo_has_a_regime_and_every_status_a_label() -> None:
    assert set(JURIDICAL_SITUATIONS) == set(REGIMES)
    assert len(JURIDICAL_FORMS) == 146
    assert {EnterpriseStatus.of_code(code) for code in STATUSES} == set(EnterpriseStatus)


@pytest.mark.parametrize(("row", "line"), [("1,a,b,c", 2), ("001,,,", 2), ("001,a,b,c\n001,a,b,c", 3)])
def test_a_mistake_in_a_code_list_is_named_by_its_line(row: str, line: int) -> None:
    with pytest.raises(InvalidData) as refused:
        CodeList.read("forms", 3, f"code,nl,fr,de\n{row}\n")
    assert refused.value.line == line
