"""The text of a generated function, and the constants it is bound to.

Only words written in this package and the names of Python attributes of the schema's own classes become text. What a
document says (aliases, field names, argument values) is bound to a name such as `A7`, or known to a class of records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import CoroutineType
from typing import Any

from execution.plan.classes import CAST, PlainClasses
from execution.plan.levels import begun
from execution.plan.records import Records, as_written, written_out
from execution.plan.signals import Aside, Reason

INDENT = "    "


class Lines:
    """A block of statements that is being written, at an indentation, in one level of the answer."""

    __slots__ = ("_lines", "indentation", "level")

    def __init__(self, level: int, indentation: int = 1) -> None:
        self._lines: list[str] = []
        self.level = level
        self.indentation = indentation

    def write(self, statement: str) -> None:
        """Add one statement at the present indentation."""
        self._lines.append(INDENT * self.indentation + statement)

    def text(self) -> list[str]:
        """The lines so far."""
        return self._lines


class Source:
    """Collects functions, blocks and constants, and compiles them."""

    def __init__(self, plain: PlainClasses, records: Records) -> None:
        self._records = records
        self._count = 0
        self._functions: list[Lines] = []
        self._bound: dict[str, Any] = {
            "ASIDE": Aside,
            "NULL": Reason.NULL,
            "VALUE": Reason.VALUE,
            "PLAIN": plain,
            "learn": plain.learn,
            "CAST": CAST,
            "COROUTINE": CoroutineType,
            "as_written": as_written,
            "begun": begun,
            "written_out": written_out,
        }

    def fresh(self, letter: str) -> str:
        """A name that is not used yet."""
        self._count += 1
        return f"{letter}{self._count}"

    def bind(self, letter: str, value: Any) -> str:
        """The name under which the generated code finds a value."""
        name = self.fresh(letter)
        self._bound[name] = value
        return name

    def record(self, keys: Sequence[str]) -> str:
        """The name of the class whose instances are written as objects with these keys, in order."""
        return self.bind("O", self._records.of(keys))

    def function(self, lines: Lines) -> None:
        """Put a function before the main block."""
        self._functions.append(lines)

    def compiled(self, preparation: list[str], main: list[str]) -> Callable[[Any], Any]:
        """The async function `run(R)`; `preparation` comes before the inner functions, `main` after them."""
        text = ["async def run(R):"]
        text += [INDENT + statement for statement in preparation]
        for function in self._functions:
            text += function.text()
        text += main
        code = compile("\n".join(text) + "\n", "<plan>", "exec", dont_inherit=True, optimize=0)
        exec(code, self._bound)  # noqa: S102  # nothing a document says is text: see above
        run: Callable[[Any], Any] = self._bound["run"]
        return run
