"""Calls to issuers, over a real loopback connection: small answers of status 200 only, never redirected."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from server.issuer_calls import IssuerCalls
from server.jwks import IssuerUnreachable


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async def good(request: web.Request) -> web.Response:
        return web.json_response(dict(await request.post()))

    async def elsewhere(request: web.Request) -> web.Response:
        raise web.HTTPFound("/good")

    async def large(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 300_000)

    async def broken(request: web.Request) -> web.Response:
        return web.Response(status=503)

    app = web.Application()
    for path, answer in (("good", good), ("elsewhere", elsewhere), ("large", large), ("broken", broken)):
        app.router.add_route("*", f"/{path}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_good_answer_is_read(url: str) -> None:
    async with IssuerCalls.open() as calls:
        assert await calls.fetch(f"{url}/good") == b"{}"
        assert await calls.post(f"{url}/good", {"token": "a b"}, {"accept": "application/json"}) == b'{"token": "a b"}'


@pytest.mark.parametrize("path", ["elsewhere", "large", "broken", "nowhere"])
async def test_any_other_answer_is_none(url: str, path: str) -> None:
    async with IssuerCalls.open() as calls:
        with pytest.raises(IssuerUnreachable):
            await calls.fetch(f"{url}/{path}")


async def test_a_closed_port_is_an_issuer_out_of_reach() -> None:
    async with IssuerCalls.open() as calls:
        with pytest.raises(IssuerUnreachable):
            await calls.fetch("http://127.0.0.1:9/keys")
