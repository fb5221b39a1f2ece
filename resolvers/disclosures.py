"""What is shown of persons to somebody else is written down first; what cannot be written is not shown."""

from __future__ import annotations

from collections.abc import Iterable

from btb.actors import Citizen
from btb.identifiers import EnterpriseNumber
from btb.mandates import Mandate
from btb.persons import PersonId
from loaders.consultations import Shown
from resolvers.context import Context

MANDATES = "mandates"
NATIONAL_NUMBER = "national number"
FEED = "mandates, in the feed"
DECISION = "whether they may manage access"


async def of_mandates(context: Context, mandates: Iterable[Mandate], what: str = MANDATES) -> None:
    """Write down that these mandates are shown. Raises RegisterFailure, and then nothing may be shown."""
    await of_persons(context, ((mandate.person, mandate.enterprise) for mandate in mandates), what)


async def of_persons(context: Context, people: Iterable[tuple[PersonId, EnterpriseNumber | None]], what: str) -> None:
    """Write down that something of these people is shown; to oneself nothing is disclosed. Raises RegisterFailure."""
    oneself = context.actor.person if isinstance(context.actor, Citizen) else None
    shown = {Shown(person, enterprise, what) for person, enterprise in people if person != oneself}
    if not shown:
        return
    for written in await context.loaders.disclosure.load_many(shown):
        if isinstance(written, Exception):
            raise written
