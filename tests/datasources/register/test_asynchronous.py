"""SQLAlchemy's asynchronous engine without its mapper, which stays there for whoever asks for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.files import ROOT

ENGINE = "from datasources.register.asynchronous import AsyncEngine, create_async_engine as create"
MAPPED = "from sqlalchemy.ext.asyncio.session import AsyncSession"
LOADED = "import sys; print('sqlalchemy.orm' in sys.modules)"


def said(*statements: str) -> str:
    """What a new process prints that executes these."""
    found = subprocess.run([sys.executable, "-c", "\n".join(statements)], capture_output=True, text=True, cwd=ROOT)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


def test_the_engine_comes_without_the_mapper() -> None:
    url = "'postgresql+asyncpg://nowhere/at_all'"
    assert said(ENGINE, LOADED, f"print(type(create({url})) is AsyncEngine)") == "False\nTrue"


@pytest.mark.parametrize("order", [(ENGINE, MAPPED), (MAPPED, ENGINE)], ids=["later", "before"])
def test_the_mapper_is_the_real_one_for_whoever_asks_for_it(order: tuple[str, str]) -> None:
    proof = "print(AsyncSession(create('sqlite+aiosqlite://')).sync_session.__class__.__module__)"
    assert said(*order, LOADED, proof) == "True\nsqlalchemy.orm.session"
