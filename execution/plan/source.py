"""The text of a generated function, and the constants it is bound to.

Only words written in this package and the names of Python attributes of the schema's own classes become text. What a
document says (aliases, field names, argument values) is a constant under a name such as `K7`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CodeType, CoroutineType
from typing import Any

import orjson
from graphql import Undefined

from execution.plan.classes import CAST, PlainClasses
from execution.plan.levels import arrived
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

    def __init__(self, plain: PlainClasses) -> None:
        self._count = 0
        self._functions: list[Lines] = []
        self._constants: dict[Any, str] = {}
        self._bound: dict[str, Any] = {
            "ASIDE": Aside,
            "NULL": Reason.NULL,
            "VALUE": Reason.VALUE,
            "PLAIN": plain,
            "learn": plain.learn,
            "CAST": CAST,
            "COROUTINE": CoroutineType,
            "arrived": arrived,
            "dumps": orjson.dumps,
            "UNDEFINED": Undefined,
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

    def key(self, value: str) -> str:
        """A literal that stands for this text as a dictionary's key, and is replaced by it once all is compiled."""
        return f"{self.text_constant(value)!r}"

    def text_constant(self, value: str) -> str:
        """The name of a constant text, one for equal texts."""
        name = self._constants.get(value)
        if name is None:
            name = self._constants[value] = self.bind("K", value)
        return name

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
        names = {name: value for value, name in self._constants.items()}
        exec(_named(code, names), self._bound)  # noqa: S102  # nothing a document says is text: see above
        run: Callable[[Any], Any] = self._bound["run"]
        return run


def _named(code: CodeType, names: Mapping[str, str]) -> CodeType:
    """The same code in which literals that stand for a text are that text."""
    return code.replace(co_consts=tuple(_constant(each, names) for each in code.co_consts))


def _constant(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple):
        return tuple(_constant(each, names) for each in value)
    return _named(value, names) if isinstance(value, CodeType) else value
