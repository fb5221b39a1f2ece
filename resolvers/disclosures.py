"""What is shown of persons to somebody else is written down first; what cannot be written is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from btb.actors import Anonymous, Citizen, reference
from btb.changes import Change
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate
from btb.persons import PersonId
from datasources.register.consultation_rows import Shown
from datasources.register.together import Rows
from loaders import Present
from loaders.batching import ByKey
from loaders.consultations import Reader
from resolvers.context import Context

MANDATES = "mandates"
NATIONAL_NUMBER = "national number"
FEED = "mandates, in the feed"
DECISION = "whether they may manage access"


async def of_mandates(context: Context, mandates: Iterable[Mandate], what: str = MANDATES) -> None:
    """Write down that these mandates are shown. Raises RegisterFailure, and then nothing may be shown."""
    await of_persons(context, _held(mandates), what)


async def of_persons(context: Context, people: Iterable[tuple[PersonId, EnterpriseNumber | None]], what: str) -> None:
    """Write down that something of these people is shown; to oneself nothing is disclosed. Raises RegisterFailure."""
    await _write(context.loaders.disclosure, _shown(context, people, what))


async def again(context: Context, shown: Iterable[Shown]) -> None:
    """Write down that all of this is shown again; what this operation wrote down already is not written twice.

    Raises RegisterFailure, and then nothing may be shown.
    """
    written, new = context.loaders.disclosure, dict.fromkeys(shown, True)
    for one, done in written.answered.items():
        if done is True:  # else it could not be written down when it was asked for
            new.pop(one, None)
    if new:
        await context.house.ledger.write(_reader(context, context.moment), tuple(new))
        written.prime_many(new)


async def in_stream(context: Context, mandates: Iterable[Mandate], what: str) -> None:
    """As `of_mandates`, each time and as of this moment: a stream shows the same person again, long after it began."""
    if shown := _shown(context, _held(mandates), what):
        await context.house.ledger.write(_reader(context, context.house.now()), list(shown))


def with_changes(context: Context, changes: Sequence[Change]) -> list[Rows]:
    """To be written with the changes of a request, whose answer shows them; nothing more is written later."""
    mandates = (change.mandate for change in changes if change.mandate is not None)
    shown = _shown(context, _held(mandates), MANDATES)
    return [_reader(context, context.moment).disclosing(list(shown))] if shown else []


def written_with_changes(context: Context, changes: Sequence[Change]) -> None:
    """The transaction of `with_changes` is over: what it wrote need not be written again in this operation."""
    mandates = (change.mandate for change in changes if change.mandate is not None)
    for shown in _shown(context, _held(mandates), MANDATES):
        context.loaders.disclosure.prime(shown, True)


def _held(mandates: Iterable[Mandate]) -> Iterable[tuple[PersonId, EnterpriseNumber]]:
    return ((mandate.person, mandate.enterprise) for mandate in mandates)


def _shown(
    context: Context, people: Iterable[tuple[PersonId, EnterpriseNumber | None]], what: str
) -> dict[Shown, None]:
    """What is written down, each once and in order; nothing for what is shown to oneself."""
    actor = context.actor
    if not isinstance(actor, Citizen):
        return {Shown.of(person, enterprise, what): None for person, enterprise in people}
    return {Shown.of(person, enterprise, what): None for person, enterprise in people if not actor.is_named(person)}


def _reader(context: Context, moment: datetime) -> Reader:
    actor = None if isinstance(context.actor, Anonymous) else reference(context.actor)
    return Reader(actor, Present(moment), context.purpose)


async def _write(disclosure: ByKey[Shown, bool], shown: Iterable[Shown]) -> None:
    for written in await disclosure.load_many(shown):
        if isinstance(written, Exception):
            raise written
