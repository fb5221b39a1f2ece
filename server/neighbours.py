"""Pages elsewhere from which a browser may ask us (CORS): those of the settings, and no others."""

from __future__ import annotations

from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from execution.http import HttpSettings
from server.contexts import PURPOSE
from server.settings import Settings

_ASKED_WITH: Final = (
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "traceparent",
    "tracestate",
    "x-request-id",
    "apollographql-client-name",
    "apollographql-client-version",
    "graphql-client-name",
    PURPOSE,
)
_REMEMBERED: Final = 600


def open_to_neighbours(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The application, which tells browsers from which pages it may be asked. No cookies: callers send tokens."""
    origins = settings.neighbours.allowed_origins
    if not origins:
        return app
    asking = HttpSettings()
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "POST"),
        allow_headers=(*_ASKED_WITH, asking.cost_header, *asking.preflight_headers),
        expose_headers=("x-request-id", "retry-after"),
        max_age=_REMEMBERED,
    )
