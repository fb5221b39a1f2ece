"""The rest of the town: invented inhabitants and enterprises, the same for the same seed."""

from __future__ import annotations

from random import Random

from datasources.rehearsal.numbers import enterprise_number, national_number
from datasources.rehearsal.records import TownAddress, TownEnterprise, TownName, TownPerson

_GIVEN = {
    "nl": {
        "F": ["Annelies", "Griet", "Hilde", "Joke", "Kaat", "Leen", "Mieke", "Saar", "Tine", "Wendy"],
        "M": ["Bram", "Dries", "Filip", "Geert", "Joris", "Kobe", "Niels", "Pieter", "Stijn", "Wout"],
    },
    "fr": {
        "F": ["Amélie", "Brigitte", "Céline", "Delphine", "Élise", "Hélène", "Manon", "Sylvie"],
        "M": ["Alain", "Benoît", "Cédric", "Étienne", "Gaël", "Jérôme", "Loïc", "Thierry"],
    },
    "de": {"F": ["Anke", "Birgit", "Elke", "Gudrun", "Steffi"], "M": ["Dieter", "Günther", "Jürgen", "Rolf", "Ulrich"]},
}
_FAMILY = {
    "nl": (
        ("Van den ", "Ver", "De ", "Over", "Nieu"),
        ("haeghe", "broucke", "meulen", "straeten", "winckel", "dael", "polder", "beke"),
    ),
    "fr": (
        ("Del", "Du ", "Beau", "Mont", "Roche"),
        ("haye", "sart", "fontaine", "court", "clos", "vigne", "marche", "bois"),
    ),
    "de": (("Ober", "Nieder", "Stein", "Wald", "Linden"), ("bach", "feld", "rath", "hauser", "born")),
}
_PLACES = (
    ("nl", "9000", "44021", "Gent"), ("nl", "2000", "11002", "Antwerpen"), ("nl", "8000", "31005", "Brugge"),
    ("nl", "3000", "24062", "Leuven"), ("nl", "3500", "71022", "Hasselt"), ("fr", "5000", "92094", "Namur"),
    ("fr", "4000", "62063", "Liège"), ("fr", "7000", "53053", "Mons"), ("fr", "1000", "21004", "Bruxelles"),
    ("de", "4700", "63023", "Eupen"),
)  # fmt: skip
_STREETS = {
    "nl": ("Bedachtestraat", "Verzonnenlaan", "Nergensplein", "Droomdreef"),
    "fr": ("Rue de la Fable", "Avenue du Songe", "Place Imaginaire", "Chemin du Conte"),
    "de": ("Märchenstraße", "Traumweg", "Sagenplatz"),
}
_TRADES = {
    "nl": ("Garage", "Slagerij", "Bloemen", "Bouwbedrijf", "Apotheek", "Fietsen", "Drukwerk", "Advies"),
    "fr": ("Garage", "Boucherie", "Fleurs", "Construction", "Pharmacie", "Vélos", "Éditions", "Conseil"),
    "de": ("Werkstatt", "Metzgerei", "Blumen", "Bau", "Apotheke", "Räder", "Verlag", "Beratung"),
}
_FIRST_CROWD_SERIAL = 1_000_000


def address(choose: Random, spoken: str | None = None) -> TownAddress:
    """Somewhere in the town's Belgium, where that language is spoken: real municipalities, streets of nowhere."""
    places = [place for place in _PLACES if place[0] == spoken] or _PLACES
    language, postal_code, nis_code, municipality = choose.choice(places)
    box = choose.choice((None, None, None, "A", "12"))
    return TownAddress(
        choose.choice(_STREETS[language]),
        str(choose.randint(1, 240)),
        box,
        postal_code,
        municipality,
        nis_code,
        language,
    )


def inhabitants(choose: Random, count: int) -> list[TownPerson]:
    """That many persons (490 at most) with handles `inhabitant-1` onwards, one in twelve with a BIS number."""
    return [_inhabitant(choose, place) for place in range(1, count + 1)]


def _inhabitant(choose: Random, place: int) -> TownPerson:
    language = choose.choices(("nl", "fr", "de"), (55, 40, 5))[0]
    sex = choose.choice("FM")
    born = f"{choose.randint(1940, 2004)}-{choose.randint(1, 12):02d}-{choose.randint(1, 28):02d}"
    counter = 1 + 2 * place + (sex == "F")
    front, back = _FAMILY[language]
    return TownPerson(
        handle=f"inhabitant-{place}",
        number=national_number(born, counter, foreign=place % 12 == 0),
        given_names=(choose.choice(_GIVEN[language][sex]),),
        family_names=(choose.choice(front) + choose.choice(back),),
        sex=sex,
        born=born,
        foreign=place % 12 == 0,
    )


def enterprises(choose: Random, count: int) -> list[TownEnterprise]:
    """That many active legal persons with handles `enterprise-1` onwards and numbers 01xx.xxx.xxx."""
    serials = choose.sample(range(_FIRST_CROWD_SERIAL, 2 * _FIRST_CROWD_SERIAL), count)
    return [_enterprise(choose, place, serial) for place, serial in enumerate(serials, 1)]


def _enterprise(choose: Random, place: int, serial: int) -> TownEnterprise:
    where = address(choose)
    front, back = _FAMILY[where.language]
    name = f"{choose.choice(_TRADES[where.language])} {choose.choice(front)}{choose.choice(back)}"
    start = f"{choose.randint(1970, 2023)}-{choose.randint(1, 12):02d}-{choose.randint(1, 28):02d}"
    form = choose.choices(("610", "014", "017", "706"), (60, 15, 20, 5))[0]
    return TownEnterprise(
        handle=f"enterprise-{place}",
        number=enterprise_number(serial),
        status="AC",
        kind="2",
        names=(TownName(name, where.language, begin=start),),
        forms=((form, start, None),),
        situations=(("000", start, None),),
        start=start,
        address=where,
    )
