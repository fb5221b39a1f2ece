"""The composition root: one application out of all rooms."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from datasources.kbo_mirror.status import MirrorWatch
from datasources.rehearsal import Town
from execution.callback import CallbackSubscriptions
from execution.connection import WebSocketSettings
from execution.engine import Engine
from execution.http import GraphQLHttp
from execution.multipart import MultipartSubscription
from execution.sse import ServerSentEvents
from execution.streaming import Streams
from execution.websocket import WebSocketEndpoint
from resolvers.context import House
from schema.subgraph import build_schema
from server import policies
from server.authentication import Authenticator
from server.callback_calls import CallbackCalls
from server.contexts import Contexts, expires_at, joinable, principal, renewed, sharing_key
from server.faults import FaultLog
from server.feed_figures import FeedFigures
from server.health import Check, Live, Ready
from server.house import now, open_house
from server.introspection import Post
from server.issuer_file import read_issuers
from server.issuers import Issuer, trusted
from server.jwks import Fetch, nobody_to_ask
from server.metrics import Metrics
from server.pages import page_routes
from server.plans import compiled
from server.rehearsal_issuer import RehearsalIssuer, RehearsalKeys, rehearsal_issuer_app
from server.settings import Settings
from server.tokens import TokenVerifier

if TYPE_CHECKING:
    from server.tracing import Tracing

log = logging.getLogger("btb.app")

ISSUER_PATH = "/rehearsal-issuer"
GRAPHQL_PATH = "/graphql"


class Subgraph:
    """The ASGI application, and its running subscriptions for whoever shuts it down."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.contexts = Contexts()
        self.callback_calls = CallbackCalls()
        self.traces = traced(settings)
        self.metrics = Metrics() if self.traces is None else self.traces.metrics
        schema = build_schema(allow_test_numbers=settings.test_numbers_allowed)
        self.engine = Engine(
            schema,
            executor=compiled(settings, schema, self.metrics),
            limits=policies.limits(settings),
            policies=policies.operation_policies(settings),
            observers=(self.metrics, FaultLog(), *(() if self.traces is None else (self.traces.spans,))),
            documents=policies.documents(settings),
        )
        self.metrics.watch_turns(self.engine.turns)
        self.streams = Streams(self.engine, renewed, sharing_key=sharing_key, joinable=joinable)
        self.issuer = self._rehearsal_issuer()
        self._town = Town.build() if settings.town_in_process or self.issuer is not None else None
        self._issuers = self._trusted()
        self._house: House | None = None
        self._starlette = Starlette(routes=self._routes(), lifespan=self._lifespan)
        self._starlette.router.redirect_slashes = False
        self._answering: ASGIApp = self._starlette if self.traces is None else self.traces.around(self._starlette)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection; GraphQL needs nothing of what Starlette would do first, and hold meanwhile."""
        direct = self._direct.get(scope["type"]) if self.traces is None and scope.get("path") == GRAPHQL_PATH else None
        await (direct or self._answering)(scope, receive, send)

    def _rehearsal_issuer(self) -> RehearsalIssuer | None:
        settings = self.settings
        if settings.house.issuers is not None or not settings.rehearsing:
            return None
        house = settings.house
        url = f"http://{house.host}:{house.port}{ISSUER_PATH}"
        return RehearsalIssuer(RehearsalKeys.kept(url=url))

    def _routes(self) -> list[Route | Mount | WebSocketRoute]:
        settings, asks = self.settings, self.contexts
        http = GraphQLHttp(
            self.engine,
            asks,
            policies.http_settings(settings),
            streams=(
                CallbackSubscriptions(
                    self.streams,
                    asks,
                    self.callback_calls.post,
                    settings=policies.callbacks(settings),
                    expires_at=expires_at,
                ),
                ServerSentEvents(self.streams, asks, expires_at=expires_at),
                MultipartSubscription(self.streams, asks, expires_at=expires_at),
            ),
        )
        sockets = WebSocketEndpoint(
            self.streams,
            asks,
            expires_at=expires_at,
            principal=principal,
            settings=WebSocketSettings(allowed_origins=frozenset(settings.neighbours.allowed_origins)),
        )
        self._direct: Mapping[str, ASGIApp] = {"http": http, "websocket": sockets}
        routes: list[Route | Mount | WebSocketRoute] = [
            Route(GRAPHQL_PATH, http),
            WebSocketRoute(GRAPHQL_PATH, sockets),
            Route("/health/live", Live()),
            Route("/health/ready", Ready(self._checks())),
            Route("/metrics", self.metrics),
            *page_routes(graphiql=settings.graphiql_shown, rehearsal=settings.rehearsing),
        ]
        if self.issuer is not None and self._town is not None:
            routes.append(Mount(ISSUER_PATH, rehearsal_issuer_app(self.issuer, self._town, now)))
        return routes

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            house = self._house = await stack.enter_async_context(open_house(self.settings, self.metrics, self._town))
            FeedFigures(house, self.metrics)
            if self.traces is not None:
                stack.callback(self.traces.close)
            if self.settings.callbacks.origins:
                await stack.enter_async_context(self.callback_calls.open())
            verifier = TokenVerifier.of(self._issuers, *await self._issuers_asked(stack), now)
            stack.push_async_callback(verifier.close)
            self.contexts.open(house, self._authenticator(house, verifier))
            settle_garbage()
            yield

    async def _issuers_asked(self, stack: AsyncExitStack) -> tuple[Fetch, Post]:
        """How issuers are asked; nobody can be where all keys are at hand, and then no HTTP client is imported."""
        if not any(issuer.asked for issuer in self._issuers):
            return nobody_to_ask, nobody_to_ask
        from server.issuer_calls import IssuerCalls

        calls = await stack.enter_async_context(IssuerCalls.open())
        return calls.fetch, calls.post

    def _trusted(self) -> tuple[Issuer, ...]:
        """Whose tokens are believed; read before anything listens, so that a mistake stops the start."""
        named = self.settings.house.issuers
        real = () if named is None else read_issuers(named)
        return trusted(real, () if self.issuer is None else self.issuer.trusted())

    def _authenticator(self, house: House, verifier: TokenVerifier) -> Authenticator:
        return Authenticator(
            verifier,
            house.directory.identities,
            allow_test_numbers=self.settings.test_numbers_allowed,
            on_refusal=self.metrics.not_let_in,
        )

    def _checks(self) -> list[Check]:
        return [
            Check("database", self._database_answers),
            Check("KBO extract", self._extract_is_fresh, needed=False),
        ]

    async def _extract_is_fresh(self) -> None:
        assert self._house is not None
        oldest = timedelta(days=self.settings.mirror.oldest_days)
        await MirrorWatch(self._house.database, now, oldest, self.metrics.extract_in_use).look()

    async def _database_answers(self) -> None:
        assert self._house is not None
        async with self._house.database.reading() as session:
            await session.execute(text("SELECT 1"))


def settle_garbage() -> None:
    """What is here now stays, and is not looked through again; answers die young without any cycle among them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


def traced(settings: Settings) -> Tracing | None:
    """Spans, where an exporter is named; OpenTelemetry takes a tenth of a second to import. Raises UnknownExporter."""
    if settings.traces.exporter is None:
        return None
    from server.tracing import Tracing

    return Tracing.to(settings.traces.exporter, settings.traces.share)


def create_app(settings: Settings) -> Subgraph:
    """The application for these settings. Raises IssuerMistakes, SchemaFault, UnknownExporter."""
    return Subgraph(settings)
