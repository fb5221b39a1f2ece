"""The whole service on the rehearsal town, and the requests that people make of it.

    koen = await world.appoint_chief("els", "koen")
    assert koen["accessManager"]["role"] == "CHIEF"

A request answers its AppointmentMade or Refusal as it came; people are named by their handle in the town.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasources.rehearsal.service import RehearsalApp
from server.app import Subgraph
from tests.cast import BAKERY, enterprise_of, number_of
from tests.graphql import Answer, Client

MADE = """
fragment Made on AppointmentResult {
  ... on AppointmentMade {
    accessManager {
      id role status validFrom validUntil endReason contact { email phone }
      delegations(statuses: [ACTIVE, SCHEDULED, SUSPENDED, ENDED]) {
        id domain { code } status validFrom validUntil endReason
      }
    }
    enterprise { version }
    changes { id type cause enterpriseVersion effectiveAt recordedAt cursor endReason domain { code } }
    dryRun
    replayed
  }
  ... on Refusal { problems { code path message(language: EN) } }
}
"""

MAY_MANAGE = """
query May($enterprise: EnterpriseNumber!, $person: PersonReference!, $domain: ID!) {
  mayManage(enterpriseNumber: $enterprise, person: $person, domain: $domain) {
    allowed reason explanation(language: EN) enterpriseVersion
    because { __typename ... on AccessManager { id role } ... on Delegation { id domain { code } } }
  }
}
"""

APPOINT_AND_READ = """
mutation Ask($input: AppointChiefAccessManagerInput!) {
  appointChiefAccessManager(input: $input) {
    ... on AppointmentMade {
      accessManager { id status }
      enterprise { version chiefAccessManager { id status } accessManagers { id } }
      dryRun
    }
  }
}
"""

CHART = """
query Chart($enterprise: EnterpriseNumber!) {
  enterprise(enterpriseNumber: $enterprise) {
    version
    chiefAccessManager { id person { id } }
    coChiefAccessManagers { id }
    accessManagers { id role }
    history(first: 200) { changes { id type enterpriseVersion cursor accessManager { id } } hasMore }
  }
}
"""

_TYPES = {
    "appointChiefAccessManager": "AppointChiefAccessManagerInput",
    "appointCoChiefAccessManager": "AppointCoChiefAccessManagerInput",
    "appointAccessManager": "AppointAccessManagerInput",
    "endAppointment": "EndAppointmentInput",
    "revokeDelegation": "RevokeDelegationInput",
    "changeDelegationPeriod": "ChangeDelegationPeriodInput",
    "suspendAccessManager": "SuspendAccessManagerInput",
    "reinstateAccessManager": "ReinstateAccessManagerInput",
}


def mutation(name: str) -> str:
    """The document of one appointment mutation."""
    return f"mutation Ask($input: {_TYPES[name]}!) {{ {name}(input: $input) {{ __typename ...Made }} }}\n{MADE}"


def codes(result: Mapping[str, Any]) -> list[str]:
    """The problems of a refusal, by code; none for what was carried out."""
    return [problem["code"] for problem in result.get("problems", ())]


def person(handle: str) -> dict[str, Any]:
    """A person of the cast, by number."""
    return {"nationalNumber": number_of(handle).digits}


@dataclass
class World:
    """The application as callers meet it, and the town behind it with its switches."""

    app: Subgraph
    ask: Client
    sources: RehearsalApp
    database_url: str

    def token(self, who: str, level: int = 500) -> str:
        """A token of a citizen, by handle, or of a machine client, whose names are in capitals."""
        assert self.app.issuer is not None
        if re.fullmatch(r"[A-Z0-9_]+", who):
            return self.app.issuer.token_for_client(who)
        return self.app.issuer.token_for_person(number_of(who), level)

    async def query(self, who: str, document: str, variables: Mapping[str, Any], *, level: int = 500) -> Answer:
        """One operation, as somebody."""
        return await self.ask.query(document, variables, token=self.token(who, level))

    async def request(self, who: str, name: str, *, level: int = 500, **input: Any) -> dict[str, Any]:
        """One appointment mutation, as somebody; what it answered."""
        answer = await self.query(who, mutation(name), {"input": input}, level=level)
        result: dict[str, Any] = answer.ok[name]
        return result

    async def appoint_chief(self, by: str, whom: str, enterprise: str = BAKERY, **more: Any) -> dict[str, Any]:
        """Appoint a chief."""
        more = {"affiliation": "EMPLOYEE", **more}
        return await self._appoint(by, "appointChiefAccessManager", whom, enterprise, more)

    async def appoint_co_chief(self, by: str, whom: str, enterprise: str = BAKERY, **more: Any) -> dict[str, Any]:
        """Appoint a co-chief."""
        more = {"affiliation": "EMPLOYEE", **more}
        return await self._appoint(by, "appointCoChiefAccessManager", whom, enterprise, more)

    async def appoint_manager(
        self, by: str, whom: str, *domains: str, enterprise: str = BAKERY, **more: Any
    ) -> dict[str, Any]:
        """Appoint an access manager for some domains."""
        return await self._appoint(by, "appointAccessManager", whom, enterprise, {"domains": list(domains), **more})

    async def _appoint(self, by: str, name: str, whom: str, enterprise: str, more: dict[str, Any]) -> dict[str, Any]:
        number = enterprise_of(enterprise).digits
        return await self.request(by, name, **{"enterpriseNumber": number, "person": person(whom), **more})

    async def may(self, whom: str, domain: str, enterprise: str = BAKERY, *, asked_by: str = "OPERATOR") -> Any:
        """May this person manage this domain, and why."""
        asked = {"enterprise": enterprise_of(enterprise).digits, "person": person(whom), "domain": domain}
        return (await self.query(asked_by, MAY_MANAGE, asked)).ok["mayManage"]

    async def chart(self, enterprise: str = BAKERY, *, asked_by: str = "OPERATOR") -> Any:
        """Who is in office, and the enterprise's history."""
        answer = await self.query(asked_by, CHART, {"enterprise": enterprise_of(enterprise).digits})
        return answer.ok["enterprise"]
