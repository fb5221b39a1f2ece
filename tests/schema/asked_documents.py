"""What is asked of enterprises again and again: documents that hold every field that may be kept, and others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

LANGUAGES = ("", "fr", "de;q=0.8", "en")
DOMAINS = ("FINANCE", "SOCIAL_SECURITY", "ECONOMY", "HEALTH_CARE", "NOTHING")


@dataclass(frozen=True)
class Asked:
    """One request."""

    name: str
    document: str
    variables: dict[str, Any]
    kept: bool

    def __str__(self) -> str:
        return f"{self.name} {self.variables}"


@dataclass(frozen=True)
class Document:
    """A document about enterprises. `more` gives its other variables; `kept` says whether its answers may be."""

    name: str
    fields: str
    more: Mapping[str, tuple[str, Callable[[Random], Any]]] = field(default_factory=dict)
    kept: bool = True

    @property
    def text(self) -> str:
        variables = "".join(f", ${name}: {type_}" for name, (type_, _) in self.more.items())
        entities = f"_entities(representations: $of) {{ __typename ... on Enterprise {{ {self.fields} }} {OTHERS} }}"
        return f"query ($of: [_Any!]!{variables}) {{ found: {entities} }}"

    def about(self, representations: Sequence[Mapping[str, Any]], chance: Random) -> Asked:
        """The request with these representations."""
        given = {name: value(chance) for name, (_, value) in self.more.items()}
        left = {name: value for name, value in given.items() if value is not LEFT_OUT}
        return Asked(self.name, self.text, {"of": list(representations), **left}, self.kept)


LEFT_OUT = object()
OTHERS = "... on AccessManager { id role } ... on Domain { code }"
ACTOR = "{ kind client person { id } }"
DELEGATION = (
    f"{{ id domain {{ code name }} status validFrom validUntil grantedAt grantedBy {ACTOR} endedAt endReason }}"
)


def _one_of(*values: Any) -> Callable[[Random], Any]:
    return lambda chance: chance.choice(values)


DOCUMENTS = (
    Document(
        "facts",
        "enterpriseNumber name french: name(language: FR) status kind juridicalForm { code label "
        "german: label(language: DE) } juridicalSituation { code label } startDate address { street houseNumber box "
        "postalCode municipality countryCode } source { source readAt stale }",
    ),
    Document("name in a language", "name(language: $language)", {"language": ("Language", _one_of("NL", "FR", None))}),
    Document(
        "as the benchmark asks",
        "enterpriseNumber name status juridicalForm { code label } address { street houseNumber postalCode municipality"
        " } chiefAccessManager { id status validFrom } coChiefAccessManagers { id status } accessManagers { role status"
        " validFrom delegations { domain { code } status validFrom } }",
    ),
    Document(
        "everybody in office",
        f"version accessManagers {{ id person {{ id }} role affiliation contact {{ email phone }} status validFrom "
        f"validUntil appointedAt appointedBy {ACTOR} suspendedAt endedAt endReason domains {{ code name }} "
        f"delegations(statuses: [ACTIVE, SCHEDULED, SUSPENDED, ENDED]) {DELEGATION} }}",
    ),
    Document(
        "the chief line",
        "chiefAccessManager { id status domains { name } } coChiefAccessManagers { id contact { email } }",
    ),
    Document(
        "managing a domain",
        "accessManagers(domain: $domain) { id status delegations { domain { code fr: name(language: FR) } status } }",
        {"domain": ("ID", _one_of(*DOMAINS, None, LEFT_OUT))},
    ),
    Document(
        "delegations by page",
        "delegations(domain: $domain, first: $first, after: $after) { totalCount pageInfo { hasNextPage "
        f"hasPreviousPage startCursor endCursor }} edges {{ cursor node {{ {DELEGATION[1:-1]} accessManager {{ id "
        "person { id } role } } } }",
        {
            "domain": ("ID", _one_of(*DOMAINS, None, LEFT_OUT, LEFT_OUT)),
            "first": ("Int", _one_of(1, 2, 2, 3, 50, None, LEFT_OUT, 0)),
            "after": ("String", _one_of(None, LEFT_OUT, LEFT_OUT, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        },
    ),
    Document(
        "with conditions",
        "enterpriseNumber name @include(if: $named) version @skip(if: $named) ... @include(if: $led) { kind"
        " chiefAccessManager { __typename role } }",
        {"named": ("Boolean! = true", _one_of(True, False, LEFT_OUT)), "led": ("Boolean!", _one_of(True, False))},
    ),
    Document("nothing but the number", "enterpriseNumber"),
    Document(
        "at another moment",
        "accessManagers(at: $at) { id status }",
        {"at": ("DateTime", _one_of(None, "2071-03-01T12:00:00Z"))},
        kept=False,
    ),
    Document(
        "what ended", "delegations(statuses: [ENDED, ACTIVE]) { totalCount edges { node { id status } } }", kept=False
    ),
    Document("who represents", "name legalRepresentatives { function { code label } since }", kept=False),
    Document("applications", "chiefAccessManager { id domains { code applications { code } } }", kept=False),
    Document("history", "version history(first: 3) { changes { type } hasMore }", kept=False),
    Document("persons by name", "chiefAccessManager { person { familyName } }", kept=False),
    Document("there and back", "chiefAccessManager { enterprise { name } }", kept=False),
)
