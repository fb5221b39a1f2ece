"""Every expected no has its words in four languages, and nothing in it that was not meant to be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from btb.data import InvalidData, shipped
from btb.decisions import DecisionReason
from btb.enterprises import Language
from btb.refusals import Problem, ProblemCode
from btb.representation import WhyNot
from btb.wording import WORDING, Wording, decision_explanation, problem_message


@pytest.mark.parametrize("language", list(Language))
def test_every_problem_and_decision_has_a_sentence_in_every_language(language: Language) -> None:
    texts = [problem_message(Problem(code), language) for code in ProblemCode]
    texts += [decision_explanation(reason, language) for reason in DecisionReason]
    for text in texts:
        assert text.endswith(".")
        assert not set("[]{}") & set(text)


@pytest.mark.parametrize("why", list(WhyNot))
def test_what_a_representative_lacks_is_told_in_words(why: WhyNot) -> None:
    problem = Problem(ProblemCode.NOT_LEGAL_REPRESENTATIVE, (), (("reason", why.value),))
    assert why.value not in problem_message(problem, Language.NL)


def test_what_is_known_is_named() -> None:
    low = Problem(ProblemCode.ASSURANCE_TOO_LOW, (), (("required", "450"), ("given", "300")))
    assert problem_message(low, Language.EN).endswith("level 450 is needed, you signed in with level 300.")
    taken = Problem(ProblemCode.ALREADY_APPOINTED, (), (("role", "CHIEF"),))
    assert problem_message(taken, Language.NL) == "Deze persoon is al aangesteld als hoofdtoegangsbeheerder."
    assert "Justitie" in decision_explanation(DecisionReason.NO_MANDATE, Language.NL, (("domain", "Justitie"),))


@given(st.text(max_size=30))
def test_a_value_is_shown_as_it_is_and_never_read_as_a_text_of_ours(value: str) -> None:
    problem = Problem(ProblemCode.DOMAIN_UNKNOWN, (), (("domain", value),))
    shown = problem_message(problem, Language.EN)
    if WORDING.text(f"word.{value}", Language.EN) is None:
        assert shown == f"There is no domain {value} with this code."


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("problem.NOT_CHIEF,a,b,c,d", "twice"),
        ("word.X,a,b,,d", "lacks"),
        ("word.X,{a},b,c,d", "outside"),
    ],
)
def test_a_mistake_in_the_texts_is_named(row: str, reason: str) -> None:
    with pytest.raises(InvalidData, match=reason):
        Wording.read(shipped("wording.csv") + row + "\n")


def test_a_text_that_is_missing_is_named() -> None:
    lines = [line for line in shipped("wording.csv").splitlines() if not line.startswith("decision.ENDED")]
    with pytest.raises(InvalidData, match=r"decision\.ENDED is missing"):
        Wording.read("\n".join(lines))
