"""What public sources leave open about appointments, with the defaults chosen for this service (domain.md 2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class AppointmentPolicy:
    """Settings of the rules.

    `several_managers_per_domain`: two access managers may hold one domain at the same time (R11).
    `co_chiefs_appoint_access_managers`, `co_chiefs_appoint_co_chiefs`, `co_chiefs_replace_chief`: what a co-chief may
    do beside the chief (R12); ending and altering follow appointing.
    `most_co_chiefs`: how many an enterprise may have, scheduled ones included; None for no bound (R7).
    `chief_replacement_ends_co_chiefs`: co-chiefs leave with the chief who is replaced.
    `death_ends_appointments`, `cessation_ends_appointments`: what the sources report ends mandates by itself (R13).
    `chief_assurance`, `other_assurance`: the CSAM level needed to appoint or end a chief, and for all other requests.
    `longest_term`: how long a co-chief or a delegation may last; None for no bound. One without end gets this term.
    `clock_tolerance`: a start that lies no further back than this is now.
    """

    several_managers_per_domain: bool = True
    co_chiefs_appoint_access_managers: bool = True
    co_chiefs_appoint_co_chiefs: bool = False
    co_chiefs_replace_chief: bool = False
    most_co_chiefs: int | None = None
    chief_replacement_ends_co_chiefs: bool = False
    death_ends_appointments: bool = True
    cessation_ends_appointments: bool = True
    chief_assurance: int = 450
    other_assurance: int = 400
    longest_term: timedelta | None = None
    clock_tolerance: timedelta = timedelta(minutes=5)


DEFAULT_POLICY = AppointmentPolicy()
