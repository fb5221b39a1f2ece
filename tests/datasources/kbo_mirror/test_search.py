"""What people type finds what they mean, on both engines alike."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btb.enterprises import EnterpriseFacts, EnterpriseKind
from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.folding import LONGEST, folded
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.near import Ends, distance, nearest
from datasources.kbo_mirror.ranking import score
from datasources.kbo_mirror.search import MirrorSearch, NoSearch
from datasources.kbo_mirror.synthetic import number_at, write_full
from datasources.readings import AuthenticSource, Reading
from datasources.register.database import Database
from resolvers.pages import PageRefused
from resolvers.search import SearchPage, enterprise_search
from tests.datasources.kbo_mirror.making import ENTERPRISE, NAME, folder
from tests.datasources.kbo_mirror.moments import NOW

NAMES = (
    ("Bakkerij Peeters NV", "2"),
    ("Boulangerie Peeters S.A.", "1"),
    ("Société Électrique de l'Escaut SRL", "1"),
    ("Elektriciteit van de Schelde", "2"),
    ("I.S.B.W.", "1"),
    ("Peeters", "0"),
    ("Intercommunale Leiedal", "2"),
    ("Bäckerei Müller GmbH", "3"),
)


@pytest.fixture
async def search(database: Database, tmp_path: Path) -> MirrorSearch:
    numbers = [number_at(place) for place in range(len(NAMES))]
    files = {
        "enterprise.csv": ENTERPRISE + "".join(f'"{number}","AC","000","2","014",,\n' for number in numbers),
        "denomination.csv": NAME
        + "".join(
            f'"{number}","{language}","001","{name}"\n' for number, (name, language) in zip(numbers, NAMES, strict=True)
        ),
    }
    await import_extract(database, folder(tmp_path / "named", files), NOW)
    return MirrorSearch(database)


async def _found(search: MirrorSearch, text: str) -> list[str | None]:
    return [match.name for match in (await search.find(text)).matches]


async def test_the_same_name_comes_first_then_names_that_hold_it(search: MirrorSearch) -> None:
    found = await _found(search, "peeters")
    assert found[0] == "Peeters"
    assert set(found[1:]) == {"Bakkerij Peeters NV", "Boulangerie Peeters S.A."}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("SOCIETE ELECTRIQUE DE L'ESCAUT", "Société Électrique de l'Escaut SRL"),
        ("backerei muller", "Bäckerei Müller GmbH"),
        ("isbw", "I.S.B.W."),
        ("I.S.B.W", "I.S.B.W."),
        ("n.v. peeters bakkerij", "Bakkerij Peeters NV"),
        ("intercom", "Intercommunale Leiedal"),
        ("leied", "Intercommunale Leiedal"),
        ("bakerij peters", "Bakkerij Peeters NV"),
        ("bakkerij peetesr", "Bakkerij Peeters NV"),
        ("intercomunael", "Intercommunale Leiedal"),
        ("elektriciteit schelde", "Elektriciteit van de Schelde"),
        ("bakkerij p", "Bakkerij Peeters NV"),
    ],
)
async def test_a_name_is_found_as_it_is_typed(search: MirrorSearch, typed: str, name: str) -> None:
    assert (await _found(search, typed))[:1] == [name]


@pytest.mark.parametrize(
    "typed", ["zzzz", "'\";--", "* OR *", "AND NOT", "peeters zzzz", "\u0000", "0", "....", "%", "_"]
)
async def test_what_nobody_is_called_finds_nobody(search: MirrorSearch, typed: str) -> None:
    assert await _found(search, typed) == []


async def test_errors_at_both_ends_of_a_word_are_found_where_trigrams_are_at_hand(search: MirrorSearch) -> None:
    found = await _found(search, "elaktriciteut schelde")
    assert found == (["Elektriciteit van de Schelde"] if search.on_postgresql else [])


async def test_the_beginning_of_a_number_finds_numbers(search: MirrorSearch) -> None:
    whole = number_at(3)
    assert [match.number.digits for match in (await search.find(whole)).matches] == [whole.replace(".", "")]
    assert [match.name for match in (await search.find(f"BE {whole}")).matches] == [None]
    assert len((await search.find("0200.06")).matches) == len(NAMES)


async def test_without_an_extract_nothing_is_searched_and_it_says_so(database: Database) -> None:
    assert (await MirrorSearch(database).find("peeters")).extract is None


@given(st.text(max_size=400))
def test_folding_twice_is_folding_once_but_for_words_it_let_go(name: str) -> None:
    once = folded(name)
    assert len(once) <= LONGEST
    assert once == " ".join(once.split())
    assert all(character.isalnum() for character in once.replace(" ", ""))


@given(st.text("abcde", min_size=4, max_size=12), st.data())
def test_a_word_with_one_error_keeps_a_half(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    spoilt = data.draw(
        st.sampled_from(
            [
                word[:place] + word[place + 1 :],
                word[:place] + "x" + word[place:],
                word[:place] + "x" + word[place + 1 :],
            ]
        )
    )
    assert distance(word, spoilt, 2) == 1
    if len(spoilt) >= 4:
        halves = Ends.of(spoilt)[0]
        assert word.startswith(halves.beginning) or word.endswith(halves.ending)
        assert nearest(spoilt, [word, spoilt, "zzzzzzz"], 5) == [word]


def test_distances_count_swaps_as_one_and_stop_at_the_most() -> None:
    assert distance("peeters", "peetesr", 1) == 1
    assert distance("peeters", "peters", 1) == 1
    assert distance("peeters", "pieters", 1) == 1
    assert distance("peeters", "claes", 2) is None
    assert distance("abcdefgh", "ijklmnop", 2) is None
    assert distance("same", "same", 1) == 0


@given(st.text("ab c", min_size=1), st.text("ab c", min_size=1))
def test_scores_lie_between_nothing_and_one(asked: str, name: str) -> None:
    asked, name = folded(asked), folded(name)
    assert 0 <= score(asked, name) <= 1
    assert (score(asked, name) == 1) == (asked == name)


def _context(search: Any, known: bool = True) -> Any:
    async def load_many(numbers: list[EnterpriseNumber]) -> list[Any]:
        facts = [EnterpriseFacts(n, None, EnterpriseKind.UNKNOWN, (), None, None, None, None) for n in numbers]
        return [Reading(each if known else None, AuthenticSource.KBO, NOW) for each in facts]

    enterprise = SimpleNamespace(load_many=load_many)
    return SimpleNamespace(
        house=SimpleNamespace(enterprise_search=search), loaders=SimpleNamespace(enterprise=enterprise)
    )


async def test_pages_follow_each_other_without_gap_or_double(database: Database, tmp_path: Path) -> None:
    await import_extract(database, write_full(tmp_path / "many", 2000), NOW)
    context, after, seen = _context(MirrorSearch(database)), None, []
    while True:
        page: SearchPage = await enterprise_search(context, "bakkerij", 20, after)
        seen += [hit.match.number for hit in page.hits]
        assert page.has_previous == (after is not None)
        if not page.has_next:
            break
        after = page.hits[-1].cursor
    assert len(seen) == len(set(seen)) > 20
    with pytest.raises(PageRefused):
        await enterprise_search(context, "garage", 20, after)


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("x", 0, None),
        ("x", 51, None),
        ("", 10, None),
        ("  ", 10, None),
        ("x" * 201, 10, None),
        ("x", 10, "é"),
        ("x", 1, "AAAA"),
    ],
)
async def test_a_page_out_of_bounds_is_refused(text: str, first: int, after: str | None) -> None:
    with pytest.raises(PageRefused):
        await enterprise_search(_context(NoSearch()), text, first, after)


@pytest.mark.parametrize("known", [True, False])
async def test_a_whole_number_is_looked_up_in_kbo_where_no_extract_has_it(known: bool) -> None:
    page = await enterprise_search(_context(NoSearch(), known), "BE 0000.000.196", 10, None)
    assert [hit.match.number.digits for hit in page.hits] == (["0000000196"] if known else [])
    assert page.names_searched is False
