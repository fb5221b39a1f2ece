"""Makes the context of an operation from what is known of its request."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from graphql import FieldNode, NullValueNode, OperationDefinitionNode, ValueNode, VariableNode

from btb.actors import Actor, Anonymous, Citizen, Client, reference
from btb.enterprises import Language
from btb.masking import masked
from datasources.register.failures import RegisterFailure
from execution.batching import Batches
from execution.errors import RefusedRequest, Unauthenticated
from execution.hooks import RequestInfo
from execution.operation import Prepared
from loaders import Loaders, Present, Reader
from resolvers.context import Context, House
from server import token_checks
from server.authentication import Authenticator

PURPOSE = "x-purpose"
"""The header in which a caller says what it needs persons' data for; at most 400 characters are kept."""


class Contexts:
    """Called for each request; the house and the authenticator come when they are open."""

    def __init__(self) -> None:
        self._house: House | None = None
        self._authenticator: Authenticator | None = None

    def open(self, house: House, authenticator: Authenticator) -> None:
        """From now on requests can be answered."""
        self._house, self._authenticator = house, authenticator

    async def __call__(self, info: RequestInfo) -> Context:
        """The context of one request. Raises Unauthenticated, and RefusedRequest where the register cannot be asked."""
        assert self._house is not None, "a request before the house was open"
        assert self._authenticator is not None, "a request before the house was open"
        try:
            actor = await self._authenticator.actor(info.headers.get("authorization"), info.init_payload)
        except token_checks.Unauthenticated:
            raise Unauthenticated("The token is not valid.", challenge='Bearer error="invalid_token"') from None
        except RegisterFailure:
            sentence, later = "The register is out of reach; ask again.", {"retry-after": "1"}
            raise RefusedRequest("RETRYABLE", 503, sentence, headers=later, retryable=True) from None
        present, purpose = Present(self._house.now()), info.headers.get(PURPOSE)
        purpose = None if purpose is None else masked(purpose[:400])
        return Context(
            house=self._house,
            batches=Batches(),
            actor=actor,
            loaders=loaders_of(self._house, actor, present, purpose),
            language=language(info.headers.get("accept-language", "")),
            request_id=info.request_id,
            present=present,
            purpose=purpose,
            interruption=getattr(info, "interruption", None),
            address=info.client,
        )


def loaders_of(house: House, actor: Actor, present: Present, purpose: str | None) -> Loaders:
    """Loaders that have asked nothing yet."""
    written_down = None if isinstance(actor, Anonymous) else reference(actor)
    reader = Reader(written_down, present, purpose)
    return Loaders(
        house.kbo, house.persons, house.directory, house.database, house.charts, reader, watched=house.loader_batches
    )


def renewed(context: Context) -> Context:
    """The context of the next event of a subscription."""
    present = Present(context.house.now())
    loaders = loaders_of(context.house, context.actor, present, context.purpose)
    return replace(context, batches=Batches(), loaders=loaders, present=present)


def expires_at(context: Context) -> datetime | None:
    """When the token of whoever asks expires."""
    return None if isinstance(context.actor, Anonymous) else context.actor.expires_at


def principal(context: Context) -> Hashable | None:
    """Who holds a connection, for the bound on connections of one caller; None for somebody unknown."""
    match context.actor:
        case Citizen(person=person):
            return person
        case Client(client=client):
            return client
        case Anonymous():
            return None


def sharing_key(context: Context) -> Hashable | None:
    """What two readers must have in common to be shown the same events: scopes, system and language."""
    actor = context.actor
    if not isinstance(actor, Client):
        return None
    return actor.scopes, actor.system, actor.client, context.language, context.purpose


def joinable(prepared: Prepared, variables: Mapping[str, Any], context: Context) -> bool:
    """Whether a subscription starts at the present: one of the feed does where it names no cursor."""
    return starts_now(prepared.operation, variables)


def starts_now(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> bool:
    """Whether it asks for the feed, in so many words, with no `after`, or one that is null.

    `variables` are as sent: what a document gives by default is not among them. A fragment may hold anything, and
    outages begin with what is current.
    """
    given = {each.variable.name.value for each in operation.variable_definitions or () if each.default_value}
    return all(
        isinstance(field, FieldNode)
        and field.name.value == "changes"
        and all(_is_null(each.value, variables, given) for each in field.arguments or () if each.name.value == "after")
        for field in operation.selection_set.selections
    )


def _is_null(value: ValueNode, variables: Mapping[str, Any], given: Collection[str]) -> bool:
    if isinstance(value, VariableNode):
        name = value.name.value
        return variables.get(name) is None and name not in given
    return isinstance(value, NullValueNode)


_LANGUAGES = {language.value.lower(): language for language in Language}


def language(accepted: str) -> Language:
    """The first of our languages by weight in Accept-Language; Dutch where none is ours."""
    best, weight = Language.NL, 0.0
    for item in accepted[:200].split(","):
        tag, _, parameters = item.strip().partition(";")
        known = _LANGUAGES.get(tag.split("-")[0].strip().lower())
        given = _weight(parameters)
        if known is not None and given > weight:
            best, weight = known, given
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
