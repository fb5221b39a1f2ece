"""How we write, as far as a machine can see it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.files import ROOMS, ROOT, modules, named, project_files

LONGEST = 250
LONGEST_TEST = 400
HISTORY = ROOT / "datasources" / "register" / "migrations" / "versions"
# Names that a framework calls us by.
FRAMES = {"handle_connect", "handle_cont", "handle_ping", "handle_pong"}
"""What uvicorn calls when a frame has come."""
GIVEN = {"get_command", "handle_websocket_upgrade", "process_bind_param", "process_result_value", *FRAMES}
TEXTS = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".txt",
    ".graphql",
    ".csv",
    ".html",
    ".js",
    ".css",
    ".mjs",
    ".json",
    "",
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|raise NotImplementedError)\b")
VERBS = re.compile(r"_?(get|handle|process|do)_")
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/[\w.]")
HERE = Path(__file__)
SLEEPS = re.compile(r"asyncio\.sleep\(([\d.]+)\)")
TICK = 0.05
OURS = [path for path in project_files() if path != HERE and "assets" not in path.parts]


@pytest.mark.parametrize("path", modules(*ROOMS, "tests", "benchmarks", "conformance"), ids=named)
def test_a_module_has_one_noun(path: Path) -> None:
    """A migration is history and is not taken apart; a test may go through more cases than a module has lines."""
    longest = LONGEST_TEST if path.relative_to(ROOT).parts[0] == "tests" else LONGEST
    lines = len(path.read_text().splitlines())
    assert lines <= longest or path.parent == HISTORY, f"{lines} lines: at {longest} find the second noun."


def test_nothing_is_left_for_later() -> None:
    found = [named(path) for path in OURS if path.suffix in TEXTS and UNFINISHED.search(path.read_text())]
    assert found == [], "Do it, or leave it out and say so."


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = [named(path) for path in OURS if path.suffix in TEXTS and MACHINE.search(path.read_text())]
    assert found == []


@pytest.mark.parametrize("path", modules(*ROOMS), ids=named)
def test_functions_are_verbs_or_what_they_return(path: Path) -> None:
    tree = ast.parse(path.read_text())
    names = [node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    assert [name for name in names if VERBS.match(name) and name not in GIVEN] == []


@pytest.mark.parametrize("path", modules(*ROOMS), ids=named)
def test_a_module_says_what_it_is(path: Path) -> None:
    if path.parent != HISTORY:
        assert ast.get_docstring(ast.parse(path.read_text())), "A module opens with a sentence."


@pytest.mark.parametrize("path", modules(*ROOMS), ids=named)
def test_no_failure_is_swallowed(path: Path) -> None:
    """`except Exception:` followed by nothing but `pass` or `return None` hides a bug for ever."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) in _EVERYTHING):
            assert [ast.unparse(each) for each in node.body] not in _NOTHING, f"line {node.lineno}"


_EVERYTHING = {"Exception", "BaseException"}
_NOTHING = (["pass"], ["return None"], ["return"], ["continue"])


@pytest.mark.parametrize("path", modules(*ROOMS), ids=named)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if path != ROOT / "server" / "settings.py":
        assert not re.search(r"\bos\.(environ|getenv)\b", path.read_text()), "Make it a setting."


@pytest.mark.parametrize("path", modules("tests"), ids=named)
def test_no_test_sleeps_for_timing(path: Path) -> None:
    """Waiting for the clock is slow on a good day and wrong on a bad one; a tick between two looks is neither."""
    if path != HERE:
        assert not re.search(r"(?<!\w)time\.sleep\(", path.read_text())
        assert [pause for pause in SLEEPS.findall(path.read_text()) if float(pause) > TICK] == []
