"""The question of a gateway that all servers are asked."""

from __future__ import annotations

from collections.abc import Sequence

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


def entities(numbers: Sequence[str]) -> bytes:
    """The body of a request for these enterprises."""
    representations = [{"__typename": "Enterprise", "enterpriseNumber": each} for each in numbers]
    return orjson.dumps({"query": ENTITIES, "variables": {"representations": representations}})
