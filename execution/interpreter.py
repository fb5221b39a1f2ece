"""Running a prepared operation on graphql-core, with the information that Strawberry's resolvers expect."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from graphql import ExecutionResult, default_field_resolver, default_type_resolver
from graphql.execution.values import VariableValues
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from execution.operation import Prepared
from execution.time_limit import called_off

Value = TypeVar("Value")


class AbandonedError(Exception):
    """Somebody else cancelled what this field was waiting for."""


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, for which a cancelled neighbour is not the end of the request.

    Where a non-null field fails, graphql-core cancels what its neighbours wait for; a future shared by a loader is
    then cancelled for everybody. Futures are shielded here, and a cancellation that was not meant for the waiting
    task is an ordinary failure of its field.

    What a run held leaves when it ends: its helpers know it, so it does not keep them, and no collector is waited for.
    """

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:
        return GraphQLResolveInfoHelpers(gather=self.gather_async_work, track=self.track_async_work)

    @async_helpers.setter
    def async_helpers(self, kept: GraphQLResolveInfoHelpers) -> None:
        """graphql-core would keep them."""

    async def with_abort_signal(self, awaitable: Awaitable[Value]) -> Value:
        try:
            if asyncio.isfuture(awaitable):
                return await asyncio.shield(awaitable)
            return await awaitable
        except asyncio.CancelledError as error:
            if called_off():
                raise
            raise AbandonedError from error


def executor(
    schema: Schema,
    prepared: Prepared,
    variables: VariableValues,
    context: Any,
    extensions: dict[str, Any],
    root: Any = None,
) -> Executor:
    """An executor for one run of an operation; the operation was validated and its variables are coerced."""
    return Executor(
        schema._schema,
        prepared.fragment_definitions,
        prepared.fragments,
        root,
        context,
        prepared.operation,
        variables,
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        is_awaitable=optimized_is_awaitable,
        hide_suggestions=True,
        operation_extensions=extensions,
    )


async def result_of(executor: Executor, serially: bool | None = None) -> ExecutionResult:
    """Run an operation, or one event of a subscription."""
    result: Any = executor.execute_operation(serially)
    if optimized_is_awaitable(result):
        result = await result
    return result  # type: ignore[no-any-return]
