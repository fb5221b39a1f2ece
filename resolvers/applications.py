"""Online services of public institutions, each placed in one domain by the institution that owns it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from btb.actors import Client, Scope
from btb.authority import Deed, Ties
from btb.enterprises import Language
from btb.refusals import Problem, ProblemCode, Refused
from datasources.register import applications as register
from datasources.register.applications import Application
from resolvers import admission
from resolvers.context import Context
from resolvers.texts import bounded

_CODE = re.compile(r"[A-Z][A-Z0-9_.\-]{0,39}")
_LONGEST = 200
_LONGEST_OWNER = 100


async def by_domains(context: Context, domains: Sequence[str]) -> list[tuple[Application, ...]]:
    """What is on offer in each domain, in order of code."""
    async with context.house.database.reading() as session:
        found = await register.applications_by_domain(session)
    return [found.get(domain, ()) for domain in domains]


async def by_codes(context: Context, codes: Sequence[str]) -> list[Application | None]:
    """Applications on offer by code; None for others."""
    async with context.house.database.reading() as session:
        found = await register.applications_by_domain(session)
    by_code = {each.code: each for offered in found.values() for each in offered}
    return [by_code.get(code) for code in codes]


async def register_application(
    context: Context, code: str, names: Mapping[Language, str], owner: str, domain: str
) -> Application:
    """Place an application in a domain, or place it anew. By its owner's client. Raises Refused, NotAuthenticated."""
    for text in names.values() or ("",):
        bounded("name", text, _LONGEST)
    bounded("owner", owner, _LONGEST_OWNER)
    problems = []
    if not _CODE.fullmatch(code):
        problems.append(Problem(ProblemCode.APPLICATION_UNKNOWN, ("code",)))
    if domain not in context.house.domains:
        problems.append(Problem(ProblemCode.DOMAIN_UNKNOWN, ("domain",)))
    _entitled(context, owner, problems)
    if problems:
        raise Refused(problems)
    placed = Application(code, dict(names), owner, domain, context.moment, None)
    async with context.house.database.working() as session:
        if not await register.register_application(session, placed, whoever=_operator(context)):
            raise Refused([Problem(ProblemCode.APPLICATION_UNKNOWN, ("code",))])
    return placed


async def withdraw_application(context: Context, code: str) -> Application:
    """Offer it no more. By its owner's client. Raises Refused, NotAuthenticated."""
    async with context.house.database.working() as session:
        known = await register.application(session, code, locked=True) if _CODE.fullmatch(code) else None
        problems: list[Problem] = []
        _entitled(context, "" if known is None else known.owner, problems)
        if known is None or known.withdrawn_at is not None or problems:
            raise Refused(problems or [Problem(ProblemCode.APPLICATION_UNKNOWN, ("code",))])
        await register.withdraw_application(session, code, context.moment)
    return known


def _entitled(context: Context, owner: str, problems: list[Problem]) -> None:
    mine = isinstance(context.actor, Client) and context.actor.owner == owner
    refused = admission.refusal(context, Deed.MANAGE_APPLICATIONS, Ties(own=mine))
    if isinstance(refused, admission.NotAuthenticated):
        raise refused
    if refused is not None:
        problems.append(Problem(ProblemCode.NOT_ENTITLED, ("owner",)))


def _operator(context: Context) -> bool:
    return isinstance(context.actor, Client) and Scope.OPERATE in context.actor.scopes
