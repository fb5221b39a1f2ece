"""The questions that `/graphiql` opens with. Each works on the rehearsal town as it stands; the first is shown first.

The first carries no variables: GraphiQL 4 shows those of its first tab only once another was chosen. A token goes under
Headers, as `{"authorization": "Bearer …"}`.
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
query Enterprises {
  enterprises(enterpriseNumbers: ["0000000196", "0000000295", "0000000394"]) {
    enterpriseNumber
    name(language: NL)
    status
    kind
    juridicalForm { code label(language: NL) }
    source { source readAt stale }
  }
}
"""
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
