"""`column is one of many` with one parameter, so that a statement is planned once whatever the number of keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, Boolean, ColumnElement, Dialect, String, Text, TypeDecorator, Uuid, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from btb.identifiers import EnterpriseNumber


class _Many(TypeDecorator[Collection[Any]]):
    """Many keys of one kind: an array on PostgreSQL, a JSON list of texts on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        array: TypeEngine[Any] = ARRAY(Uuid() if self.kind is UUID else String())
        return dialect.type_descriptor(array if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        keys: list[Any] = [key.digits if isinstance(key, EnterpriseNumber) else key for key in value or ()]
        if dialect.name == "postgresql":
            return keys
        return orjson.dumps([key.hex if isinstance(key, UUID) else key for key in keys]).decode()


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    name = "among"
    # Else SQLite, which has no booleans, is asked for `… = 1`, and walks through the whole table.
    _is_implicitly_boolean = True


def among(column: ColumnElement[Any], kind: type, name: str) -> ColumnElement[bool]:
    """True where the column is one of the keys bound under the name; `kind` is EnterpriseNumber, UUID or str."""
    return _Among(column, bindparam(name, type_=_Many(kind)))


@compiles(_Among, "postgresql")
def _postgresql(element: _Among, compiler: SQLCompiler, **words: Any) -> str:
    column, keys = element.clauses
    return f"{compiler.process(column, **words)} = ANY ({compiler.process(keys, **words)})"


@compiles(_Among, "sqlite")
def _sqlite(element: _Among, compiler: SQLCompiler, **words: Any) -> str:
    column, keys = element.clauses
    listed = f"SELECT value FROM json_each({compiler.process(keys, **words)})"  # noqa: S608 a bound parameter's name
    return f"{compiler.process(column, **words)} IN ({listed})"
