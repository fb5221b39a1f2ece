"""A reader of the feed hears of the domains that its system serves, and of no others, in whatever it is shown."""

from __future__ import annotations

from btb.actors import Scope
from btb.mandates import AccessManagerRole, Mandate
from resolvers import changes, snapshots
from tests.review.asking import client, context_of
from tests.schema.world import World


async def test_a_reader_without_a_system_hears_of_no_access_manager(world: World) -> None:
    """A client without a system serves nothing: it must not see more than the systems do."""
    await world.staff_bakkerij()
    context = context_of(world, client(Scope.FEED_READ))
    asked = changes.wanted(context, None, None, None, None)
    page = await changes.page(context, None, 500, asked)
    taken = await snapshots.snapshot(context, asked, 500, None)
    shown = [*taken.mandates, *(each.mandate for each in page.changes if each.mandate is not None)]
    assert shown
    assert AccessManagerRole.DOMAIN not in {each.role for each in shown}


async def test_what_others_serve_is_left_out_of_a_mandate_too(world: World) -> None:
    await world.staff_bakkerij()
    await world.appoint("appointAccessManager", "koen", "tom", domains=["SOCIAL_SECURITY"])
    context = context_of(world, client(Scope.FEED_READ, system="UMAN"))
    served = context.house.systems.find("UMAN")
    assert served is not None
    assert "FINANCE" not in served.domains
    asked = changes.wanted(context, None, None, None, None)
    page = await changes.page(context, None, 500, asked)
    taken = await snapshots.snapshot(context, asked, 500, None)
    shown: list[Mandate] = [*taken.mandates, *(each.mandate for each in page.changes if each.mandate is not None)]
    domains = {delegation.domain for mandate in shown for delegation in mandate.delegations}
    assert domains == {"SOCIAL_SECURITY"}


async def test_what_others_serve_is_left_out_of_history_too(world: World) -> None:
    await world.staff_bakkerij()
    await world.appoint("appointAccessManager", "koen", "tom", domains=["SOCIAL_SECURITY"])
    context = context_of(world, client(Scope.MANDATES_READ, system="UMAN"))
    (page,) = await changes.histories(context, [world.town.enterprise("bakkerij").number], 100, None)
    assert isinstance(page, changes.Page)
    mandates = [each.mandate for each in page.changes if each.mandate is not None]
    domains = {delegation.domain for mandate in mandates for delegation in mandate.delegations}
    assert domains == {"SOCIAL_SECURITY"}
