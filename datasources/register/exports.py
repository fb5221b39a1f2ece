"""Everything the register holds about mandates, enterprise by enterprise: each as it stood at one moment."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import select

from btb.chart import Chart
from btb.identifiers import EnterpriseNumber
from datasources.register.charts import charts
from datasources.register.database import Database
from datasources.register.tables import enterprises

_PAGE = 200


async def every_chart(database: Database) -> AsyncIterator[Chart]:
    """Every enterprise that has a history, by number; ended mandates included. Others may write meanwhile."""
    after = EnterpriseNumber("")
    while True:
        statement = select(enterprises.c.number).where(enterprises.c.number > after, enterprises.c.version > 0)
        async with database.reading() as session:
            numbers = (await session.scalars(statement.order_by(enterprises.c.number).limit(_PAGE))).all()
            found = await charts(session, numbers, full=True)
        if not numbers:
            return
        for number in numbers:
            yield found[number]
        after = numbers[-1]
