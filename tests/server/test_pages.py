"""The pages: what a person is shown, and that nothing of it comes from elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from graphql import OperationDefinitionNode, parse, validate
from starlette.applications import Starlette

from schema.subgraph import build_schema
from server.pages import page_routes
from server.pages.files import FOLDER
from server.pages.questions import QUESTIONS, Question
from tests.graphql import Client


def _browser(graphiql: bool = True, rehearsal: bool = True) -> Client:
    return Client(Starlette(routes=page_routes(graphiql=graphiql, rehearsal=rehearsal)))


class _Elements(HTMLParser):
    """Every element of a page, and which of them were left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def addresses(self) -> list[str]:
        return [value for _, attributes in self.found for name, value in attributes.items() if name in ("src", "href")]


async def test_the_front_page_says_in_four_languages_what_this_is() -> None:
    page = await _browser().request("GET", "/")
    languages = {attributes.get("lang") for tag, attributes in _Elements(page.text).found if tag == "li"}
    assert {"nl", "fr", "de", "en"} <= languages


@pytest.mark.parametrize("path", ["/", "/graphiql"])
async def test_a_page_is_well_formed_and_can_be_read_aloud(path: str) -> None:
    page = await _browser().request("GET", path)
    elements = _Elements(page.text)
    assert not elements.open
    tags = [tag for tag, _ in elements.found]
    assert dict(elements.found)["html"]["lang"] == "en"
    assert "title" in tags
    assert "main" in tags or {"role": "main", "id": "graphiql"} in [attributes for _, attributes in elements.found]


@pytest.mark.parametrize("path", ["/", "/graphiql"])
async def test_a_page_loads_nothing_from_another_host(path: str) -> None:
    page = await _browser().request("GET", path)
    for address in _Elements(page.text).addresses():
        assert address.startswith(("/", "data:,"))
        assert not address.startswith("//")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'unsafe-inline'" not in policy


async def test_what_the_question_page_loads_is_there() -> None:
    browser = _browser()
    page = await browser.request("GET", "/graphiql")
    loaded = [address for address in _Elements(page.text).addresses() if address.startswith("/")]
    assert len(loaded) == 5
    for address in loaded:
        reply = await browser.request("GET", address)
        assert reply.status == 200
        assert reply.headers["x-content-type-options"] == "nosniff"


async def test_a_browser_that_has_a_file_is_not_sent_it_again() -> None:
    browser = _browser()
    first = await browser.request("GET", "/graphiql/graphiql.min.js")
    again = await browser.request("GET", "/graphiql/graphiql.min.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


async def test_a_question_about_the_head_has_no_body() -> None:
    reply = await _browser().request("HEAD", "/")
    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize("path", ["/graphiql", "/graphiql/graphiql.min.js"])
async def test_without_the_setting_there_is_no_question_page(path: str) -> None:
    browser = _browser(graphiql=False)
    assert (await browser.request("GET", path)).status == 404
    assert "/graphiql" not in (await browser.request("GET", "/")).text


@pytest.mark.parametrize("path", ["/", "/graphiql"])
async def test_pages_are_only_read(path: str) -> None:
    assert (await _browser().request("POST", path)).status == 405


async def test_a_rehearsal_says_that_its_people_are_invented() -> None:
    assert "invented" in (await _browser(rehearsal=True).request("GET", "/")).text
    assert "invented" not in (await _browser(rehearsal=False).request("GET", "/")).text


async def test_the_saved_questions_are_in_the_page() -> None:
    page = await _browser().request("GET", "/graphiql")
    found = re.search(r'id="questions">(.*?)</script>', page.text, re.DOTALL)
    assert found is not None
    assert [each["query"] for each in json.loads(found[1])] == [question.query for question in QUESTIONS]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.query.split("\n")[0])
def test_a_saved_question_is_valid(question: Question) -> None:
    document = parse(question.query)
    operation, *others = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    assert not others
    assert operation.name, "Its name is the name of its tab."
    assert validate(build_schema(allow_test_numbers=True)._schema, document) == []
    assert isinstance(json.loads(question.variables), dict)


def test_the_first_question_needs_no_variables() -> None:
    assert QUESTIONS[0].variables == "{}"


def test_assets_are_the_published_files_byte_for_byte() -> None:
    notes = (FOLDER / "assets" / "README.md").read_text()
    noted = dict(re.findall(r"^\| `([^`]+)` \| `[^`]+@[\d.]+` \| `[^`]+` \| `([0-9a-f]{64})` \|$", notes, re.MULTILINE))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (FOLDER / "assets").iterdir()
        if path.name != "README.md"
    }
    assert found == noted
