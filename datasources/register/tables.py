"""Every table, index and constraint by name. Migrations are written against this, and a test holds the two together."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from btb.changes import ChangeCause, ChangeType
from btb.mandates import AccessManagerRole, Affiliation, EndReason, Standing
from datasources.register.columns import ActorColumn, Moment, Number

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _unique(name: str, table: Table, columns: tuple[str, ...], where: str) -> Index:
    """A unique index over some rows: what counting could not promise while two write at once."""
    return Index(
        name, *(table.c[c] for c in columns), unique=True, sqlite_where=text(where), postgresql_where=text(where)
    )


def _due(table: Table) -> Index:
    where = text("due_at IS NOT NULL")
    return Index(f"ix_{table.name}_due_at", table.c.due_at, sqlite_where=where, postgresql_where=where)


enterprises = Table(
    "enterprises",
    metadata,
    Column("number", Number, primary_key=True),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("version >= 0", name="version"),
)

mandates = Table(
    "mandates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("enterprise", Number, ForeignKey("enterprises.number"), nullable=False),
    Column("person", Uuid, nullable=False),
    Column("role", String(10), nullable=False),
    Column("affiliation", String(30)),
    Column("email", String(320)),
    Column("phone", String(20)),
    Column("standing", String(10), nullable=False),
    Column("valid_from", Moment, nullable=False),
    Column("valid_until", Moment),
    Column("appointed_at", Moment, nullable=False),
    Column("appointed_by", ActorColumn, nullable=False),
    Column("suspended_at", Moment),
    Column("ended_at", Moment),
    Column("end_reason", String(30)),
    Column("due_at", Moment, doc="The next moment at which time alone changes this mandate."),
    _one_of("role", AccessManagerRole),
    _one_of("affiliation", Affiliation),
    _one_of("standing", Standing),
    _one_of("end_reason", EndReason),
    CheckConstraint("standing <> 'ENDED' OR ended_at IS NOT NULL", name="ended_has_moment"),
)
Index("ix_mandates_enterprise_standing", mandates.c.enterprise, mandates.c.standing)
Index("ix_mandates_person", mandates.c.person)
_due(mandates)
_unique("uq_mandates_chief_in_office", mandates, ("enterprise",), "role = 'CHIEF' AND standing = 'IN_OFFICE'")
_unique("uq_mandates_chief_scheduled", mandates, ("enterprise",), "role = 'CHIEF' AND standing = 'SCHEDULED'")
_unique("uq_mandates_person_standing", mandates, ("enterprise", "person", "standing"), "standing <> 'ENDED'")

delegations = Table(
    "delegations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("mandate", Uuid, ForeignKey("mandates.id"), nullable=False),
    Column("enterprise", Number, ForeignKey("enterprises.number"), nullable=False),
    Column("person", Uuid, nullable=False),
    Column("domain", String(40), nullable=False),
    Column("standing", String(10), nullable=False),
    Column("valid_from", Moment, nullable=False),
    Column("valid_until", Moment),
    Column("granted_at", Moment, nullable=False),
    Column("granted_by", ActorColumn, nullable=False),
    Column("ended_at", Moment),
    Column("end_reason", String(30)),
    Column("due_at", Moment, doc="The next moment at which time alone changes this delegation."),
    _one_of("standing", Standing),
    _one_of("end_reason", EndReason),
    CheckConstraint("standing <> 'ENDED' OR ended_at IS NOT NULL", name="ended_has_moment"),
)
Index("ix_delegations_mandate", delegations.c.mandate)
Index("ix_delegations_enterprise_granted_at_id", delegations.c.enterprise, delegations.c.granted_at, delegations.c.id)
_due(delegations)
_unique("uq_delegations_mandate_domain", delegations, ("mandate", "domain"), "standing <> 'ENDED'")
_unique("uq_delegations_person_domain", delegations, ("enterprise", "person", "domain"), "standing <> 'ENDED'")

changes = Table(
    "changes",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False, unique=True),
    Column("enterprise", Number, ForeignKey("enterprises.number"), nullable=False),
    Column("enterprise_version", BigInteger, nullable=False),
    Column("type", String(40), nullable=False),
    Column("cause", String(30), nullable=False),
    Column("person", Uuid),
    Column("mandate", Uuid),
    Column("mandate_ended", Boolean),
    Column("role", String(10)),
    Column("domain", String(40)),
    Column("delegation", Uuid),
    Column("effective_at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", ActorColumn, nullable=False),
    Column("payload", Text, nullable=False, doc="Everything the feed says, as canonical JSON."),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False, doc="SHA-256 of previous_hash and payload."),
    _one_of("type", ChangeType),
    _one_of("cause", ChangeCause),
    CheckConstraint("position > 0", name="position"),
)
Index("uq_changes_enterprise_version", changes.c.enterprise, changes.c.enterprise_version, unique=True)
Index("ix_changes_mandate_position", changes.c.mandate, changes.c.position)

head = Table(
    "head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Uuid, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False, doc="Hash of the change at this position."),
    Column("outage_revision", BigInteger, nullable=False),
    Column("system_identifier", String(40), doc="Which database cluster this is, where the engine says so."),
    Column("timeline", BigInteger, doc="The cluster's history line: it changes with a promotion or a restore."),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("position >= 0", name="position"),
)

persons = Table(
    "persons",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("first_seen", Moment, nullable=False),
    Column("absorbed_by", Uuid, ForeignKey("persons.id"), doc="Set where two ids turned out to be one person."),
    Column("unsettled_until", Moment, doc="Until when mandates may still come to stand under an absorbed id."),
)
Index("ix_persons_absorbed_by", persons.c.absorbed_by)
_unsettled = text("unsettled_until IS NOT NULL")
Index("ix_persons_unsettled_until", persons.c.unsettled_until, sqlite_where=_unsettled, postgresql_where=_unsettled)

person_numbers = Table(
    "person_numbers",
    metadata,
    Column(
        "number_index", String(64), primary_key=True, doc="HMAC-SHA-256 of the number under the index key, hexadecimal."
    ),
    Column("ciphertext", LargeBinary, nullable=False, doc="Nonce, then AES-256-GCM of the number."),
    Column("key_id", String(40), nullable=False),
    Column("person", Uuid, ForeignKey("persons.id", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("current", Boolean, nullable=False),
    Column("first_seen", Moment, nullable=False),
)
Index("ix_person_numbers_person", person_numbers.c.person)
Index("ix_person_numbers_key_id", person_numbers.c.key_id)

answers = Table(
    "answers",
    metadata,
    Column("principal", String(200), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
Index("ix_answers_expires_at", answers.c.expires_at)

consultations = Table(
    "consultations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("actor", ActorColumn, nullable=False),
    Column("what", String(200), nullable=False),
    Column("enterprise", Number),
    Column("purpose", String(400)),
)
Index("ix_consultations_subject_at_id", consultations.c.subject, consultations.c.at, consultations.c.id)
Index("ix_consultations_at", consultations.c.at)

requests = Table(
    "requests",
    metadata,
    Column("first_position", BigInteger, primary_key=True, autoincrement=False),
    Column("last_position", BigInteger, nullable=False),
    Column("evidence", Text, nullable=False, doc="JSON: what the sources said, and when."),
    Column("note", String(1000), doc="Why, in the words of whoever asked."),
)
