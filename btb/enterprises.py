"""What KBO knows of an enterprise and of the functions held in it (MAGDA GeefOnderneming-02.00, GeefFuncties-02.00)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from btb.identifiers import EnterpriseNumber, NationalNumber


class EnterpriseStatus(StrEnum):
    """Status in KBO (`StatusKBO`); the code of each is in `EnterpriseStatus.of_code`."""

    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"
    ANNOUNCED = "ANNOUNCED"
    CANCELLED = "CANCELLED"
    JURIDICALLY_CREATED = "JURIDICALLY_CREATED"
    STOPPED = "STOPPED"

    @classmethod
    def of_code(cls, code: str) -> EnterpriseStatus | None:
        """AC, AF, BK, AN, JU or ST; None for a code we do not know."""
        return _STATUS_BY_CODE.get(code.strip().upper())


_STATUS_BY_CODE = {
    "AC": EnterpriseStatus.ACTIVE,
    "AF": EnterpriseStatus.CLOSED,
    "BK": EnterpriseStatus.ANNOUNCED,
    "AN": EnterpriseStatus.CANCELLED,
    "JU": EnterpriseStatus.JURIDICALLY_CREATED,
    "ST": EnterpriseStatus.STOPPED,
}


class EnterpriseKind(StrEnum):
    """`SoortOnderneming`: 1 natural person, 2 legal person."""

    NATURAL_PERSON = "NATURAL_PERSON"
    LEGAL_PERSON = "LEGAL_PERSON"
    UNKNOWN = "UNKNOWN"


class Language(StrEnum):
    """The languages texts are given in; English by our own translation where KBO has none."""

    NL = "NL"
    FR = "FR"
    DE = "DE"
    EN = "EN"


@dataclass(frozen=True, slots=True)
class SourceDate:
    """A date as a source wrote it, and the days it may mean: month or day may be unknown (00 or 99).

    `earliest` and `latest` are None where the text is no date at all.
    """

    text: str
    earliest: date | None
    latest: date | None

    @property
    def exact(self) -> date | None:
        """The day, where the text names exactly one."""
        return self.earliest if self.earliest is not None and self.earliest == self.latest else None


@dataclass(frozen=True, slots=True)
class SourcePeriod:
    """A validity as a source wrote it. `end` None is an open end (absent, or any year 9999)."""

    begin: SourceDate | None
    end: SourceDate | None

    def surely_contains(self, day: date) -> bool:
        """True only where every reading of the dates contains the day; an end on that day no longer does.

        An incomplete begin counts as its latest day, an incomplete or unreadable end fails (magda.md 6.4).
        """
        if self.begin is not None and (self.begin.latest is None or self.begin.latest > day):
            return False
        return self.end is None or (self.end.exact is not None and day < self.end.exact)


@dataclass(frozen=True, slots=True)
class Coded:
    """A code of a source with the label it gave, if it gave one. Codes keep their leading zeros."""

    code: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseName:
    """One name; `language` None where KBO does not know it (`xx`)."""

    text: str
    language: Language | None


@dataclass(frozen=True, slots=True)
class Address:
    """The seat. `country_code` is ISO 3166-1 alpha-2 where the source gives one."""

    street: str | None = None
    house_number: str | None = None
    box: str | None = None
    postal_code: str | None = None
    municipality: str | None = None
    country_code: str | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseFacts:
    """One enterprise today, as KBO says. Missing parts are None: absent is not "none"."""

    number: EnterpriseNumber
    status: EnterpriseStatus | None
    kind: EnterpriseKind
    names: tuple[EnterpriseName, ...]
    juridical_form: Coded | None
    juridical_situation: Coded | None
    start_date: date | None
    address: Address | None
    successors: tuple[EnterpriseNumber, ...] = ()

    def name(self, language: Language) -> str | None:
        """The name in the language asked, else in NL, FR, DE, EN, else in an unknown language."""
        by_language: dict[Language | None, str] = {}
        for name in self.names:
            by_language.setdefault(name.language, name.text)
        for wanted in (language, Language.NL, Language.FR, Language.DE, Language.EN, None):
            if wanted in by_language:
                return by_language[wanted]
        return None


class Representation(StrEnum):
    """`AanduidingPersoonOnderneming`: who stands behind a function."""

    PERSON = "1"
    ENTERPRISE = "2"
    PERSON_FOR_ENTERPRISE = "3"


@dataclass(frozen=True, slots=True)
class HeldFunction:
    """One function held in an enterprise, as KBO says; parts of the companies code (CAC) win while both are given.

    `holder` is the natural person who holds it or acts, `holder_enterprise` the legal person that holds it.
    `code` is five digits, leading zeros kept.
    """

    held_in: EnterpriseNumber
    code: str
    period: SourcePeriod
    representation: Representation | None
    holder: NationalNumber | None
    holder_enterprise: EnterpriseNumber | None
    label: str | None = None
    sequence: str | None = None
    cac_code: str | None = None
    cac_period: SourcePeriod | None = None
    end_reason: Coded | None = None
