"""From settings to the policies of the rooms below: one function for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from starlette.types import ASGIApp

from btb.actors import Client, Scope
from btb.policy import AppointmentPolicy
from btb.representation import RepresentationPolicy
from datasources.answers import AnswerPolicy
from datasources.kbo_mirror.source import MirrorPolicy
from datasources.magda.settings import ClientCertificate, MagdaSettings, Signing
from datasources.outages import OutagePolicy
from datasources.register.database import Patience
from execution.hooks import Policies, free
from execution.http import HttpSettings
from execution.limits import Limits
from execution.persisted import DocumentsAsSent, DocumentSource, PersistedQueries, TrustedDocuments, manifest
from execution.receiver import CallbackSettings
from resolvers.context import Context, uncounted
from schema import errors
from server.gateway import CertificateHeader, GatewayProof, Proof, SignedExtension, SignedRequest
from server.settings import Settings, WrongSettings
from server.spending import CostBudget


def magda_settings(settings: Settings, base_url: str) -> MagdaSettings:
    """How MAGDA is asked; `base_url` stands in where the town answers in process."""
    magda = settings.magda
    certificate, key = magda.client_certificate, magda.client_key
    signing_key, signing_certificate = magda.signing_key, magda.signing_certificate
    return MagdaSettings(
        base_url=magda.url or base_url,
        enterprises_url=magda.enterprises_url,
        functions_url=magda.functions_url,
        persons_url=magda.persons_url,
        registration_url=magda.registration_url,
        sender=magda.sender,
        capacity=magda.capacity,
        outages=outage_policy(settings),
        chunk=magda.chunk,
        maximum_answer=magda.maximum_answer,
        client_certificate=ClientCertificate(certificate, key) if certificate and key else None,
        authorities=magda.authorities,
        signing=Signing(signing_key, signing_certificate, magda.signing_algorithm)
        if signing_key and signing_certificate
        else None,
        allow_test_numbers=settings.test_numbers_allowed,
        persons_source=magda.persons_source,
        register_persons=magda.register_persons,
    )


def outage_policy(settings: Settings) -> OutagePolicy:
    """How patient we are with each service; a rate of 0 is no pace at all, and the town in process needs none."""
    magda = settings.magda
    return OutagePolicy(
        deadline=magda.deadline,
        concurrency=magda.concurrency,
        rate=None if settings.town_in_process else magda.rate or None,
        longest_wait=magda.longest_wait,
        failures_to_open=magda.failures_to_open,
        open_seconds=magda.open_seconds,
    )


def answer_policy(settings: Settings) -> AnswerPolicy:
    """How long answers of the sources are kept."""
    cache = settings.cache
    return AnswerPolicy(cache.entries, cache.seconds, cache.stale_seconds)


def patience(settings: Settings) -> Patience:
    """How long we wait for our database."""
    register = settings.register
    return Patience(register.readers, register.writers, register.waiting, register.statement)


def limits(settings: Settings) -> Limits:
    """What one operation may ask."""
    return Limits(**settings.limits.model_dump(exclude={"body_bytes", "json_depth", "cost_per_minute"}))


def http_settings(settings: Settings) -> HttpSettings:
    """What is read of a request."""
    return HttpSettings(
        body_bytes=settings.limits.body_bytes,
        json_depth=settings.limits.json_depth,
        queries_by_get=settings.documents.by_get,
    )


def documents(settings: Settings) -> DocumentSource:
    """Where a document's text comes from: the request, what was sent before, a manifest. Raises WrongSettings."""
    said = settings.documents
    sent = PersistedQueries(said.persisted) if said.persisted else DocumentsAsSent()
    if said.trusted is None:
        return sent
    try:
        trusted = manifest(said.trusted)
    except ValueError:
        raise WrongSettings((("BTB_DOCUMENTS_TRUSTED", "The file is no manifest of documents."),)) from None
    return TrustedDocuments(trusted, only=said.trusted_only, others=sent)


def operation_policies(settings: Settings) -> Policies:
    """Who may read the schema, and how our own exceptions are told."""
    said = settings.documents.introspection
    open_to_all = said if said is not None else settings.rehearsing or settings.gateway_proves_itself

    def may_look(context: Context) -> bool:
        return open_to_all or (isinstance(context.actor, Client) and Scope.OPERATE in context.actor.scopes)

    def may_trace(context: Context) -> bool:
        return settings.gateway_proves_itself

    per_minute = settings.limits.cost_per_minute
    return Policies(
        introspection=may_look,
        service=may_look,
        trace=may_trace,
        spend=CostBudget(per_minute).spent_by if per_minute else free,
        translate=errors.translate,
    )


def callbacks(settings: Settings) -> CallbackSettings:
    """To which gateways events are posted."""
    said = settings.callbacks
    return CallbackSettings(frozenset(said.origins), said.subscriptions)


def guarded(
    app: ASGIApp,
    settings: Settings,
    now: Callable[[], datetime],
    refused: Callable[[Iterable[str]], None] = uncounted,
) -> ASGIApp:
    """The application, behind the proof that a request came through the gateway, where one is asked for."""
    gateway = settings.gateway
    proofs: list[Proof] = []
    if gateway.certificate_header:
        proofs.append(CertificateHeader(gateway.certificate_header, gateway.certificates))
    if gateway.secrets:
        secrets = [secret.get_secret_value().encode() for secret in gateway.secrets]
        signed = gateway.signature == "extension"
        proofs.append(SignedExtension(secrets) if signed else SignedRequest(secrets, now))
    if not proofs:
        return app
    return GatewayProof(
        app,
        proofs,
        ["/graphql"],
        largest_body=settings.limits.body_bytes,
        on_refusal=partial(refused, ("UNAUTHENTICATED",)),
    )


def appointment_policy(settings: Settings) -> AppointmentPolicy:
    """What public sources leave open about appointments."""
    said = settings.appointing
    days = said.longest_term_days
    return AppointmentPolicy(
        **said.model_dump(exclude={"longest_term_days", "clock_tolerance"}),
        longest_term=None if days is None else timedelta(days=days),
        clock_tolerance=timedelta(seconds=said.clock_tolerance),
    )


def mirror_policy(settings: Settings) -> MirrorPolicy:
    """Who is asked first, KBO or the extract at hand."""
    said = settings.mirror
    return MirrorPolicy(said.order, timedelta(days=said.fresh_days), said.kept)


def representation_policy(settings: Settings) -> RepresentationPolicy:
    """Who represents an enterprise, where public sources leave it open."""
    said = settings.representing
    return RepresentationPolicy(
        statuses=frozenset(said.statuses),
        end_day_counts=said.end_day_counts,
        situation_required=said.situation_required,
        liquidator_codes=frozenset(said.liquidator_codes),
        working_partner_forms=frozenset(said.working_partner_forms),
    )
