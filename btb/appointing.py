"""Appointing: the chief by a legal representative, co-chiefs by the chief, access managers by either.

Exactly one chief (R6), never co-chief or access manager of the same enterprise beside it: a greater appointment absorbs
the lesser one of the same person, and a lesser one beside a greater is refused as ALREADY_APPOINTED. A person has at
most one mandate in office and one scheduled. Co-chiefs and access managers stay when the chief is replaced (policy).

Each function returns the changes, those that time had made true before included, or raises Refused with all problems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from btb.acts import Act, Opening
from btb.changes import Change, ChangeCause, ChangeType
from btb.chart import Chart, open_delegations
from btb.domains import DOMAINS, Domains
from btb.drafts import Draft, with_delegation
from btb.mandates import (
    RANK,
    AccessManagerRole,
    Affiliation,
    Contact,
    Delegation,
    DelegationId,
    EndReason,
    Mandate,
    MandateId,
    Standing,
)
from btb.masking import masked
from btb.persons import PersonId
from btb.refusals import ProblemCode

NOBODY = Contact()


def appoint_chief(
    chart: Chart,
    act: Act,
    person: PersonId,
    affiliation: Affiliation,
    contact: Contact = NOBODY,
    *,
    valid_from: datetime | None = None,
) -> tuple[Change, ...]:
    """Appoint the chief. The chief in office is replaced at the start, a chief scheduled before by a scheduled one."""
    opening = Opening(chart, act)
    opening.entitle(AccessManagerRole.CHIEF)
    start, _ = opening.period(valid_from, None, bounded=False)
    opening.room(person, AccessManagerRole.CHIEF, start)
    draft = opening.agreed()
    mandate = _mandate(opening, person, AccessManagerRole.CHIEF, affiliation, contact, start, None)
    if mandate.standing is Standing.SCHEDULED:
        for rival in draft.standing(AccessManagerRole.CHIEF, Standing.SCHEDULED):
            draft.end(rival, EndReason.REPLACED, ChangeCause.REQUEST, act.requester.actor, draft.now)
    _install(draft, opening, mandate)
    return draft.changes


def appoint_co_chief(
    chart: Chart,
    act: Act,
    person: PersonId,
    affiliation: Affiliation,
    contact: Contact = NOBODY,
    *,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> tuple[Change, ...]:
    """Appoint a co-chief; what the person manages as access manager is absorbed."""
    opening = Opening(chart, act)
    opening.entitle(AccessManagerRole.CO_CHIEF)
    start, end = opening.period(valid_from, valid_until)
    opening.room(person, AccessManagerRole.CO_CHIEF, start)
    others = {
        each.person
        for standing in (Standing.IN_OFFICE, Standing.SCHEDULED)
        for each in opening.draft.standing(AccessManagerRole.CO_CHIEF, standing)
    }
    most = act.policy.most_co_chiefs
    if most is not None and len(others - {person}) >= most:
        opening.problem(ProblemCode.NOT_ENTITLED, ("person",), ("reason", "MOST_CO_CHIEFS"))
    draft = opening.agreed()
    mandate = _mandate(opening, person, AccessManagerRole.CO_CHIEF, affiliation, contact, start, end)
    _install(draft, opening, mandate)
    return draft.changes


def appoint_access_manager(
    chart: Chart,
    act: Act,
    person: PersonId,
    domains: Sequence[str],
    contact: Contact = NOBODY,
    *,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    known: Domains = DOMAINS,
) -> tuple[Change, ...]:
    """Entrust domains (at least one) to a person, who becomes access manager or already is one.

    For one who already is, a contact given replaces the one that was; domains named twice count once.
    """
    opening = Opening(chart, act)
    opening.entitle(AccessManagerRole.DOMAIN)
    start, end = opening.period(valid_from, valid_until)
    opening.room(person, AccessManagerRole.DOMAIN, start)
    held = next((each for each in opening.draft.held(person) if each.role is AccessManagerRole.DOMAIN), None)
    if held is not None and held.suspended_at is not None:
        opening.problem(ProblemCode.NOT_IN_OFFICE, ("person",), ("status", "SUSPENDED"))
    _domains(opening, held, person, domains, known)
    draft = opening.agreed()
    _entrust(draft, opening, held, person, contact, tuple(dict.fromkeys(domains)), start, end)
    return draft.changes


def _entrust(
    draft: Draft,
    opening: Opening,
    held: Mandate | None,
    person: PersonId,
    contact: Contact,
    domains: Sequence[str],
    start: datetime,
    end: datetime | None,
) -> None:
    actor = opening.requester.actor
    if held is None:
        held = _mandate(opening, person, AccessManagerRole.DOMAIN, None, contact, start, end)
        _install(draft, opening, held)
    else:
        held = replace(held, contact=contact) if contact != NOBODY else held
        if held.standing is Standing.SCHEDULED and opening.standing_at(start) is Standing.IN_OFFICE:
            held = replace(held, standing=Standing.IN_OFFICE, valid_from=start)
            draft.install(held, ChangeCause.REQUEST, actor)
    for domain in domains:
        delegation = Delegation(
            id=DelegationId(draft.new_id()),
            domain=domain,
            standing=opening.standing_at(start),
            valid_from=start,
            valid_until=end,
            granted_at=draft.now,
            granted_by=actor,
        )
        held = with_delegation(held, delegation)
        draft.write(ChangeType.DELEGATION_GRANTED, ChangeCause.REQUEST, actor, start, held, delegation=delegation)


def _mandate(
    opening: Opening,
    person: PersonId,
    role: AccessManagerRole,
    affiliation: Affiliation | None,
    contact: Contact,
    start: datetime,
    end: datetime | None,
) -> Mandate:
    draft = opening.draft
    return Mandate(
        id=MandateId(draft.new_id()),
        enterprise=draft.enterprise,
        person=person,
        role=role,
        affiliation=affiliation,
        contact=contact,
        standing=opening.standing_at(start),
        valid_from=start,
        valid_until=end,
        appointed_at=draft.now,
        appointed_by=opening.requester.actor,
    )


def _install(draft: Draft, opening: Opening, mandate: Mandate) -> None:
    """Announce a new mandate; what the same person was to become by a lesser or equal appointment is withdrawn."""
    actor = opening.requester.actor
    for each in draft.held(mandate.person):
        if each.standing is Standing.SCHEDULED and RANK[each.role] <= RANK[mandate.role]:
            draft.end(each, EndReason.REPLACED, ChangeCause.REQUEST, actor, draft.now)
    draft.install(mandate, ChangeCause.REQUEST, actor)


def _domains(opening: Opening, held: Mandate | None, person: PersonId, domains: Sequence[str], known: Domains) -> None:
    """Note domains that do not exist, that the person has already, or that another holds where one may."""
    if not domains:
        opening.problem(ProblemCode.DOMAIN_UNKNOWN, ("domains",))
    mine = {each.domain for each in open_delegations(held)} if held is not None else set()
    taken = (
        set()
        if opening.act.policy.several_managers_per_domain
        else {
            delegation.domain
            for mandate in opening.draft.mandates
            if mandate.person != person and mandate.standing is not Standing.ENDED
            for delegation in open_delegations(mandate)
        }
    )
    for index, domain in enumerate(domains):
        path = ("domains", str(index))
        if domain not in known:
            named = (("domain", masked(domain)),) if len(domain) <= 40 else ()
            opening.problem(ProblemCode.DOMAIN_UNKNOWN, path, *named)
        elif domain in mine:
            detail = (("role", AccessManagerRole.DOMAIN.value), ("domain", domain))
            opening.problem(ProblemCode.ALREADY_APPOINTED, path, *detail)
        elif domain in taken:
            opening.problem(ProblemCode.NOT_ENTITLED, path, ("reason", "DOMAIN_TAKEN"))
