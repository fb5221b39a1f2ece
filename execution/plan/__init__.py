"""Compiled execution: a document becomes a Python function once, which answers as long as nothing is unusual.

The function walks breadth first: plain fields inline, batch resolvers once per level, other async fields together per
level. It answers only where every value is what the schema promises and nothing raised. Otherwise it steps aside:
graphql-core runs the same operation with the same context and shapes nulls and errors. Whatever a document says can
therefore change how fast it is answered, never what is answered. So it is with an event of a subscription: the
operation's only field has it for its value. A mutation that is an operation by itself is called once, as graphql-core
would call it, and whoever answers in the plan's place answers for what it made.

    signals    why a plan does not answer           classes    which Python class stands for which type
    variants   what is made of a document           arguments  arguments of a field, made once
    leaves     scalars and enums                    positions  a field, and what its resolver is told
    records    what an answer is made of            calls      how a field gets its values
    levels     waiting for one level                writing    the generated source
    waiting    what waits for a level               bounds     how large a plan may be
    queries    the executor that an Engine takes    shadow     both ways, compared
    fragments  entities that are not read again     shapes     documents of which that can be said
    once       a mutation, called once
"""

from __future__ import annotations

from execution.plan.figures import Figures
from execution.plan.fragments import FragmentedQueries, FragmentFigures, FragmentSource
from execution.plan.queries import CompiledQueries, PlanSettings
from execution.plan.shadow import ShadowedQueries

__all__ = [
    "CompiledQueries",
    "Figures",
    "FragmentFigures",
    "FragmentSource",
    "FragmentedQueries",
    "PlanSettings",
    "ShadowedQueries",
]
