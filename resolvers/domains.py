"""What is asked about domains, and the systems and applications in them. Public: they name nobody."""

from __future__ import annotations

from btb.domains import Attestation, Domain
from btb.enterprises import Language
from btb.systems import AccessManagementSystem
from resolvers.context import Context


def domain(context: Context, code: str) -> Domain | None:
    """The domain with this code, None for an unknown one."""
    return context.house.domains.find(code)


def domains(context: Context) -> tuple[Domain, ...]:
    """All of them, in their official order."""
    return tuple(context.house.domains)


def systems(context: Context) -> tuple[AccessManagementSystem, ...]:
    """Every access-management system."""
    return tuple(context.house.systems)


def system(context: Context, code: str) -> AccessManagementSystem | None:
    """The system with this code, None for an unknown one."""
    return context.house.systems.find(code)


def systems_serving(context: Context, domain: str) -> tuple[AccessManagementSystem, ...]:
    """The systems that grant access in one domain."""
    return tuple(system for system in context.house.systems if domain in system.domains)


def domains_served(context: Context, system: AccessManagementSystem) -> tuple[Domain, ...]:
    """The domains one system serves, in their official order."""
    return tuple(domain for domain in context.house.domains if domain.code in system.domains)


def recorded_domain(context: Context, code: str) -> Domain:
    """The domain a recorded delegation names; one that was withdrawn from the data since keeps its code as its name."""
    return context.house.domains.find(code) or Domain(code, dict.fromkeys(Language, code), Attestation.RECONSTRUCTED)
