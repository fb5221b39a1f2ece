"""Several replicas of one service: one database, one set of keys, one issuer whom all believe."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from server.rehearsal_issuer.keys import RehearsalKeys
from tests.feed.running import Server, serving

_ISSUERS = """
[[issuer]]
issuer = "{url}"
kind = "citizen"
audience = "btb"
algorithms = ["ES256"]
typ = "at+jwt"
jwks = "jwks.json"
max_lifetime = 43200

[issuer.claims]
national_number = "egovNRN"
assurance = "acr"

[issuer.claims.assurance_levels]
"urn:be:fedict:iam:fas:Level500" = 500

[[issuer]]
issuer = "{url}"
kind = "client"
audience = "btb-systems"
algorithms = ["ES256"]
typ = "at+jwt"
jwks = "jwks.json"
max_lifetime = 43200

[issuer.claims]
client = "client_id"
scopes = "scope"
system = "system"
owner = "owner"
"""


def believed(folder: Path) -> Path:
    """The file of issuers for replicas that live in this folder."""
    keys = RehearsalKeys.kept(folder / ".local" / "rehearsal-issuer.json")
    (folder / "jwks.json").write_text(json.dumps(keys.public()))
    file = folder / "issuers.toml"
    file.write_text(_ISSUERS.format(url=keys.url))
    return file


@asynccontextmanager
async def replicas(folder: Path, url: str, count: int, **settings: str) -> AsyncIterator[list[Server]]:
    """So many, each on a port of its own."""
    issuers = str(believed(folder))
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(serving(folder, url, BTB_ISSUERS=issuers, **settings)) for _ in range(count)
        ]
