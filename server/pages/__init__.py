"""What a person sees in a browser: `/`, which says what this is, and `/graphiql`, to ask questions on.

Nothing is loaded from another host: not when the page is made, nor when it is shown.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import Final

import orjson
from starlette.routing import Route

from server.pages.files import FOLDER, File, Page
from server.pages.questions import QUESTIONS

# `connect-src 'self'` covers our own WebSockets in today's browsers. Styles are written into the page by the front
# page itself and by CodeMirror, GraphiQL's editor; scripts are not.
_POLICY: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; {more}"
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FRONT_POLICY: Final = _POLICY.format(more="")
_GRAPHIQL_POLICY: Final = _POLICY.format(more="script-src 'self'; connect-src 'self'; ")
_ASSETS: Final = (
    "assets/graphiql.min.css",
    "assets/graphiql.min.js",
    "assets/react.production.min.js",
    "assets/react-dom.production.min.js",
    "graphiql.js",
)


def page_routes(*, graphiql: bool, rehearsal: bool) -> list[Route]:
    """The routes of the pages; `graphiql` says whether there is one, `rehearsal` whether people here are invented."""
    pages: dict[str, Page | File] = {"/": _front(graphiql, rehearsal)}
    if graphiql:
        pages["/graphiql"] = _graphiql()
        pages |= {f"/graphiql/{name.removeprefix('assets/')}": File(name) for name in _ASSETS}
    return [Route(path, page, methods=["GET"]) for path, page in pages.items()]


def _front(graphiql: bool, rehearsal: bool) -> Page:
    ask = '<li><a href="/graphiql">Ask it something</a>, in your browser, with a few questions to start from.</li>'
    invented = "<p><strong>This is a rehearsal.</strong> The people and enterprises here are invented.</p>"
    text = Template((FOLDER / "front.html").read_text()).substitute(
        ask=ask if graphiql else "", rehearsal=invented if rehearsal else ""
    )
    return Page(text.encode(), ".html", _FRONT_POLICY)


def _graphiql() -> Page:
    questions = orjson.dumps([asdict(question) for question in QUESTIONS]).decode().replace("<", "\\u003c")
    text = Template((FOLDER / "graphiql.html").read_text()).substitute(questions=questions)
    return Page(text.encode(), ".html", _GRAPHIQL_POLICY)
