"""Settings of the trade's own rules, where public sources leave them open."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from btb.enterprises import EnterpriseStatus
from datasources.kbo_mirror.source import MirrorOrder
from server.sections import Count, Listed, Seconds, listed, section


class Appointing(BaseSettings):
    """What public sources leave open about appointments: those of `btb.policy.AppointmentPolicy`."""

    model_config = section("BTB_APPOINTING_")

    several_managers_per_domain: bool = Field(True, description="Whether two people may manage one domain at a time.")
    co_chiefs_appoint_access_managers: bool = Field(
        True, description="Whether a co-chief may appoint and end access managers."
    )
    co_chiefs_appoint_co_chiefs: bool = Field(False, description="Whether a co-chief may appoint and end co-chiefs.")
    co_chiefs_replace_chief: bool = Field(False, description="Whether a co-chief may replace the chief.")
    most_co_chiefs: Count | None = Field(None, description="Most co-chiefs of one enterprise. Unset: no bound.")
    chief_replacement_ends_co_chiefs: bool = Field(
        False, description="Whether the co-chiefs leave with a chief who is replaced."
    )
    death_ends_appointments: bool = Field(True, description="Whether a death that the registers report ends mandates.")
    cessation_ends_appointments: bool = Field(True, description="Whether the end of an enterprise ends its mandates.")
    chief_assurance: int = Field(
        450, ge=100, le=500, description="Assurance level of the login that appoints or ends a chief."
    )
    other_assurance: int = Field(400, ge=100, le=500, description="Assurance level of the login for other requests.")
    longest_term_days: Count | None = Field(
        None, description="Longest term of co-chiefs and delegations, and their term where none is asked. Unset: none."
    )
    clock_tolerance: Seconds = Field(300.0, description="How far back a start may lie that still counts as now.")


class Mirror(BaseSettings):
    """The KBO extract in our own database, where `btb kbo import` put one."""

    model_config = section("BTB_MIRROR_")

    order: MirrorOrder = Field(
        MirrorOrder.MIRROR_FIRST,
        description="Who is asked first about what is only read: `mirror-first` or `kbo-first`.",
    )
    fresh_days: Count = Field(45, description="Age up to which an extract is asked first.")
    oldest_days: Count = Field(45, description="Age from which readiness warns of it.")
    kept: int = Field(
        10_000,
        ge=0,
        description=(
            "Enterprises of it kept in memory, per process; each use is first confirmed by the database. 0 keeps none."
        ),
    )


class Representing(BaseSettings):
    """Who represents an enterprise, where public sources leave it open: `btb.representation.RepresentationPolicy`."""

    model_config = section("BTB_REPRESENTING_")

    statuses: Annotated[tuple[EnterpriseStatus, ...], NoDecode, BeforeValidator(listed)] = Field(
        (EnterpriseStatus.ACTIVE,),
        description="Statuses in KBO in which an enterprise can act, with commas.",
    )
    end_day_counts: bool = Field(False, description="Whether a function still represents on its last day.")
    situation_required: bool = Field(
        False, description="Whether nobody represents an enterprise whose juridical situation KBO does not give."
    )
    liquidator_codes: Listed = Field((), description="Function codes that represent in liquidation, with commas.")
    working_partner_forms: Listed = Field(
        (), description="Juridical forms in which a working partner (30000) represents, with commas."
    )
