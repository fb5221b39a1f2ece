"""The tables of the service itself: duties, confirmations, listeners, applications and outages."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, Uuid

from datasources.register.columns import Moment
from datasources.register.tables import metadata

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("system", String(40), primary_key=True),
    Column("epoch", Uuid, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("acknowledged_at", Moment, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(100), nullable=False),
    Column("until", BigInteger, nullable=False, doc="Microseconds by the database's own clock."),
)

listeners = Table(
    "feed_listeners",
    metadata,
    Column("system", String(40), primary_key=True),
    Column("replica", String(100), primary_key=True),
    Column("until", BigInteger, nullable=False, doc="Microseconds by the database's own clock."),
)

applications = Table(
    "applications",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("names", Text, nullable=False, doc="JSON object from language to name."),
    Column("owner", String(100), nullable=False),
    Column("domain", String(40), nullable=False),
    Column("registered_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
)
Index("ix_applications_domain", applications.c.domain)

outages = Table(
    "outages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("revision", BigInteger, nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("service", String(40), nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment),
    Column("resolved_at", Moment),
    Column("descriptions", Text, nullable=False, doc="JSON object from language to text."),
    Column("notified", Integer, nullable=False),
)
