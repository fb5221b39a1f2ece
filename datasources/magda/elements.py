"""Reading an answer safely, and its parts by name.

Answers come from outside: no document type, no entities, no network, no huge trees. Parts are read by name and never
by place (a hand-made answer may have its elements in another order). Every step into an element costs about as much as
parsing it did, so an element's children are gone through once.
"""

from __future__ import annotations

from lxml import etree

Element = etree._Element

# Without comments a number that holds one is read whole ("FAKE INSZ"). White space between elements is not kept: it
# means nothing in these messages and costs a quarter of the parsing.
_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    remove_blank_text=True,
    collect_ids=False,
)


class Unreadable(Exception):
    """What came back is no XML that we accept."""


def parsed(body: bytes) -> Element:
    """The root of an answer. Raises Unreadable; the exception never quotes the answer."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unreadable("The answer declares a document type.")
    try:
        root = etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("The answer is no XML.") from None
    # Bytes in another encoding hide the word from the first look, never from the parser.
    if root is None or etree.ElementTree(root).docinfo.internalDTD is not None:
        raise Unreadable("The answer declares a document type.")
    return root


def is_named(element: Element, name: str) -> bool:
    """Whether the element has that name, in whatever namespace."""
    tag = element.tag
    return tag == name or tag.endswith(f"}}{name}")


def named(element: Element, name: str) -> Element | None:
    """The first child of that name, in whatever namespace."""
    for child in element:
        if is_named(child, name):
            return child
    return None


def without_namespaces(element: Element) -> None:
    """Strip the namespaces of an element and all below, for an answer that qualifies what the schemas do not."""
    for below in element.iter():
        below.tag = below.tag[below.tag.rfind("}") + 1 :]


def parts(element: Element | None) -> dict[str, Element]:
    """The children by name; none for an element that is absent. Of a name that is repeated the last is given."""
    return {} if element is None else {child.tag: child for child in element}


def listed(element: Element | None, name: str) -> list[Element]:
    """The children of that name, in order; none for an element that is absent."""
    return [] if element is None else [child for child in element if child.tag == name]


def text(element: Element | None) -> str | None:
    """The text without the white space around it; None where the element is absent or empty."""
    if element is None:
        return None
    found = element.text
    return found.strip() or None if found is not None else None


def written(element: Element | None) -> str | None:
    """As `text`, but an element that is there and empty gives an empty text: absent and empty differ for an end."""
    return None if element is None else (element.text or "").strip()


def code(element: Element | None, digits: int = 0) -> str | None:
    """The `Code` inside an element, with the leading zeros that a source may have lost; None where there is none."""
    if element is None:
        return None
    for child in element:
        if child.tag == "Code":
            found = text(child)
            return found.zfill(digits) if found is not None else None
    return None
