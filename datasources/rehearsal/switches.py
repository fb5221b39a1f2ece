"""What may go wrong between a client and the town: each switch is one fault that a real source has shown.

Switches
└── Trouble     one fault: how large a share of the messages it strikes, how many at most, of which service
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Final

from datasources.rehearsal.registers import NobodyThere, Registers


class UnknownSwitch(ValueError):
    """A switch that does not exist, or a setting that it does not take."""


@dataclass(slots=True)
class Trouble:
    """A fault that strikes a share of the messages, evenly and without chance, `count` times at most (None: always)."""

    share: float = 1.0
    count: int | None = None
    service: str | None = None
    met: int = field(default=0, init=False)

    def strikes(self, service: str | None) -> bool:
        """Whether this message is struck; asking counts it."""
        if (self.service is not None and self.service != service) or self.count == 0:
            return False
        self.met += 1
        struck = int(self.met * self.share) > int((self.met - 1) * self.share)
        if struck and self.count is not None:
            self.count -= 1
        return struck


@dataclass(slots=True)
class Switches:
    """All faults, switched off. Times are in seconds.

    `refused`: nobody listens. `dropped`: the question arrives, no answer comes. `dripping`: one byte each `drip`.
    `html`, `truncated`: garbage with HTTP 200. `broken`: HTTP 500. `throttled`: SOAP Fault 99995 with `fault_status`.
    `other_key`: the answer is about somebody else. `other_reference`: the `Referte` is not the one asked.
    `partial`: every n-th question gets no `Antwoord`; 0 is none. `shuffled`: answers come in reverse order.
    `exceptions`: an exception by code for a number or handle. `refusal`: a code for every whole message.
    `holders_hidden`: no natural person is shown beside a function. `registers_separate`: BIS numbers only at KSZ.
    `registration_required`: KSZ answers about registered persons only.
    """

    latency: float = 0.0
    drip: float = 0.05
    refused: Trouble | None = None
    dropped: Trouble | None = None
    dripping: Trouble | None = None
    html: Trouble | None = None
    truncated: Trouble | None = None
    broken: Trouble | None = None
    throttled: Trouble | None = None
    other_key: Trouble | None = None
    other_reference: Trouble | None = None
    fault_status: int = 500
    partial: int = 0
    shuffled: bool = False
    exceptions: dict[str, str] = field(default_factory=dict)
    refusal: str | None = None
    holders_hidden: bool = False
    registers_separate: bool = True
    registration_required: bool = False

    def reset(self) -> None:
        """Everything works again."""
        healthy = Switches()
        for one in fields(self):
            setattr(self, one.name, getattr(healthy, one.name))

    def exception_for(self, registers: Registers, number: str) -> str | None:
        """The code set for a number, under the number itself or the handle of who has it."""
        if not self.exceptions:
            return None
        for name, code in self.exceptions.items():
            if number == name or number in _digits(registers, name):
                return code
        return None

    def turn(self, settings: Mapping[str, object]) -> None:
        """Set the switches named, as JSON gives them; none is set where one is wrong. Raises UnknownSwitch."""
        read = {name: _setting(name, value) for name, value in settings.items()}
        for name, value in read.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, object]:
        """What is switched on, as JSON; of exceptions only how many, since their keys may be numbers."""
        healthy = Switches()
        shown: dict[str, object] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value == getattr(healthy, one.name):
                continue
            if isinstance(value, Trouble):
                value = {"share": value.share, "count": value.count, "service": value.service}
            shown[one.name] = len(value) if isinstance(value, dict) and one.name == "exceptions" else value
        return shown


_TROUBLES: Final = frozenset(
    {"refused", "dropped", "dripping", "html", "truncated", "broken", "throttled", "other_key", "other_reference"}
)
_BOUNDS: Final = {"latency": (0, 3600), "drip": (0, 3600), "partial": (0, 1_000_000), "fault_status": (200, 599)}


def _digits(registers: Registers, handle: str) -> frozenset[str]:
    found = set()
    with suppress(NobodyThere):
        found.add(registers.person(handle).number.digits)
    with suppress(NobodyThere):
        found.add(registers.enterprise(handle).number.digits)
    return frozenset(found)


def _setting(name: str, value: object) -> object:
    if name in _TROUBLES:
        return _trouble(name, value)
    if name in _BOUNDS:
        lowest, highest = _BOUNDS[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            raise UnknownSwitch(f"{name} takes a number from {lowest} to {highest}.")
        return value if name in ("latency", "drip") else int(value)
    if name == "exceptions":
        if not isinstance(value, dict) or not all(isinstance(code, str) for code in value.values()):
            raise UnknownSwitch("exceptions takes codes by number or handle.")
        return dict(value)
    if name == "refusal":
        if value is not None and not isinstance(value, str):
            raise UnknownSwitch("refusal takes a code or null.")
        return value
    if name in ("shuffled", "holders_hidden", "registers_separate", "registration_required"):
        if not isinstance(value, bool):
            raise UnknownSwitch(f"{name} takes true or false.")
        return value
    raise UnknownSwitch("There is no such switch.")


def _trouble(name: str, value: object) -> Trouble | None:
    if value is None or value is False:
        return None
    if value is True:
        return Trouble()
    if not isinstance(value, dict) or not set(value) <= {"share", "count", "service"}:
        raise UnknownSwitch(f"{name} takes true, null, or share, count and service.")
    share, count, service = value.get("share", 1.0), value.get("count"), value.get("service")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise UnknownSwitch(f"{name}.share is a number from 0 to 1.")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 0):
        raise UnknownSwitch(f"{name}.count is a whole number.")
    if service is not None and not isinstance(service, str):
        raise UnknownSwitch(f"{name}.service is the name of a service.")
    return Trouble(float(share), count, service)
