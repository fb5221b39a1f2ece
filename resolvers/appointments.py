"""Requests to appoint, end and alter mandates. What a source must say is asked before the transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from btb import altering, appointing, ending
from btb.actors import Anonymous, Citizen, Client
from btb.acts import Act, Kept
from btb.changes import Change
from btb.chart import Chart
from btb.identifiers import EnterpriseNumber
from btb.mandates import AccessManagerRole, Affiliation, Contact, DelegationId, Mandate
from btb.masking import masked
from btb.persons import PersonId
from btb.refusals import Problem, ProblemCode, Refused
from resolvers import admission, evidence, mandates
from resolvers.acts import Appointment, Asked, carry_out, last_held_by, last_of, replay
from resolvers.contacts import contact
from resolvers.context import Context
from resolvers.evidence import Evidence
from resolvers.references import PersonNamed, number_of
from resolvers.texts import bounded

LONGEST_KEY = 128
LONGEST_NOTE = 1000
MOST_DOMAINS = 20

Appoint = Callable[[Chart, Act, PersonId, Contact], tuple[Change, ...]]
Alter = Callable[[Chart, Act], tuple[Change, ...]]


def asked(
    context: Context,
    enterprise: EnterpriseNumber,
    content: dict[str, object],
    *,
    key: str | None,
    expected_version: int | None,
    dry_run: bool,
    note: str | None = None,
) -> Asked:
    """The part every request has. Raises NotAuthenticated, and TextRefused for a key or note that is too long."""
    if isinstance(context.actor, Anonymous):
        raise admission.NotAuthenticated
    bounded("idempotencyKey", key, LONGEST_KEY)
    bounded("note", note, LONGEST_NOTE)
    whole = {"enterprise": enterprise.digits, "version": expected_version, "note": note, **content}
    kept_note = None if note is None else masked(note)
    return Asked(context.actor, enterprise, whole, key, expected_version, dry_run, kept_note)


async def appoint_chief(
    context: Context,
    request: Asked,
    person: PersonNamed,
    affiliation: Affiliation,
    email: str | None,
    phone: str | None,
    valid_from: datetime | None,
) -> Appointment:
    """By a legal representative. Raises Refused with every problem found."""

    def decide(chart: Chart, act: Act, who: PersonId, reached: Contact) -> tuple[Change, ...]:
        return appointing.appoint_chief(chart, act, who, affiliation, reached, valid_from=valid_from)

    return await _appoint(context, request, person, (email, phone), evidence.of_representative, decide)


async def appoint_co_chief(
    context: Context,
    request: Asked,
    person: PersonNamed,
    affiliation: Affiliation,
    email: str | None,
    phone: str | None,
    valid_from: datetime | None,
    valid_until: datetime | None,
) -> Appointment:
    """By the chief. Raises Refused with every problem found."""

    def decide(chart: Chart, act: Act, who: PersonId, reached: Contact) -> tuple[Change, ...]:
        return appointing.appoint_co_chief(
            chart, act, who, affiliation, reached, valid_from=valid_from, valid_until=valid_until
        )

    return await _appoint(context, request, person, (email, phone), evidence.of_enterprise, decide)


async def appoint_access_manager(
    context: Context,
    request: Asked,
    person: PersonNamed,
    domains: Sequence[str],
    email: str | None,
    phone: str | None,
    valid_from: datetime | None,
    valid_until: datetime | None,
) -> Appointment:
    """By the chief or a co-chief. Raises Refused with every problem found."""
    too_many = len(domains) > MOST_DOMAINS
    beyond = (Problem(ProblemCode.DOMAIN_UNKNOWN, ("domains", str(MOST_DOMAINS))),) if too_many else ()

    def decide(chart: Chart, act: Act, who: PersonId, reached: Contact) -> tuple[Change, ...]:
        return appointing.appoint_access_manager(
            chart,
            act,
            who,
            domains[:MOST_DOMAINS],
            reached,
            valid_from=valid_from,
            valid_until=valid_until,
            known=context.house.domains,
        )

    return await _appoint(context, request, person, (email, phone), evidence.of_enterprise, decide, beyond)


async def end_appointment(context: Context, request: Asked, mandate: Mandate) -> Appointment:
    """By whoever may appoint to that role, or by the person. Raises Refused."""
    return await _alter(context, request, mandate, lambda chart, act: ending.end_appointment(chart, act, mandate.id))


async def revoke_delegation(
    context: Context, request: Asked, mandate: Mandate, delegation: DelegationId
) -> Appointment:
    """By whoever may appoint access managers, or by the person. Raises Refused."""
    return await _alter(context, request, mandate, lambda chart, act: ending.revoke_delegation(chart, act, delegation))


async def change_delegation_period(
    context: Context,
    request: Asked,
    mandate: Mandate,
    delegation: DelegationId,
    valid_from: datetime | Kept,
    valid_until: datetime | Kept | None,
) -> Appointment:
    """By whoever may appoint access managers. Raises Refused."""
    return await _alter(
        context,
        request,
        mandate,
        lambda chart, act: altering.change_delegation_period(
            chart, act, delegation, valid_from=valid_from, valid_until=valid_until
        ),
    )


async def suspend(context: Context, request: Asked, mandate: Mandate) -> Appointment:
    """By whoever may appoint to that role. Raises Refused."""
    return await _alter(context, request, mandate, lambda chart, act: altering.suspend(chart, act, mandate.id))


async def reinstate(context: Context, request: Asked, mandate: Mandate) -> Appointment:
    """By whoever may appoint to that role. Raises Refused."""
    return await _alter(context, request, mandate, lambda chart, act: altering.reinstate(chart, act, mandate.id))


async def mandate_to_alter(context: Context, id: str, field: str) -> Mandate:
    """The mandate a request is about. Raises Refused alike where there is none and where the reader may not see it."""
    if isinstance(context.actor, Anonymous):
        raise admission.NotAuthenticated
    (found,) = await mandates.by_ids(context, [id])
    if isinstance(found, Mandate):
        return found
    raise found or Refused([Problem(ProblemCode.NOT_IN_OFFICE, (field,))])


async def delegation_to_alter(context: Context, id: str) -> tuple[Mandate, DelegationId]:
    """The delegation a request is about, and its mandate. Raises as `mandate_to_alter` does."""
    if isinstance(context.actor, Anonymous):
        raise admission.NotAuthenticated
    (found,) = await mandates.delegations_by_ids(context, [id])
    if isinstance(found, tuple):
        return found[0], found[1].id
    raise found or Refused([Problem(ProblemCode.NOT_IN_OFFICE, ("delegationId",))])


async def _appoint(
    context: Context,
    request: Asked,
    person: PersonNamed,
    reached_by: tuple[str | None, str | None],
    ask: Callable[[Context, Citizen | Client, EnterpriseNumber], Coroutine[None, None, Evidence]],
    decide: Appoint,
    problems: tuple[Problem, ...] = (),
) -> Appointment:
    number = await number_of(context, person)
    spend_on(context, person)
    request = replace(request, content={**request.content, "person": None if number is None else number.digits})
    if (first := await replay(context, request)) is not None:
        return first
    actor = _citizen(context)
    kept, unreachable = contact(*reached_by)
    found, appointee = await asyncio.gather(
        ask(context, actor, request.enterprise),
        evidence.of_appointee(context, number),
    )
    found, who = found.about(appointee, (*unreachable, *problems)), appointee.named
    return await carry_out(context, request, found, lambda chart, act: decide(chart, act, who, kept), last_held_by(who))


async def _alter(context: Context, request: Asked, mandate: Mandate, decide: Alter) -> Appointment:
    if (first := await replay(context, request)) is not None:
        return first
    actor = _citizen(context)
    found = Evidence(evidence.requester(actor), (), ())
    if mandate.role is AccessManagerRole.CHIEF and not actor.is_named(mandate.person):
        found = await evidence.of_representative(context, actor, mandate.enterprise)
        unavailable = tuple(each for each in found.problems if each.code is ProblemCode.SOURCE_UNAVAILABLE)
        found = replace(found, problems=unavailable)
    return await carry_out(context, request, found, decide, last_of(UUID(str(mandate.id))))


def spend_on(context: Context, person: PersonNamed) -> None:
    """Count a national number that somebody brought from outside. Raises BudgetExceeded."""
    if person.national_number is not None:
        context.house.budget.spend(admission.principal(context), [person.national_number], context.moment)


def _citizen(context: Context) -> Citizen:
    """Only people appoint: a machine that asks is refused. Raises Refused."""
    if isinstance(context.actor, Citizen):
        return context.actor
    raise Refused([Problem(ProblemCode.NOT_ENTITLED)])
