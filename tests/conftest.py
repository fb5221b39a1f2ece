"""What holds for every test: how thoroughly properties are tried, and that nothing needed is skipped in silence.

The options in `pyproject.toml` keep sockets off but for loopback and Unix sockets.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.postgres", "tests.shadow"]

# A shared machine is slow by fits and starts: a property fails on what it finds, never on how long it took.
settings.register_profile("quick", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("quick"), max_examples=200, derandomize=True)
settings.register_profile("full", parent=settings.get_profile("quick"), max_examples=2000)
settings.load_profile(os.environ.get("BTB_TEST_PROFILE", "quick"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With BTB_REQUIRE_ALL=1 a skipped test is a failure, but where the MAGDA reference data are not at hand."""
    report = yield
    if os.environ.get("BTB_REQUIRE_ALL") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return report
    if item.get_closest_marker("reference") is None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"BTB_REQUIRE_ALL=1 lets no test be skipped. {reason}"
    return report
