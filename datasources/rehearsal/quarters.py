"""Streets with one enterprise for every row of a table: each situation, each function code, a chain of shops.

Handles: `situation-048`, `function-10005`, `keten-07`. Whether the director represents is written down per row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from datasources.rehearsal.labels import SITUATIONS

SHOPS: Final = 30
_CEASED = (
    "006", "014", "015", "016", "017", "018", "019", "021", "022", "023", "024", "025", "026",
    "051", "052", "053", "111",
)  # fmt: skip
_DISSOLVED = ("010", "011", "012", "013", "112")
_BANKRUPT = ("048", "049", "050")


@dataclass(frozen=True, slots=True)
class Row:
    """One enterprise: its handle, the serial of its number, KBO's codes, and functions as (code, does it represent)."""

    handle: str
    serial: int
    name: str
    status: str = "AC"
    kind: str = "2"
    form: str = "610"
    situation: str = "000"
    functions: tuple[tuple[str, bool], ...] = ()


_FUNCTIONS = (
    Row("function-00001", 3001, "Oprichter", kind="1", form="", functions=(("00001", True),)),
    Row("function-00001-legal", 3002, "Oprichter rechtspersoon", functions=(("00001", False),)),
    Row("function-00004", 3003, "Eenheid", form="003", functions=(("00004", True),)),
    Row("function-00004-elsewhere", 3004, "Geen eenheid", functions=(("00004", False),)),
    Row("function-10002", 3005, "Bestuurder", form="014", functions=(("10002", True),)),
    Row("function-10003-alone", 3006, "Vaste vertegenwoordiger", functions=(("10003", False),)),
    Row("function-10005", 3007, "Directiecomité", form="014", functions=(("10005", True),)),
    Row("function-10006", 3008, "Zaakvoerder", functions=(("10006", True),)),
    Row("function-10007", 3009, "Gedelegeerd", form="014", functions=(("10007", True),)),
    Row("function-10021", 3010, "Commissaris", form="014", functions=(("10021", False),)),
    Row("function-10031", 3011, "Wettelijk", form="125", functions=(("10031", True),)),
    Row("function-11000", 3012, "Notaris", functions=(("11000", False),)),
    Row("function-20008", 3013, "Schilder", functions=(("20008", False),)),
    Row("function-20023", 3014, "Behanger", functions=(("20023", False),)),
    Row("function-20045", 3015, "Beenhouwer", functions=(("20045", False),)),
    Row("function-20090", 3016, "Basiskennis", functions=(("20090", False),)),
    Row("function-20202", 3017, "Stukadoor", functions=(("20202", False),)),
    Row("function-30000-011", 3018, "Vennoten onder firma", form="011", functions=(("30000", False),)),
    Row("function-30000-012", 3019, "Oude commanditaire", form="012", functions=(("30000", False),)),
    Row("function-30000-612", 3020, "Commanditaire", form="612", functions=(("30000", False),)),
    Row("function-43210", 3021, "Onbekende code", functions=(("43210", False),)),
    Row("function-90001", 3022, "Curator zonder faillissement", functions=(("90001", False), ("10006", True))),
)


def rows() -> Iterator[Row]:
    """Every enterprise of these streets; the shops of the chain all have marguerite as manager."""
    for code in SITUATIONS:
        yield _situation(code)
    yield from _FUNCTIONS
    for shop in range(1, SHOPS + 1):
        yield Row(f"keten-{shop:02d}", 100 + shop, f"Keten Vanoverstraete {shop}")


def _situation(code: str) -> Row:
    status = "AC"
    functions: tuple[tuple[str, bool], ...] = (("10002", True),)
    if code in _CEASED or code == "999":
        status = "AN" if code == "999" else "ST"
    elif code in _DISSOLVED:
        functions = (("10002", False),)
    elif code in _BANKRUPT:
        functions = (("10002", False), ("90001", True))
    return Row(f"situation-{code}", 2000 + int(code), f"Toestand {code}", status, situation=code, functions=functions)
