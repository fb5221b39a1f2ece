"""How an application is put on a port: uvicorn, without the parts that say who we are or write what we do not want."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp

from execution.streaming import Streams
from execution.uvicorn_http import LendingHttpProtocol
from execution.uvicorn_sockets import DrainingServer, LendingProtocol
from server.settings import Settings


def listen(
    app: ASGIApp,
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    streams: Streams | None = None,
) -> None:
    """Serve until a signal says stop; requests under way are given their grace, and `streams` their last word."""
    serving, proxies = settings.serving, settings.neighbours.trusted_proxies
    config = uvicorn.Config(
        app,
        host=settings.house.host if host is None else host,
        port=settings.house.port if port is None else port,
        loop="uvloop",
        http=LendingHttpProtocol,
        ws=LendingProtocol,
        ws_max_size=settings.limits.body_bytes,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        limit_concurrency=serving.connections,
        timeout_keep_alive=max(1, round(serving.keep_alive)),
        timeout_graceful_shutdown=max(1, round(serving.grace)),
    )
    server = uvicorn.Server(config) if streams is None else DrainingServer(config, streams, serving.grace)
    server.run()
