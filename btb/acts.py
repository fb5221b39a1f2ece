"""Who asks for a change of a chart, when and under which policy, and what is asked of every such act.

All problems of a request are found before it is refused, those that the facts from outside gave included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from btb.actors import ActorReference
from btb.chart import Chart
from btb.drafts import Draft, NewId
from btb.due import settle
from btb.mandates import RANK, AccessManagerRole, Delegation, Mandate, MandateId, Standing
from btb.persons import Identity, PersonId
from btb.policy import DEFAULT_POLICY, AppointmentPolicy
from btb.refusals import Problem, ProblemCode, Refused
from btb.representation import LegalRepresentation, WhyNot
from btb.uniting import unite


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks. Their mandates follow from the chart.

    `representation` is the fresh evidence that they represent the enterprise, `why_not` what was missing where they do
    not. An `operator` writes down what those entitled decided elsewhere: only the rules of the chart bind them.
    `others` are ids under which they were met as somebody else, and may still hold something.
    """

    actor: ActorReference
    assurance: int = 0
    representation: LegalRepresentation | None = None
    why_not: WhyNot | None = None
    operator: bool = False
    others: frozenset[PersonId] = frozenset()

    def holds(self, mandate: Mandate) -> bool:
        """Whether the mandate is their own."""
        return self.actor.person is not None and Identity(self.actor.person, self.others).has(mandate.person)


@dataclass(frozen=True, slots=True)
class Act:
    """One request to change a chart.

    `problems` are those found outside the chart (facts of sources, contact), reported together with those found here.
    `expected_version` is the version of the chart that the requester decided on, where they said so. `concerns` is the
    person to be appointed, who is made one first where they stand in the chart under several ids.
    """

    requester: Requester
    now: datetime
    new_id: NewId
    policy: AppointmentPolicy = DEFAULT_POLICY
    problems: tuple[Problem, ...] = ()
    expected_version: int | None = None
    concerns: Identity | None = None


class Kept(Enum):
    """A value that a request leaves as it is, where None means something else."""

    KEPT = "KEPT"


KEPT = Kept.KEPT
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


class Opening:
    """An act while it is being judged: the draft it would write, and the problems found so far."""

    def __init__(self, chart: Chart, act: Act) -> None:
        self.act = act
        self.requester = act.requester
        self.problems: list[Problem] = list(dict.fromkeys(act.problems))
        self.draft = Draft(chart, act.now, act.new_id, act.policy)
        settle(self.draft)
        if act.concerns is not None:
            unite(self.draft, act.concerns)
        if act.expected_version is not None and act.expected_version != chart.version:
            versions = (("expected", str(act.expected_version)), ("actual", str(chart.version)))
            self.problem(ProblemCode.VERSION_CONFLICT, ("expectedVersion",), *versions)

    def problem(self, code: ProblemCode, path: tuple[str, ...] = (), *detail: tuple[str, str]) -> None:
        """Note one problem; the same one is noted once."""
        found = Problem(code, path, detail)
        if found not in self.problems:
            self.problems.append(found)

    def agreed(self) -> Draft:
        """The draft to write into. Raises Refused with all problems noted."""
        if self.problems:
            raise Refused(self.problems)
        return self.draft

    def entitle(self, role: AccessManagerRole, *, holder: Mandate | None = None) -> None:
        """Note what is missing to appoint to a role, or to end or alter a mandate of it.

        `holder` is the mandate that its own holder may deal with as well (a resignation).
        """
        if self.requester.operator:
            return
        self._assure(role)
        if holder is not None and self.requester.holds(holder):
            return
        mine = self._roles_in_office()
        policy = self.act.policy
        match role:
            case AccessManagerRole.CHIEF:
                deputy = policy.co_chiefs_replace_chief and AccessManagerRole.CO_CHIEF in mine
                if self.requester.representation is None and not deputy:
                    missing = self.requester.why_not
                    detail = () if missing is None else (("reason", missing.value),)
                    self.problem(ProblemCode.NOT_LEGAL_REPRESENTATIVE, (), *detail)
            case AccessManagerRole.CO_CHIEF:
                deputy = policy.co_chiefs_appoint_co_chiefs and AccessManagerRole.CO_CHIEF in mine
                if AccessManagerRole.CHIEF not in mine and not deputy:
                    self.problem(ProblemCode.NOT_CHIEF)
            case AccessManagerRole.DOMAIN:
                deputy = policy.co_chiefs_appoint_access_managers and AccessManagerRole.CO_CHIEF in mine
                if AccessManagerRole.CHIEF not in mine and not deputy:
                    together = policy.co_chiefs_appoint_access_managers
                    self.problem(ProblemCode.NOT_CHIEF_OR_CO_CHIEF if together else ProblemCode.NOT_CHIEF)

    def period(
        self, valid_from: datetime | None, valid_until: datetime | None, *, bounded: bool = True
    ) -> tuple[datetime, datetime | None]:
        """The period asked for, from now where no start or one just past is asked; notes what is wrong with it.

        `bounded` periods last no longer than the policy's longest term, and exactly that long where no end is asked.
        """
        now, policy = self.draft.now, self.act.policy
        start = now if valid_from is None else max(valid_from, now)
        if valid_from is not None and valid_from < now - policy.clock_tolerance:
            self.wrong_period("validFrom", "START_IN_PAST")
        end = valid_until
        if end is not None and end <= start:
            self.wrong_period("validUntil", "END_IN_PAST" if end <= now else "END_BEFORE_START")
        if bounded and policy.longest_term is not None:
            end = self.term(start, end, policy.longest_term)
        return start, end

    def term(self, start: datetime, end: datetime | None, longest: timedelta) -> datetime:
        """The end of a period that may last so long at most, that long where no end is asked; notes a longer one."""
        if end is None:
            return start + min(longest, _LAST_MOMENT - start)
        if end - start > longest:
            self.wrong_period("validUntil", "TOO_LONG")
        return end

    def room(self, person: PersonId, role: AccessManagerRole, start: datetime) -> None:
        """Note where the person already has an appointment that leaves no room for one of this role from then on."""
        for held in self.draft.held(person):
            over_by_then = held.valid_until is not None and held.valid_until <= start
            if held.standing is Standing.IN_OFFICE:
                same = held.role is role and role is not AccessManagerRole.DOMAIN
                in_the_way = not over_by_then and (same or RANK[held.role] > RANK[role])
            else:
                in_the_way = RANK[held.role] > RANK[role] and self.standing_at(start) is Standing.SCHEDULED
            if in_the_way:
                self.problem(ProblemCode.ALREADY_APPOINTED, ("person",), ("role", held.role.value))

    def standing_at(self, start: datetime) -> Standing:
        """In office from now on, or scheduled."""
        return Standing.IN_OFFICE if start <= self.draft.now else Standing.SCHEDULED

    def asked_for(self, id: MandateId, path: tuple[str, ...]) -> Mandate | None:
        """The mandate with this id; notes where it has ended or never was, which to the rules is the same."""
        mandate = self.draft.mandate(id)
        self.in_office(mandate, path)
        return None if mandate is None or mandate.standing is Standing.ENDED else mandate

    def in_office(self, mandate: Mandate | Delegation | None, path: tuple[str, ...]) -> None:
        """Note that what is asked for has ended, or was never there."""
        if mandate is None or mandate.standing is Standing.ENDED:
            self.problem(ProblemCode.NOT_IN_OFFICE, path, ("status", "ENDED"))

    def wrong_period(self, field: str, reason: str) -> None:
        """Note what is wrong with a period: `reason` is a word of the table of texts."""
        self.problem(ProblemCode.INVALID_PERIOD, (field,), ("reason", reason))

    def _assure(self, role: AccessManagerRole) -> None:
        policy, given = self.act.policy, self.requester.assurance
        required = policy.chief_assurance if role is AccessManagerRole.CHIEF else policy.other_assurance
        if given < required:
            levels = (("required", str(required)), ("given", str(given)))
            self.problem(ProblemCode.ASSURANCE_TOO_LOW, (), *levels)

    def _roles_in_office(self) -> frozenset[AccessManagerRole]:
        return frozenset(
            mandate.role
            for mandate in self.draft.open()
            if mandate.standing is Standing.IN_OFFICE and mandate.suspended_at is None and self.requester.holds(mandate)
        )
