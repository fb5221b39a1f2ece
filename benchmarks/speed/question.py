"""What all servers are asked: a gateway's question, and an appointment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import uuid4

import orjson

ENTITIES = """query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Enterprise {
      enterpriseNumber
      name
      status
      juridicalForm { code label }
      address { street houseNumber postalCode municipality }
      chiefAccessManager { id status validFrom }
      coChiefAccessManagers { id status }
      accessManagers { role status validFrom delegations { domain { code } status validFrom } }
    }
  }
}"""

APPOINT = """mutation ($input: AppointAccessManagerInput!) {
  appointAccessManager(input: $input) {
    __typename
    ... on AppointmentMade { accessManager { role status delegations { status } } }
  }
}"""
"""What is asked back is the same in every answer: no id, no moment."""


def entities(numbers: Sequence[str]) -> bytes:
    """The body of a request for these enterprises."""
    representations = [{"__typename": "Enterprise", "enterpriseNumber": each} for each in numbers]
    return orjson.dumps({"query": ENTITIES, "variables": {"representations": representations}})


def appointments(numbers: Iterator[str], person: str) -> Iterator[bytes]:
    """The bodies of requests that make somebody access manager of two domains, each in the next enterprise."""
    for number in numbers:
        wanted = {
            "enterpriseNumber": number,
            "person": {"nationalNumber": person},
            "domains": ["FINANCE", "ECONOMY"],
            "email": "someone@example.be",
            "idempotencyKey": uuid4().hex,
        }
        yield orjson.dumps({"query": APPOINT, "variables": {"input": wanted}})
