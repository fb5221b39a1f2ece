"""The documents are in step with what they speak of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.files import ROOT, named, project_files

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
HEADINGS = ["Chosen", "Refused", "What keeps it safe"]
LINK = re.compile(r"\[[^\]]+\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:5] for path in DECISIONS] == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_one_page_that_says_what_was_chosen_and_what_was_refused(path: Path) -> None:
    text = path.read_text()
    assert text.startswith(f"# {path.name[:4]} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert len(text.split()) <= 600


@pytest.mark.parametrize(
    "path", [path for path in project_files() if path.suffix == ".md" and "assets" not in path.parts], ids=named
)
def test_what_a_document_points_at_is_there(path: Path) -> None:
    for target in LINK.findall(path.read_text()):
        assert (path.parent / target).exists(), target


def test_the_changelog_opens_with_what_is_coming_and_names_the_contract() -> None:
    headings = re.findall(r"^##+ (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert "Contract" in headings


def test_the_readme_opens_with_a_question_one_can_paste() -> None:
    opening = (ROOT / "README.md").read_text()[:1500]
    assert "make run" in opening
    assert "curl" in opening


def test_every_target_that_a_document_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs" / "operations.md"):
        assert set(re.findall(r"`make ([a-z]+)`", path.read_text())) <= targets, named(path)
