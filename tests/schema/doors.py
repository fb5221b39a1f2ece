"""Who may come in by which door: every way to persons, mandates, contacts and the feed, and the roles that may take it.

A Way asks one document; `secret` is a text that its answer holds exactly where the role may see it. Written beside
`docs/authority.md`, by hand and not by the rules: where the two come apart, one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from btb.actors import Scope
from tests.schema.world import World

ROLES: Final[dict[str, Callable[[World], str | None]]] = {
    "anonymous": lambda world: None,
    "stranger": lambda world: world.person("emma"),
    "representative of another": lambda world: world.person("jan"),
    "representative": lambda world: world.person("els"),
    "chief": lambda world: world.person("koen"),
    "co-chief": lambda world: world.person("nadia"),
    "manager of finance": lambda world: world.person("tom"),
    "manager of social security": lambda world: world.person("lien"),
    "client without scope": lambda world: world.unscoped("GATEWAY"),
    "UMAN without scope": lambda world: world.unscoped("UMAN"),
    "DASHBOARD": lambda world: world.system("DASHBOARD"),
    "OPERATOR": lambda world: world.system("OPERATOR"),
    "UMAN": lambda world: world.system("UMAN"),
    "RMA": lambda world: world.system("RMA"),
    "VO_TGB": lambda world: world.system("VO_TGB"),
    "UMAN reading mandates": lambda world: world.system("UMAN", Scope.MANDATES_READ),
    "VO_TGB reading mandates": lambda world: world.system("VO_TGB", Scope.MANDATES_READ),
    "RMA identifying": lambda world: world.system("RMA", Scope.PERSON_IDENTIFY),
}
"""UMAN serves social security, RMA serves finance, VO_TGB serves neither."""

CHIEF_LINE: Final = frozenset({"representative", "chief", "co-chief"})
INVOLVED: Final = CHIEF_LINE | {"manager of finance", "manager of social security"}
SYSTEMS: Final = frozenset({"UMAN", "RMA", "VO_TGB"})
READING: Final = SYSTEMS | {"UMAN reading mandates", "VO_TGB reading mandates", "OPERATOR"}
FINANCE: Final = frozenset({"RMA", "OPERATOR"})
SOCIAL: Final = frozenset({"UMAN", "UMAN reading mandates", "OPERATOR"})
FEED: Final = SYSTEMS | {"OPERATOR"}

OF_ENTERPRISE: Final = {
    "enterprise": "query($n: EnterpriseNumber!) { answer: enterprise(enterpriseNumber: $n) { %s } }",
    "enterprises": "query($n: EnterpriseNumber!) { answer: enterprises(enterpriseNumbers: [$n]) { %s } }",
    "entities": (
        "query($n: String!) { answer: _entities(representations: "
        '[{__typename: "Enterprise", enterpriseNumber: $n}]) { ... on Enterprise { %s } } }'
    ),
}
"""The three doors to an enterprise; everything of it is asked through each."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: the document, its variables, what must not be seen by others, and to whom it is open."""

    name: str
    document: str
    variables: Callable[[World], dict[str, Any]]
    secret: Callable[[World], str]
    open_to: frozenset[str]


def _number(world: World) -> dict[str, Any]:
    return {"n": world.number("bakkerij")}


def _says(text: str) -> Callable[[World], str]:
    return lambda world: text


def _of_enterprise(name: str, fields: str, secret: Callable[[World], str] | str, open_to: frozenset[str]) -> list[Way]:
    says = _says(secret) if isinstance(secret, str) else secret
    return [
        Way(f"{door}: {name}", document % fields, _number, says, open_to) for door, document in OF_ENTERPRISE.items()
    ]


def _by_id(name: str, of: str, fields: str, secret: str, open_to: frozenset[str]) -> list[Way]:
    field = name[0].lower() + name[1:]
    entity = f'_entities(representations: [{{__typename: "{name}", id: $id}}]) {{ ... on {name} {{ {fields} }} }}'

    def variables(world: World) -> dict[str, Any]:
        return {"id": world.ids[of]}

    return [
        Way(
            f"{field} of {of}",
            f"query($id: ID!) {{ {field}(id: $id) {{ {fields} }} }}",
            variables,
            _says(secret),
            open_to,
        ),
        Way(f"entity {name} of {of}", f"query($id: ID!) {{ {entity} }}", variables, _says(secret), open_to),
    ]


def _koen(world: World) -> str:
    return world.national("koen")


_PERSON: Final = "person { givenName familyName deceased }"
_DECIDED: Final = (
    "allowed because { ... on AccessManager { person { familyName } contact { email } } "
    "... on Delegation { accessManager { person { familyName } } } "
    "... on LegalRepresentative { represented_by: person { familyName } } }"
)
_CHANGED: Final = (
    "changes { actor { person { familyName } } accessManager { person { familyName } } "
    "delegation { accessManager { person { familyName } } } }"
)

WAYS: Final[tuple[Way, ...]] = (
    *_of_enterprise("representatives", f"legalRepresentatives {{ {_PERSON} }}", "Vermeirsch", INVOLVED | READING),
    *_of_enterprise("chief", f"chiefAccessManager {{ {_PERSON} }}", "Dhaeseleer", INVOLVED | READING),
    *_of_enterprise("co-chiefs", f"coChiefAccessManagers {{ {_PERSON} }}", "El Bakhti", INVOLVED | READING),
    *_of_enterprise("managers, finance", f"accessManagers {{ {_PERSON} }}", "Windels", INVOLVED | FINANCE),
    *_of_enterprise("managers, social", f"accessManagers {{ {_PERSON} }}", "Overmeire", INVOLVED | SOCIAL),
    *_of_enterprise(
        "managers of a domain", f'accessManagers(domain: "FINANCE") {{ {_PERSON} }}', "Windels", INVOLVED | FINANCE
    ),
    *_of_enterprise(
        "delegations, finance",
        "delegations(first: 5) { totalCount edges { node { accessManager { person { familyName } } } } }",
        "Windels",
        INVOLVED | FINANCE,
    ),
    *_of_enterprise(
        "ended delegations",
        "delegations(statuses: [ENDED, ACTIVE], first: 5) "
        "{ edges { node { accessManager { person { familyName } } } } }",
        "Windels",
        INVOLVED | FINANCE,
    ),
    *_of_enterprise("history, chief", f"history(first: 6) {{ {_CHANGED} }}", "Dhaeseleer", INVOLVED | READING),
    *_of_enterprise("history, finance", f"history(first: 6) {{ {_CHANGED} }}", "Windels", INVOLVED | FINANCE),
    *_of_enterprise(
        "who appointed",
        "chiefAccessManager { appointedBy { person { familyName } } }",
        "Vermeirsch",
        INVOLVED | READING,
    ),
    *_of_enterprise(
        "who delegated",
        "accessManagers { delegations { grantedBy { person { familyName } } } }",
        "El Bakhti",
        INVOLVED | SOCIAL,
    ),
    *_of_enterprise(
        "contact of the chief",
        "chiefAccessManager { contact { email phone } }",
        "koen@bakkerij.example",
        CHIEF_LINE | READING,
    ),
    *_of_enterprise(
        "contact of a manager",
        "accessManagers { contact { email phone } }",
        "tom@bakkerij.example",
        CHIEF_LINE | {"manager of finance"} | FINANCE,
    ),
    *_of_enterprise(
        "number of the chief", "chiefAccessManager { person { nationalNumber } }", _koen, frozenset({"chief"}) | SYSTEMS
    ),
    *_of_enterprise(
        "number of a representative",
        "legalRepresentatives { person { nationalNumber } }",
        lambda world: world.national("els"),
        frozenset({"representative"}) | SYSTEMS,
    ),
    *_by_id("AccessManager", "koen", _PERSON, "Dhaeseleer", INVOLVED | READING),
    *_by_id("AccessManager", "tom", _PERSON, "Windels", INVOLVED | FINANCE),
    *_by_id("AccessManager", "lien", _PERSON, "Overmeire", INVOLVED | SOCIAL),
    *_by_id("Delegation", "tom:FINANCE", "accessManager { person { familyName } }", "Windels", INVOLVED | FINANCE),
    Way(
        "entity Person of the chief",
        'query($id: ID!) { _entities(representations: [{__typename: "Person", id: $id}]) '
        "{ ... on Person { givenName familyName } } }",
        lambda world: {"id": world.ids["koen's id"]},
        _says("Dhaeseleer"),
        INVOLVED | READING | {"RMA identifying"},
    ),
    Way(
        "entity Person of a manager",
        'query($id: ID!) { _entities(representations: [{__typename: "Person", id: $id}]) '
        "{ ... on Person { givenName familyName } } }",
        lambda world: {"id": world.ids["tom's id"]},
        _says("Windels"),
        INVOLVED | SYSTEMS | {"OPERATOR", "RMA identifying"},
    ),
    Way(
        "entity Person, number",
        'query($id: ID!) { _entities(representations: [{__typename: "Person", id: $id}]) '
        "{ ... on Person { nationalNumber } } }",
        lambda world: {"id": world.ids["koen's id"]},
        _koen,
        frozenset({"chief"}) | SYSTEMS | {"RMA identifying"},
    ),
    Way(
        "viewer",
        "{ viewer { person { familyName nationalNumber } "
        "consultations { consultations { by { person { familyName } } enterprise { name } } } } }",
        lambda world: {},
        _koen,
        frozenset({"chief"}),
    ),
    Way(
        "viewer's enterprises",
        "{ viewer { enterprises { enterprise { chiefAccessManager { person { familyName } } } } } }",
        lambda world: {},
        _says("Dhaeseleer"),
        INVOLVED,
    ),
    Way(
        "mayManage",
        "query($n: EnterpriseNumber!, $p: NationalNumber!) { mayManage(enterpriseNumber: $n, "
        f'person: {{nationalNumber: $p}}, domain: "FINANCE") {{ {_DECIDED} }} }}',
        lambda world: {**_number(world), "p": _koen(world)},
        _says("Dhaeseleer"),
        CHIEF_LINE | FINANCE,
    ),
    Way(
        "mayManageMany",
        "query($q: [AccessQuestion!]!) { mayManageMany(questions: $q) "
        "{ allowed because { ... on Delegation { accessManager { id } } } } }",
        lambda world: {
            "q": [
                {
                    "enterpriseNumber": world.number("bakkerij"),
                    "person": {"id": world.ids["lien's id"]},
                    "domain": "SOCIAL_SECURITY",
                }
            ]
        },
        lambda world: world.ids["lien"],
        CHIEF_LINE | SOCIAL | {"manager of social security"},
    ),
    Way("changes, chief", f"{{ changes {{ {_CHANGED} }} }}", lambda world: {}, _says("Dhaeseleer"), FEED),
    Way("changes, finance", f"{{ changes {{ {_CHANGED} }} }}", lambda world: {}, _says("Windels"), FINANCE),
    Way(
        "changes, another's domains asked for",
        f'{{ changes(filter: {{domains: ["FINANCE"], system: "RMA"}}) {{ {_CHANGED} }} }}',
        lambda world: {},
        _says("Windels"),
        FINANCE,
    ),
    Way(
        "snapshot, chief",
        "{ snapshot { mandates { person { familyName } contact { email } } } }",
        lambda world: {},
        _says("Dhaeseleer"),
        FEED,
    ),
    Way(
        "snapshot, finance",
        "{ snapshot { mandates { person { familyName } contact { email } } } }",
        lambda world: {},
        _says("Windels"),
        FINANCE,
    ),
    Way("checksum", "{ checksum { digest } }", lambda world: {}, _says('"digest":"'), FEED),
    Way("progress", "{ accessManagementSystems { feed { behind } } }", lambda world: {}, _says('"behind":'), FEED),
    Way(
        "progress by domain",
        '{ domain(code: "FINANCE") { accessManagementSystems { feed { behind } } } }',
        lambda world: {},
        _says('"behind":'),
        FEED,
    ),
    Way(
        "progress by entity",
        '{ _entities(representations: [{__typename: "AccessManagementSystem", code: "UMAN"}]) '
        "{ ... on AccessManagementSystem { feed { behind } } } }",
        lambda world: {},
        _says('"behind":'),
        FEED,
    ),
)

_MADE: Final = (
    "... on AppointmentMade { accessManager { person { familyName } contact { email } } "
    f"enterprise {{ chiefAccessManager {{ person {{ familyName }} }} }} {_CHANGED} }} "
    "... on Refusal { problems { code path message } }"
)


def _request(mutation: str, given: Callable[[World], dict[str, Any]], secret: str, open_to: frozenset[str]) -> Way:
    name = mutation[0].upper() + mutation[1:] + "Input"
    return Way(
        mutation,
        f"mutation($input: {name}!) {{ {mutation}(input: $input) {{ {_MADE} }} }}",
        lambda world: {"input": {**given(world), "dryRun": True}},
        _says(secret),
        open_to,
    )


def _of_chief(world: World) -> dict[str, Any]:
    return {**_to(world, "koen"), "affiliation": "EMPLOYEE"}


def _to(world: World, handle: str) -> dict[str, Any]:
    return {"enterpriseNumber": world.number("bakkerij"), "person": {"nationalNumber": world.national(handle)}}


_CHIEFS: Final = frozenset({"chief", "co-chief"})

REQUESTS: Final[tuple[Way, ...]] = (
    _request(
        "appointChiefAccessManager",
        lambda world: {**_to(world, "tom"), "affiliation": "EMPLOYEE"},
        "Windels",
        frozenset({"representative"}),
    ),
    _request(
        "appointCoChiefAccessManager",
        lambda world: {**_to(world, "tom"), "affiliation": "EMPLOYEE"},
        "Windels",
        frozenset({"chief"}),
    ),
    _request("appointAccessManager", lambda world: {**_to(world, "tom"), "domains": ["ENERGY"]}, "Windels", _CHIEFS),
    _request(
        "endAppointment",
        lambda world: {"accessManagerId": world.ids["tom"]},
        "Windels",
        _CHIEFS | {"manager of finance"},
    ),
    _request(
        "revokeDelegation",
        lambda world: {"delegationId": world.ids["tom:FINANCE"]},
        "Windels",
        _CHIEFS | {"manager of finance"},
    ),
    _request(
        "changeDelegationPeriod",
        lambda world: {"delegationId": world.ids["tom:FINANCE"], "validUntil": "2099-01-01T00:00:00Z"},
        "Windels",
        _CHIEFS,
    ),
    _request(
        "suspendAccessManager",
        lambda world: {"accessManagerId": world.ids["tom"], "note": "on leave"},
        "Windels",
        _CHIEFS,
    ),
    _request("reinstateAccessManager", lambda world: {"accessManagerId": world.ids["tom"]}, "Windels", frozenset()),
)

PUBLIC: Final = {
    "Query._service": "The schema itself.",
    "Query.domain": "Names nobody.",
    "Query.domains": "Names nobody.",
    "Query.outages": "Names nobody.",
    "Query.serviceLevels": "Names nobody.",
    "Query.enterpriseSearch": "What KBO publishes.",
    "Query.vocabulary": "Names nobody.",
    "Subscription.outages": "Names nobody.",
    "_entities: Application": "Names nobody.",
    "_entities: Domain": "Names nobody.",
}
"""Doors that stand open to anybody, and why they may."""

GUARDED_ALONE: Final = {
    "Mutation.acknowledgeChanges": "tests below",
    "Mutation.announceOutage": "tests below",
    "Mutation.resolveOutage": "tests below",
    "Mutation.registerApplication": "tests below",
    "Mutation.withdrawApplication": "tests below",
    "Subscription.changes": "tests below",
    "Query.statistics": "test_statistics.py",
}
"""Doors whose admission is tested by itself."""
