"""The page where a visitor chooses who to be, and the page that says why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from datasources.rehearsal.records import TownPerson
from server.rehearsal_issuer.minting import LEVELS

_LEVEL_NAMES: Final = {500: "eID", 450: "itsme", 400: "mobile or eIDAS", 300: "code app or SMS", 100: "password"}

_STYLE: Final = """
body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0; color: #1b1b1b; background: #f4f5f7; }
main { max-width: 34rem; margin: 3rem auto; padding: 2rem; background: #fff; border-top: 6px solid #8a5a00; }
h1 { font-size: 1.5rem; margin-top: 0; } label { display: block; margin: 1.2rem 0 .3rem; font-weight: 600; }
select, button { font: inherit; padding: .55rem; width: 100%; box-sizing: border-box; }
button { margin-top: 1.6rem; border: 0; background: #1f4e9c; color: #fff; cursor: pointer; }
:focus-visible { outline: 3px solid #8a5a00; outline-offset: 2px; }
"""


def choice_page(persons: Iterable[TownPerson], request: Mapping[str, str]) -> str:
    """A form with everybody in the town; the request travels along in hidden fields and is read again afterwards."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in request.items()
    )
    people = "".join(f'<option value="{escape(one.handle)}">{escape(_named(one))}</option>' for one in persons)
    levels = "".join(f'<option value="{level}">{level} - {_LEVEL_NAMES[level]}</option>' for level in LEVELS)
    return _page(
        "Who are you in this rehearsal?",
        "<p>Nobody here exists, and nothing is checked: this provider is for rehearsals only.</p>"
        f'<form method="post">{hidden}'
        f'<label for="person">Person</label><select id="person" name="person" autofocus>{people}</select>'
        f'<label for="level">Level of the login</label><select id="level" name="level">{levels}</select>'
        '<button type="submit">Log in</button></form>',
    )


def refusal_page(reason: str) -> str:
    """Why there is no choice to make."""
    return _page("This request cannot be answered", f"<p>{escape(reason)}</p>")


def _named(person: TownPerson) -> str:
    names = " ".join((*person.given_names, *person.family_names))
    return f"{names} ({person.handle})"


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
