"""The questions that `/graphiql` opens with. Each works on the rehearsal town as it stands; the first is shown first.

A question may carry variables and headers; a header is where a token goes, `{"authorization": "Bearer …"}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Question:
    """A saved question: a GraphQL document whose operation's name is the name of its tab."""

    query: str
    variables: str = "{}"


QUESTIONS: Final = (
    Question(
        """# Three enterprises at once, each asked at most once of KBO.
query Enterprises($numbers: [EnterpriseNumber!]!) {
  enterprises(enterpriseNumbers: $numbers) {
    enterpriseNumber
    name(language: NL)
    status
    kind
    juridicalForm { code label(language: NL) }
    source { source readAt stale }
  }
}
""",
        '{ "numbers": ["0000000196", "0000000295", "0000000394"] }',
    ),
    Question(
        """# The domains of government, and the systems that open their doors.
query Domains {
  domains {
    code
    nl: name(language: NL)
    fr: name(language: FR)
    de: name(language: DE)
    accessManagementSystems { code owner }
  }
}
"""
    ),
    Question(
        """# The same enterprise as another subgraph's gateway asks for it.
query AsAGatewayAsks($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Enterprise { enterpriseNumber name status }
  }
}
""",
        '{ "representations": [{ "__typename": "Enterprise", "enterpriseNumber": "0000000196" }] }',
    ),
)
