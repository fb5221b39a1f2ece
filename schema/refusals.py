"""Expected noes, as data and in words."""

from __future__ import annotations

import strawberry

from btb import refusals
from btb.enterprises import Language
from btb.refusals import ProblemCode
from btb.wording import problem_message
from schema.info import Info


@strawberry.type(description="One reason for a refusal.")
class Problem:
    problem: strawberry.Private[refusals.Problem]

    @strawberry.field(description="Stable code.")
    def code(self) -> ProblemCode:
        return self.problem.code

    @strawberry.field(description="In words for a person.")
    def message(self, info: Info, language: Language | None = None) -> str:
        return problem_message(self.problem, language or info.context.language)

    @strawberry.field(description='The input field at fault, such as ["domains", "2"]; empty where it is no field.')
    def path(self) -> list[str]:
        return list(self.problem.path)


@strawberry.type(description="An expected no. Never a GraphQL error.")
class Refusal:
    problems: list[Problem] = strawberry.field(description="Every reason found, at least one.")

    @classmethod
    def of(cls, refused: refusals.Refused, info: Info) -> Refusal:
        """The answer for a refusal, which is counted."""
        info.context.house.refused(problem.code.value for problem in refused.problems)
        return cls(problems=[Problem(problem=problem) for problem in refused.problems])
