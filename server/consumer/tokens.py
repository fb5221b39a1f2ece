"""Where the consumer's tokens come from. Each is a function that is called whenever one is needed."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from server.consumer.asking import Denied
from server.rehearsal_issuer.keys import RehearsalKeys
from server.rehearsal_issuer.minting import RehearsalIssuer


def fixed(token: str) -> Callable[[], str]:
    """One token. Raises ValueError where it is no JWT; the function raises Denied once it has expired."""
    claims = token.split(".")[1] if token.count(".") == 2 else ""
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))

    def still() -> str:
        if time.time() >= said.get("exp", float("inf")):
            raise Denied("the token has expired")
        return token

    return still


def from_file(file: Path) -> Callable[[], str]:
    """A file that something else keeps fresh, such as a projected token of Kubernetes; read each time."""
    return lambda: file.read_text().strip()


def from_rehearsal(system: str, keys: Path, lifetime: int) -> Callable[[], str]:
    """Tokens of the rehearsal issuer, a fresh one each time. The function raises BadKeysFile."""

    def token() -> str:
        issuer = RehearsalIssuer(RehearsalKeys.kept(keys))
        return issuer.token_for_client(system, timedelta(seconds=lifetime))

    return token
