"""The environment, read once: `BTB_…` variables and a `.env` file, into frozen sections. Nothing else reads it.

WrongSettings     everything that is wrong or missing, by name; values are never repeated, they may be secrets
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from server.feed_sections import Following
from server.limit_sections import Limiting
from server.protocol_sections import Callbacks, Documents, Fragments, Plans, Traces
from server.rule_sections import Appointing, Mirror, Representing
from server.sections import Cache, Gateway, House, Magda, Neighbours, Register, Serving

_PREFIX: Final = "BTB_"
_FOR_TESTS: Final = ("BTB_REQUIRE_ALL", "BTB_TEST_")
_PAIRS: Final = (
    ("BTB_MAGDA_CLIENT_CERTIFICATE", "BTB_MAGDA_CLIENT_KEY"),
    ("BTB_MAGDA_SIGNING_KEY", "BTB_MAGDA_SIGNING_CERTIFICATE"),
    ("BTB_GATEWAY_CERTIFICATE_HEADER", "BTB_GATEWAY_CERTIFICATES"),
)
_SECTIONS: Final[dict[str, type[BaseSettings]]] = {
    "house": House,
    "serving": Serving,
    "register": Register,
    "magda": Magda,
    "cache": Cache,
    "limits": Limiting,
    "mirror": Mirror,
    "appointing": Appointing,
    "representing": Representing,
    "documents": Documents,
    "plans": Plans,
    "fragments": Fragments,
    "callbacks": Callbacks,
    "traces": Traces,
    "following": Following,
    "gateway": Gateway,
    "neighbours": Neighbours,
}

Wrong: TypeAlias = tuple[str, str]
"""The name of a setting, and what is wrong with it."""

log = logging.getLogger(__name__)


class WrongSettings(Exception):
    """Settings that are wrong or missing."""

    def __init__(self, wrong: tuple[Wrong, ...]) -> None:
        self.wrong = wrong
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in wrong))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a setting is called, what it means, and what it is where nobody says otherwise."""

    name: str
    meaning: str
    default: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All sections, and what follows from them together."""

    house: House
    serving: Serving
    register: Register
    magda: Magda
    cache: Cache
    limits: Limiting
    appointing: Appointing
    mirror: Mirror
    representing: Representing
    documents: Documents
    plans: Plans
    fragments: Fragments
    callbacks: Callbacks
    traces: Traces
    following: Following
    gateway: Gateway
    neighbours: Neighbours

    @classmethod
    def read(cls, env_file: Path | None = Path(".env")) -> Self:
        """Read them from the environment, which leads, and from the file where there is one. Raises WrongSettings."""
        wrong: list[Wrong] = []
        found: dict[str, Any] = {}
        for field, section in _SECTIONS.items():
            try:
                found[field] = section(_env_file=env_file)
            except ValidationError as error:
                wrong += [(_name(section, str(each["loc"][0])), _reason(each["msg"])) for each in error.errors()]
        wrong += _misspelt(env_file)
        if not wrong:
            settings = cls(**found)
            wrong += settings._contradictions()
        if wrong:
            raise WrongSettings(tuple(sorted(wrong)))
        return settings

    @property
    def town_in_process(self) -> bool:
        """Whether the sources are the rehearsal town inside this process."""
        return self.magda.url is None

    @property
    def rehearsing(self) -> bool:
        """Whether the rehearsal issuer's tokens are believed and everything stands open to try."""
        return self.house.rehearsal if self.house.rehearsal is not None else self.town_in_process

    @property
    def test_numbers_allowed(self) -> bool:
        """Whether test numbers of persons are accepted."""
        allowed = self.house.allow_test_numbers
        return allowed if allowed is not None else self.rehearsing

    @property
    def graphiql_shown(self) -> bool:
        """Whether `/graphiql` is served."""
        return self.house.graphiql if self.house.graphiql is not None else self.rehearsing

    @property
    def gateway_proves_itself(self) -> bool:
        """Whether what reaches `/graphql` is known to have come through the federated gateway."""
        return bool(self.gateway.secrets or self.gateway.certificate_header)

    def _contradictions(self) -> Iterator[Wrong]:
        if self.documents.trusted_only and self.documents.trusted is None:
            yield "BTB_DOCUMENTS_TRUSTED", "Missing: it belongs with BTB_DOCUMENTS_TRUSTED_ONLY."
        if self.house.rehearsal and self.house.issuers is not None:
            yield "BTB_REHEARSAL", "The rehearsal issuer gives a token to whoever asks: not together with BTB_ISSUERS."
        if self.house.rehearsal is False and self.magda.url is None:
            yield "BTB_MAGDA_URL", "Missing: this is no rehearsal."
        for one, other in _PAIRS:
            for present, missing in ((one, other), (other, one)):
                if self._given(present) and not self._given(missing):
                    yield missing, f"Missing: it belongs with {present}."

    def _given(self, name: str) -> bool:
        _, section, field = name.lower().split("_", 2)
        return bool(getattr(getattr(self, section), field))


def meanings() -> tuple[Meaning, ...]:
    """Every setting there is, in the order of the sections."""
    return tuple(
        Meaning(_name(section, name), field.description or "", _shown(field.default))
        for section in _SECTIONS.values()
        for name, field in section.model_fields.items()
    )


def _name(section: type[BaseSettings], field: str) -> str:
    return f"{section.model_config.get('env_prefix', '')}{field}".upper()


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".") + "."


def _shown(default: object) -> str:
    match default:
        case None | ():
            return "unset"
        case SecretStr():
            return default.get_secret_value()
        case bool():
            return str(default).lower()
        case float():
            return f"{default:g}"
        case tuple():
            return ",".join(str(each) for each in default)
        case _:
            return str(default)


def _misspelt(env_file: Path | None) -> Iterator[Wrong]:
    """Names nobody knows: wrong in our own file; only warned of in an environment that others write to as well.

    Kubernetes, for one, puts `BTB_SERVICE_HOST` into every pod beside a service called btb.
    """
    known = [meaning.name for meaning in meanings()]
    for name in dotenv_values(env_file) if env_file is not None else ():
        if (unknown := _unknown(name, known)) is not None:
            yield name, unknown
    for name in os.environ:
        if (unknown := _unknown(name, known)) is not None:
            log.warning("%s is ignored. %s", name, unknown)


def _unknown(name: str, known: list[str]) -> str | None:
    if not name.upper().startswith(_PREFIX) or name.upper() in known or name.startswith(_FOR_TESTS):
        return None
    nearest = get_close_matches(name.upper(), known, 1, 0.8)
    return "There is no such setting." + (f" Is {nearest[0]} meant?" if nearest else "")
