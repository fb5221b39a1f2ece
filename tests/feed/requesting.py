"""Writes changes as citizens do: requests to the service, each sent again under its key until it is answered."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp

from server.rehearsal_issuer import RehearsalIssuer
from tests.cast import enterprise_of, number_of

REPRESENTATIVES = (("els", "bakkerij"), ("pierre", "brouwerij"), ("pierre", "imprimerie"), ("jan", "vervoer"))
CHIEFS = ("koen", "lien", "nadia", "tom")
APPOINT = """mutation Appoint($input: AppointChiefAccessManagerInput!) { appointChiefAccessManager(input: $input) {
  __typename ... on AppointmentMade { changes { id } } ... on Refusal { problems { code } }
} }"""
_EXPECTED = {"ALREADY_APPOINTED", "VERSION_CONFLICT", "INVALID_PERIOD"}


@dataclass
class Requester:
    """A representative who replaces the chief of an enterprise over and over.

    `acknowledged` are the ids of the changes that the service said it has made.
    """

    url: str
    issuer: RehearsalIssuer
    seed: int
    acknowledged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        by, self._enterprise = REPRESENTATIVES[self.seed % len(REPRESENTATIVES)]
        self._token = self.issuer.token_for_person(number_of(by), 500)

    async def write(self, pause: float) -> None:
        """Until cancelled."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
            for key in count():
                self.acknowledged += await self._appointed(session, f"{self.seed} {key}")
                await asyncio.sleep(self._random.uniform(0, 2 * pause))

    async def _appointed(self, session: aiohttp.ClientSession, key: str) -> list[str]:
        input = {
            "enterpriseNumber": enterprise_of(self._enterprise).digits,
            "person": {"nationalNumber": number_of(self._random.choice(CHIEFS)).digits},
            "affiliation": "EMPLOYEE",
            "idempotencyKey": key,
        }
        while True:
            answer = await self._answer(session, {"query": APPOINT, "variables": {"input": input}})
            if answer is None:
                await asyncio.sleep(0.05)  # nobody listens: as a client does, a moment later
                continue
            made = answer["data"]["appointChiefAccessManager"]
            problems = {problem["code"] for problem in made.get("problems", ())}
            assert problems <= _EXPECTED, problems
            return [change["id"] for change in made.get("changes", ())]

    async def _answer(self, session: aiohttp.ClientSession, body: dict[str, Any]) -> dict[str, Any] | None:
        """None where the request must be sent again."""
        try:
            async with session.post(
                self.url, json=body, headers={"authorization": f"Bearer {self._token}"}
            ) as response:
                answer: dict[str, Any] = await response.json(content_type=None)
        except (aiohttp.ClientError, OSError, ValueError):
            return None
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes <= {"RETRYABLE", "UNAVAILABLE", "SOURCE_UNAVAILABLE", "DEADLINE_EXCEEDED"}, codes
        return None if codes else answer
