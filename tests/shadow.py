"""With BTB_TEST_PLANS=shadow every service a test opens answers queries both ways, and a difference fails that test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from execution.plan import Figures
from server import plans

COMPARED: list[Figures] = []
"""What the plans of every service counted."""


@pytest.fixture(autouse=os.environ.get("BTB_TEST_PLANS") == "shadow")
def shadowed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both ways, at the first asking, in this process and in those that the test starts."""
    told: list[str] = []
    monkeypatch.setenv("BTB_PLANS_MODE", "shadow")
    monkeypatch.setattr(plans, "_mismatched", told.append)
    yield
    assert told == [], "documents that a plan answered otherwise than the interpreter"


@pytest.fixture(autouse=os.environ.get("BTB_TEST_PLANS") == "shadow", scope="session")
def shadowed_services() -> Iterator[None]:
    """Services that live longer than a test are opened in shadow mode too; what all of them compared is told."""
    before = plans.ShadowedQueries.__init__

    def noted(self: plans.ShadowedQueries, *arguments: object) -> None:
        before(self, *arguments)  # type: ignore[arg-type]
        COMPARED.append(self.figures)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BTB_PLANS_MODE", "shadow")
        patch.setattr(plans.ShadowedQueries, "__init__", noted)
        yield
    compared, mismatched = sum(each.compared for each in COMPARED), sum(each.mismatched for each in COMPARED)
    print(f"\nshadow: {len(COMPARED)} services, {compared} answers compared, {mismatched} mismatched")
    assert not mismatched
