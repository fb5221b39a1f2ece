"""KBO and the registers of persons, as MAGDA answers them: the two Protocols over the same client."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from btb.enterprises import EnterpriseFacts
from btb.identifiers import EnterpriseNumber, NationalNumber
from btb.persons import PersonFacts
from datasources.kbo import EnterpriseAnswer, Functions, FunctionsAnswer
from datasources.magda.client import Failed, MagdaClient, MagdaObserver
from datasources.magda.dates import brussels_day
from datasources.magda.elements import Element
from datasources.magda.enterprises import enterprise_facts, enterprise_question
from datasources.magda.envelope import Answer
from datasources.magda.exceptions import UnwantedTestNumber, Verdict, failure, verdict
from datasources.magda.forms import GEEF_FUNCTIES, GEEF_ONDERNEMING, GEEF_PERSOON, REGISTREER_INSCHRIJVING
from datasources.magda.functions import FunctionsKey, functions_question, held_functions
from datasources.magda.persons import person_facts, person_question, reader, register_of, registered, registration
from datasources.magda.settings import MagdaSettings
from datasources.magda.transports import Transport
from datasources.outages import Clock
from datasources.persons import PersonAnswer
from datasources.readings import AuthenticSource, Freshness, Reading, SourceFailure

_log = logging.getLogger(__name__)
_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class MagdaKbo:
    """`datasources.kbo.Kbo` over GeefOnderneming and GeefFuncties; every answer is asked now, whatever the freshness.

    `known_functions` are the function codes our rules know; any other is counted (and kept).
    """

    def __init__(self, client: MagdaClient, known_functions: Collection[str] | None = None) -> None:
        self._client = client
        self._known = frozenset(known_functions) if known_functions is not None else None
        self._person = reader(client.settings.allow_test_numbers)

    async def enterprises(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, EnterpriseAnswer]:
        """One question for each distinct number."""

        def read(number: EnterpriseNumber, answer: Answer) -> Reading[EnterpriseFacts] | Failed:
            now = self._client.now()
            return _judged(
                answer, AuthenticSource.KBO, now, lambda content: enterprise_facts(content, number, brussels_day(now))
            )

        questions = {number: enterprise_question(number) for number in numbers}
        return _answers(await self._client.ask(GEEF_ONDERNEMING, questions, read), _kbo)

    async def functions_in(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, FunctionsAnswer]:
        """One question for each distinct number."""
        return await self._functions({number: FunctionsKey(enterprise=number) for number in numbers})

    async def functions_of(
        self, persons: Collection[NationalNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[NationalNumber, FunctionsAnswer]:
        """One question for each distinct number."""
        return await self._functions({person: FunctionsKey(person=person) for person in persons})

    async def functions_of_in(
        self, pairs: Collection[tuple[NationalNumber, EnterpriseNumber]], freshness: Freshness = Freshness.READ
    ) -> Mapping[tuple[NationalNumber, EnterpriseNumber], FunctionsAnswer]:
        """One question for each distinct pair."""
        return await self._functions({pair: FunctionsKey(*pair) for pair in pairs})

    async def _functions(self, keys: Mapping[_Key, FunctionsKey]) -> dict[_Key, FunctionsAnswer]:
        def read(key: _Key, answer: Answer) -> Reading[Functions] | Failed:
            now = self._client.now()
            return _judged(answer, AuthenticSource.KBO, now, lambda content: self._held(content, keys[key]), nothing=())

        questions = {key: functions_question(asked) for key, asked in keys.items()}
        return _answers(await self._client.ask(GEEF_FUNCTIES, questions, read), _kbo)

    def _held(self, content: Element, key: FunctionsKey) -> Functions:
        functions, strangers = held_functions(content, key, self._person)
        if strangers:
            self._client.observer.dropped(GEEF_FUNCTIES.name, strangers)
        if self._known is not None:
            for function in functions:
                if function.code not in self._known:
                    self._client.observer.unknown_function(function.code)
        return functions


class MagdaPersons:
    """`datasources.persons.PersonRegister` over GeefPersoon; registers a person first where the source wants that."""

    def __init__(self, client: MagdaClient) -> None:
        self._client = client
        self._person = reader(client.settings.allow_test_numbers)

    async def persons(
        self, numbers: Collection[NationalNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[NationalNumber, PersonAnswer]:
        """One question for each distinct number; a second one after a registration, at most once."""
        outcomes = await self._asked(numbers)
        if self._client.settings.register_persons:
            unregistered = [
                number
                for number, outcome in outcomes.items()
                if isinstance(outcome, Failed) and outcome.verdict is Verdict.NOT_REGISTERED
            ]
            if unregistered:
                outcomes |= await self._asked(await self._registered(unregistered))
        return _answers(outcomes, register_of)

    async def _asked(self, numbers: Collection[NationalNumber]) -> dict[NationalNumber, Reading[PersonFacts] | Failed]:
        def read(number: NationalNumber, answer: Answer) -> Reading[PersonFacts] | Failed:
            now = self._client.now()
            return _judged(answer, register_of(number), now, lambda _: person_facts(answer, number, self._person))

        source = self._client.settings.persons_source
        questions = {number: person_question(number, source) for number in numbers}
        return await self._client.ask(GEEF_PERSOON, questions, read)

    async def _registered(self, numbers: Collection[NationalNumber]) -> list[NationalNumber]:
        today = brussels_day(self._client.now())
        questions = {number: registration(number, self._client.sender, today) for number in numbers}
        done = await self._client.ask(REGISTREER_INSCHRIJVING, questions, lambda _, answer: registered(answer))
        return [number for number, outcome in done.items() if outcome is True]


@dataclass(frozen=True, slots=True)
class Magda:
    """Both Protocols over one client, and how to close it."""

    kbo: MagdaKbo
    persons: MagdaPersons
    client: MagdaClient

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()


def magda(
    settings: MagdaSettings,
    transport: Transport | None = None,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Clock = time.monotonic,
    observer: MagdaObserver | None = None,
    known_functions: Collection[str] | None = None,
) -> Magda:
    """MAGDA at the address in the settings, over HTTP unless another transport is given."""
    if transport is None:
        # Here, because a rehearsal needs no HTTP client, which takes a tenth of a second to import.
        from datasources.magda.http_transport import HttpTransport

        transport = HttpTransport(settings)
    client = MagdaClient(settings, transport, now, clock, observer)
    return Magda(MagdaKbo(client, known_functions), MagdaPersons(client), client)


def _judged(
    answer: Answer,
    source: AuthenticSource,
    now: datetime,
    use: Callable[[Element], _Value],
    nothing: _Value | None = None,
) -> Reading[_Value] | Failed:
    """The reading that an answer gives, or why it gives none. `nothing` is what "not found" means here."""
    meaning = verdict(answer.notices, answer.content is not None)
    if meaning is Verdict.NOT_FOUND:
        return Reading(nothing, source, now)
    if meaning is not Verdict.USABLE or answer.content is None:
        return Failed(meaning, "the source could not answer this question")
    try:
        return Reading(use(answer.content), source, now)
    except UnwantedTestNumber:
        _log.error("%s answers with test numbers, which are refused here: is BTB_MAGDA_URL the right one?", source)
        return Failed(Verdict.UNAVAILABLE, "the source answered with test numbers")


def _answers(
    outcomes: Mapping[_Key, Reading[_Value] | Failed], source: Callable[[_Key], AuthenticSource]
) -> dict[_Key, Reading[_Value] | SourceFailure]:
    return {
        key: failure(outcome.verdict, source(key), outcome.reason) if isinstance(outcome, Failed) else outcome
        for key, outcome in outcomes.items()
    }


def _kbo(_: object) -> AuthenticSource:
    return AuthenticSource.KBO
