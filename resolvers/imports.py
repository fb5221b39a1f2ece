"""Mandates in bulk, as an operator writes down what those entitled decided elsewhere.

Each row is a request like any other: the same sources, rules and refusals, one transaction. Only who may ask is not
held against it. A row that was carried out once is not carried out again as long as its answer is kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from btb import appointing
from btb.actors import Client, Scope
from btb.acts import Act
from btb.changes import Change
from btb.chart import Chart
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.mandates import AccessManagerRole, Affiliation, Contact
from btb.persons import PersonId
from resolvers import evidence
from resolvers.acts import Appointment, Asked, Decide, carry_out, last_held_by, replay
from resolvers.contacts import contact
from resolvers.context import Context
from resolvers.references import PersonNamed, number_of

IMPORTER = Client("btb-import", frozenset({Scope.OPERATE}))
"""Who is written down as having done it."""


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """One mandate to appoint. `domains` only for access managers, `affiliation` only for the chief line."""

    enterprise: EnterpriseNumber
    role: AccessManagerRole
    person: NationalNumber | PersonId
    domains: tuple[str, ...] = ()
    affiliation: Affiliation = Affiliation.EMPLOYEE
    email: str | None = None
    phone: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


async def import_row(context: Context, row: ImportedRow, *, dry_run: bool) -> Appointment:
    """Appoint as the row says; `replayed` where it was done before. Raises Refused with every problem found."""
    if isinstance(row.person, NationalNumber):
        number: NationalNumber | None = row.person
    else:
        number = await number_of(context, PersonNamed(id=str(row.person)))
    request = _asked(context, row, number)
    if (before := await replay(context, request)) is not None:
        return before
    kept, problems = contact(row.email, row.phone)
    found, appointee = await asyncio.gather(
        evidence.of_enterprise(context, IMPORTER, row.enterprise), evidence.of_appointee(context, number)
    )
    found, who = found.about(appointee, problems), appointee.named
    decide, concerned = _decision(context, row, who, kept), last_held_by(who)
    # Tried out first: a refusal is not kept under the row's key, so that the row may be tried again.
    shown = await carry_out(context, replace(request, dry_run=True), found, decide, concerned)
    return shown if dry_run else await carry_out(context, request, found, decide, concerned)


def _asked(context: Context, row: ImportedRow, number: NationalNumber | None) -> Asked:
    content: dict[str, object] = {
        "request": "import",
        "enterprise": row.enterprise.digits,
        "person": str(row.person) if number is None else number.digits,
        "values": [
            row.role,
            row.domains,
            row.affiliation,
            row.email,
            row.phone,
            None if row.valid_from is None else row.valid_from.isoformat(),
            None if row.valid_until is None else row.valid_until.isoformat(),
        ],
    }
    key = context.house.fingerprint(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hex()
    return Asked(IMPORTER, row.enterprise, content, f"row:{key}", None, dry_run=False)


def _decision(context: Context, row: ImportedRow, person: PersonId, reached: Contact) -> Decide:
    def decide(chart: Chart, act: Act) -> tuple[Change, ...]:
        start, end = row.valid_from, row.valid_until
        match row.role:
            case AccessManagerRole.CHIEF:
                return appointing.appoint_chief(chart, act, person, row.affiliation, reached, valid_from=start)
            case AccessManagerRole.CO_CHIEF:
                return appointing.appoint_co_chief(
                    chart, act, person, row.affiliation, reached, valid_from=start, valid_until=end
                )
            case AccessManagerRole.DOMAIN:
                return appointing.appoint_access_manager(
                    chart,
                    act,
                    person,
                    row.domains,
                    reached,
                    valid_from=start,
                    valid_until=end,
                    known=context.house.domains,
                )

    return decide
