"""The values that travel through this room: what was asked, what was made of it, and one answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from graphql import FragmentDefinitionNode, OperationDefinitionNode, OperationType
from graphql.execution.collect_fields import FragmentDetails
from msgspec import Struct

from execution.errors import CodedError, FormattedError, RefusedRequest, refusal

if TYPE_CHECKING:
    from graphql import DocumentNode

    from execution.cost import Cost
    from execution.limits import Measure
    from execution.plain_variables import PlainVariables


class OperationRequest(Struct, frozen=True):
    """One operation as it was asked for. `query` may be None where the extensions name a stored document.

    A Struct, as the answer is: what is made for every request should cost little.
    """

    query: str | None
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    extensions: Mapping[str, Any] | None = None
    request_id: str | None = None
    report_cost: bool = False
    report_trace: bool = False


class Answer(Struct, frozen=True):
    """One GraphQL response, ready to be written.

    `body` is the serialised JSON object. `executed` is False where the operation was refused before execution (parse,
    validation, limits): HTTP 400 for application/graphql-response+json. `status` other than 200 is a refusal's own
    HTTP status, with its `headers`.
    """

    body: bytes
    executed: bool
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def errors(self) -> list[FormattedError]:
        """The errors of this response, as they are in the body."""
        found: list[FormattedError] = orjson.loads(self.body).get("errors", [])
        return found

    @classmethod
    def refused(cls, *errors: FormattedError, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """A refusal of the whole operation: errors, and no `data` member."""
        codes = tuple(error["extensions"]["code"] for error in errors)
        body = orjson.dumps({"errors": errors})
        return cls(body, executed=False, status=status, headers=tuple((headers or {}).items()), codes=codes)

    @classmethod
    def of(cls, error: CodedError) -> Answer:
        """A refusal from a coded error, with its HTTP status where it has one."""
        if isinstance(error, RefusedRequest):
            return cls.refused(refusal(error), status=error.status, headers=error.headers)
        return cls.refused(refusal(error))


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A document that was parsed, measured and validated, with one operation chosen. Kept and shared between requests.

    `document_hash` is the SHA-256 of its text. `introspects` and `asks_service` say whether `__schema`/`__type` or
    `_service` stand among the root fields. `cost` is computed for given variables by `cost.of(variables)`.
    """

    document: DocumentNode
    document_hash: str
    operation: OperationDefinitionNode
    type: OperationType
    name: str | None
    fragments: Mapping[str, FragmentDetails]
    fragment_definitions: Mapping[str, FragmentDefinitionNode]
    measure: Measure
    cost: Cost
    plain_variables: PlainVariables
    introspects: bool
    asks_service: bool
