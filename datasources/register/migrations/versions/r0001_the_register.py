"""The register: mandates, the log of changes, and what is written with them.

It names stored types and words, not our classes: a migration outlives the code of its day.
"""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "delegations",
    "mandates",
    "changes",
    "enterprises",
    "head",
    "person_numbers",
    "persons",
    "answers",
    "consultations",
    "acknowledgements",
    "requests",
    "leases",
    "applications",
    "outages",
)
_CAUSE = (
    "REQUEST",
    "PERIOD_REACHED",
    "EXPIRY",
    "DEATH",
    "NUMBER_REPLACED",
    "NUMBER_CANCELLED",
    "ENTERPRISE_CEASED",
    "ENTERPRISE_SUCCEEDED",
)
_TYPE = (
    "CHIEF_APPOINTED",
    "CO_CHIEF_APPOINTED",
    "ACCESS_MANAGER_APPOINTED",
    "APPOINTMENT_ENDED",
    "DELEGATION_GRANTED",
    "DELEGATION_PERIOD_CHANGED",
    "DELEGATION_ENDED",
    "ACCESS_MANAGER_SUSPENDED",
    "ACCESS_MANAGER_REINSTATED",
    "ENTERPRISE_WITHOUT_CHIEF",
)
_AFFILIATION = ("EMPLOYEE", "LEGAL_REPRESENTATIVE", "PARTNER")
_END_REASON = (
    "REPLACED",
    "RESIGNED",
    "DISMISSED",
    "REVOKED",
    "EXPIRED",
    "DECEASED",
    "NUMBER_CANCELLED",
    "ENTERPRISE_CEASED",
    "ENTERPRISE_SUCCEEDED",
)
_ROLE = ("CHIEF", "CO_CHIEF", "DOMAIN")
_STANDING = ("SCHEDULED", "IN_OFFICE", "ENDED")

_APPEND_ONLY = {
    "sqlite": (
        """CREATE TRIGGER changes_never_updated BEFORE UPDATE ON changes
        BEGIN SELECT RAISE(ABORT, 'changes are never altered'); END""",
        """CREATE TRIGGER changes_never_deleted BEFORE DELETE ON changes
        BEGIN SELECT RAISE(ABORT, 'changes are never altered'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION changes_are_never_altered() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'changes are never altered' USING ERRCODE = 'restrict_violation'; END $$""",
        """CREATE TRIGGER changes_never_altered BEFORE UPDATE OR DELETE OR TRUNCATE ON changes
        FOR EACH STATEMENT EXECUTE FUNCTION changes_are_never_altered()""",
    ),
}


def _one_of(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Go up."""
    _mandates()
    _log()
    _persons()
    _what_is_written_with_them()
    _the_service_itself()
    op.execute(
        sa.text(
            "INSERT INTO head (id, epoch, position, hash, outage_revision) VALUES (1, :epoch, 0, :hash, 0)"
        ).bindparams(sa.bindparam("epoch", uuid.uuid4(), sa.Uuid()), sa.bindparam("hash", bytes(32), sa.LargeBinary()))
    )
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Go back."""
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("DROP FUNCTION changes_are_never_altered()"))


def _mandates() -> None:
    """Who may manage what, by enterprise."""
    op.create_table(
        "enterprises",
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("version >= 0", name=op.f("ck_enterprises_version")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_enterprises")),
    )
    op.create_table(
        "mandates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise", sa.String(length=10), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("affiliation", sa.String(length=30), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("appointed_at", sa.BigInteger(), nullable=False),
        sa.Column("appointed_by", sa.String(length=200), nullable=False),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(length=30), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("standing <> 'ENDED' OR ended_at IS NOT NULL", name=op.f("ck_mandates_ended_has_moment")),
        _one_of("mandates", "affiliation", _AFFILIATION),
        _one_of("mandates", "end_reason", _END_REASON),
        _one_of("mandates", "role", _ROLE),
        _one_of("mandates", "standing", _STANDING),
        sa.ForeignKeyConstraint(["enterprise"], ["enterprises.number"], name=op.f("fk_mandates_enterprise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
    )
    op.create_index("ix_mandates_due_at", "mandates", ["due_at"], unique=False, **_where("due_at IS NOT NULL"))
    op.create_index("ix_mandates_enterprise_standing", "mandates", ["enterprise", "standing"], unique=False)
    op.create_index("ix_mandates_person", "mandates", ["person"], unique=False)
    op.create_index(
        "uq_mandates_chief_in_office",
        "mandates",
        ["enterprise"],
        unique=True,
        **_where("role = 'CHIEF' AND standing = 'IN_OFFICE'"),
    )
    op.create_index(
        "uq_mandates_chief_scheduled",
        "mandates",
        ["enterprise"],
        unique=True,
        **_where("role = 'CHIEF' AND standing = 'SCHEDULED'"),
    )
    op.create_index(
        "uq_mandates_person_standing",
        "mandates",
        ["enterprise", "person", "standing"],
        unique=True,
        **_where("standing <> 'ENDED'"),
    )
    op.create_table(
        "delegations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mandate", sa.Uuid(), nullable=False),
        sa.Column("enterprise", sa.String(length=10), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("granted_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(length=30), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("standing <> 'ENDED' OR ended_at IS NOT NULL", name=op.f("ck_delegations_ended_has_moment")),
        _one_of("delegations", "end_reason", _END_REASON),
        _one_of("delegations", "standing", _STANDING),
        sa.ForeignKeyConstraint(["enterprise"], ["enterprises.number"], name=op.f("fk_delegations_enterprise")),
        sa.ForeignKeyConstraint(["mandate"], ["mandates.id"], name=op.f("fk_delegations_mandate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index("ix_delegations_due_at", "delegations", ["due_at"], unique=False, **_where("due_at IS NOT NULL"))
    op.create_index(
        "ix_delegations_enterprise_granted_at_id", "delegations", ["enterprise", "granted_at", "id"], unique=False
    )
    op.create_index("ix_delegations_mandate", "delegations", ["mandate"], unique=False)
    op.create_index(
        "uq_delegations_mandate_domain",
        "delegations",
        ["mandate", "domain"],
        unique=True,
        **_where("standing <> 'ENDED'"),
    )
    op.create_index(
        "uq_delegations_person_domain",
        "delegations",
        ["enterprise", "person", "domain"],
        unique=True,
        **_where("standing <> 'ENDED'"),
    )


def _log() -> None:
    """What happened, in order, and where the order has come to."""
    op.create_table(
        "changes",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise", sa.String(length=10), nullable=False),
        sa.Column("enterprise_version", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=30), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("mandate", sa.Uuid(), nullable=True),
        sa.Column("mandate_ended", sa.Boolean(), nullable=True),
        sa.Column("role", sa.String(length=10), nullable=True),
        sa.Column("domain", sa.String(length=40), nullable=True),
        sa.Column("delegation", sa.Uuid(), nullable=True),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _one_of("changes", "cause", _CAUSE),
        _one_of("changes", "type", _TYPE),
        sa.CheckConstraint("position > 0", name=op.f("ck_changes_position")),
        sa.ForeignKeyConstraint(["enterprise"], ["enterprises.number"], name=op.f("fk_changes_enterprise")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_changes")),
        sa.UniqueConstraint("id", name=op.f("uq_changes_id")),
    )
    op.create_index("ix_changes_mandate_position", "changes", ["mandate", "position"], unique=False)
    op.create_index("uq_changes_enterprise_version", "changes", ["enterprise", "enterprise_version"], unique=True)
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("outage_revision", sa.BigInteger(), nullable=False),
        sa.Column("system_identifier", sa.String(length=40), nullable=True),
        sa.Column("timeline", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_head_one_row")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_head_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head")),
    )


def _persons() -> None:
    """National numbers, encrypted, beside our own names for people."""
    op.create_table(
        "persons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("absorbed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["absorbed_by"], ["persons.id"], name=op.f("fk_persons_absorbed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
    )
    op.create_index("ix_persons_absorbed_by", "persons", ["absorbed_by"], unique=False)
    op.create_table(
        "person_numbers",
        sa.Column("number_index", sa.String(length=64), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["persons.id"], name=op.f("fk_person_numbers_person"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("number_index", name=op.f("pk_person_numbers")),
    )
    op.create_index("ix_person_numbers_key_id", "person_numbers", ["key_id"], unique=False)
    op.create_index("ix_person_numbers_person", "person_numbers", ["person"], unique=False)


def _what_is_written_with_them() -> None:
    """What belongs into the transaction of a request."""
    op.create_table(
        "answers",
        sa.Column("principal", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_answers")),
    )
    op.create_index("ix_answers_expires_at", "answers", ["expires_at"], unique=False)
    op.create_table(
        "consultations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("enterprise", sa.String(length=10), nullable=True),
        sa.Column("purpose", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultations")),
    )
    op.create_index("ix_consultations_at", "consultations", ["at"], unique=False)
    op.create_index("ix_consultations_subject_at_id", "consultations", ["subject", "at", "id"], unique=False)
    op.create_table(
        "acknowledgements",
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_acknowledgements")),
    )
    op.create_table(
        "requests",
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.PrimaryKeyConstraint("first_position", name=op.f("pk_requests")),
    )


def _the_service_itself() -> None:
    """Duties, applications and outages."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "applications",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("domain", sa.String(length=40), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_applications")),
    )
    op.create_index("ix_applications_domain", "applications", ["domain"], unique=False)
    op.create_table(
        "outages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("descriptions", sa.Text(), nullable=False),
        sa.Column("notified", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
        sa.UniqueConstraint("revision", name=op.f("uq_outages_revision")),
    )
