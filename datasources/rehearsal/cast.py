"""The cast: people and enterprises with stable names and numbers, whatever the seed.

Three tables, a row each line, `-` for nothing. The first enterprise, `bakkerij`, has number 0000000196.

PERSONS      handle; given names; family names; born; sex; origin; why they are here
ENTERPRISES  handle; serial of the number; status; kind; form; situation; language:name|…; start; why it is here
FUNCTIONS    held in; holder; code; begin; end; does the holder represent

Several names are separated by `|`. A holder is a person's handle, an enterprise's handle, or `person@enterprise`: the
person acting for that enterprise. A holder represents from begin up to end (yes), never (no), or on the days of
`first/until`. Births differ, so that numbers stay the same when a row is added.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_PERSONS: Final = """
els; Els; Vermeirsch; 1971-04-12; F; BE; manager of bakkerij; the simplest representative
koen; Koen; Dhaeseleer; 1984-09-03; M; BE; employee of bakkerij, to be its chief
nadia; Nadia; El Bakhti; 1990-01-25; F; BE; employee of bakkerij, to be co-chief
tom; Tom; Windels; 1993-06-18; M; BE; employee of bakkerij, to be access manager
lien; Lien; Overmeire; 1996-11-30; F; BE; employee of bakkerij, to be access manager
pierre; Pierre|Louis; Delhauteur; 1966-02-07; M; BE; represents brouwerij, imprimerie and kelder
marguerite; Marguerite; Vanoverstraete; 1959-08-21; F; BE; represents the thirty shops of a chain
greta; Greta; Lemmensdochter; 1978-12-05; F; BE; is herself the enterprise kapsalon
jan; Jan; Steverlynckx; 1969-03-14; M; BE; director of vervoer today
luc; Luc; Wauterniaux; 1957-10-02; M; BE; was director of vervoer until 2022
sofie; Sofie; Hermansdal; 1988-07-09; F; BE; will be director of vervoer in 2099
hans; Hans; Brandsema; 1974-05-28; M; BE; director of schrijnwerkerij, which is bankrupt
veerle; Veerle; Curaedt; 1970-09-16; F; BE; trustee in the bankruptcy of schrijnwerkerij
marc; Marc; Sluyterman; 1961-01-19; M; BE; director of meubelzaak, in liquidation
ines; Inès; Corbusson; 1982-04-04; F; BE; director of staalbouw, in judicial reorganisation
dirk; Dirk; Overledaele; 1948-06-23; M; BE; deceased in 2025, his function was never ended
katrien; Katrien; Overledaele; 1976-02-15; F; BE; director of boomkwekerij beside the late dirk
olivier; Olivier; Mandatin; 1973-11-11; M; BE; permanent representative of holding in chocolaterie
chloe; Chloé; Vestigeon; 1985-05-17; F; BE; permanent representative in textiel; the mandate ended
simon; Simon; Schaduwe; 1980-08-08; M; BE; permanent representative in spinnerij of a ceased company
bart; Bart; Nazichter; 1964-12-27; M; BE; permanent representative of the auditor of chocolaterie
guy; Guy; Borstelaer; 1972-03-03; M; BE; brings only entrepreneurial skills to schilders
zoe; Zoé; Inconnart; 1991-10-10; F; BE; holds a function with a code nobody knows
amira; Amira; Benhallaq; 1987-02-20; F; FOREIGN; director of scheepvaart, abroad, with a BIS number
joao; João; Ferrazeira|Do Monteval; 1979-09-29; M; FOREIGN; two family names and a BIS number
maarten; Maarten; Hernummerd; 1983-01-06; M; BE; had a BIS number once, replaced by a national one
fatima; Fatima; Annulaer; 1995-03-22; F; BE; her number was cancelled
wim; Wim; Codexmans; 1968-07-31; M; BE; his function goes by its code under the companies code
lotte; Lotte; Fusiers; 1977-06-06; F; BE; director of opslorper, the successor
jef; Jef; Fusiers; 1952-02-29; M; BE; was director of opgeslorpt until the merger
heidi; Heidi; Eupenrath; 1981-12-12; F; BE; director of an enterprise with many names
yves; Yves; Tevéaux; 1967-04-24; M; BE; representative of a VAT unit
ann; Ann; Ongeveer; 1989-05-05; F; BE; her function began somewhere in 2020
gust; Gust; Ongeveer; 1955-09-09; M; BE; his function ended somewhere in 2090; nobody knows when
ria; Ria; Dubbelmans; 1975-10-20; F; BE; director and managing director of the same enterprise
noor; -; Zondernaem; 1992-08-14; F; BE; has no first name
ludo; Ludo; Uitgeweken; 1963-03-27; M; BE; struck off, gone abroad, alive
roza; Roza; Sluitdeur; 1960-11-01; F; BE; her function is open, her enterprise has ceased
victor; Victor; Oprichtere; 1998-01-13; M; BE; founder of an enterprise in creation
ursula; Ursula; Auslander; 1965-06-30; F; FOREIGN; director of an announced foreign enterprise
emma; Emma; Nergens; 2001-05-19; F; BE; holds no function at all, nowhere
felix; Felix; Onbekent; 1949-00-00; M; BE; born on an unknown day; director of archief
"""

_ENTERPRISES: Final = """
bakkerij; 1; AC; 2; 610; 000; nl:Bakkerij De Gouden Korst; 2015-03-01; a simple private company
brouwerij; 2; AC; 2; 014; 000; nl:Brouwerij Het Vat|fr:Brasserie du Fût; 1998-06-15; a public company in two languages
imprimerie; 3; AC; 2; 610; 000; fr:Imprimerie de la Sambre; 2004-09-01; a French name only: none in the language asked
kelder; 4; AC; 2; 017; 000; nl:Jeugdhuis De Kelder; 2010-01-20; a non-profit association
kapsalon; 5; AC; 1; -; 000; nl:Kapsalon Greta; 2009-05-11; a natural person with her founder's function
marktkramer; 6; AC; 1; -; 000; nl:Van der Kraam; 2012-04-02; a natural person without any function record
vervoer; 7; AC; 2; 610; 000; nl:Vervoer Steverlynckx; 1995-02-01; past, present and future directors
schrijnwerkerij; 8; AC; 2; 610; 050; nl:Schrijnwerkerij Brandsema; 2001-03-12; bankrupt: its trustee represents
meubelzaak; 9; AC; 2; 015; 012; nl:Meubelen Sluyterman; 1989-07-07; in voluntary liquidation
staalbouw; 10; AC; 2; 014; 091; fr:Charpentes Corbusson|nl:Staalbouw Corbusson; 1992-10-10; in judicial reorganisation
boomkwekerij; 11; AC; 2; 610; 000; nl:Boomkwekerij Overledaele; 1985-05-05; one director deceased, one alive
chocolaterie; 12; AC; 2; 014; 000; fr:Chocolaterie Trois Fèves; 2007-11-19; a company is director, a person acts for it
holding; 13; AC; 2; 014; 000; nl:Mandatin Holding; 2003-01-06; the company that is director of chocolaterie
textiel; 14; AC; 2; 610; 000; nl:Textiel Vestigeon; 2000-08-30; its company director's function ended
spinnerij; 15; AC; 2; 610; 000; nl:Spinnerij Schaduwe; 1999-12-01; its company director has ceased
huls; 16; ST; 2; 610; 014; nl:Lege Huls; 2005-05-25; a ceased company that still is director of spinnerij
schilders; 17; AC; 2; 610; 000; nl:Schilders Borstelaer; 2013-03-18; only entrepreneurial skills
raadsel; 18; AC; 2; 610; 000; fr:Le Mystère; 2018-04-01; only a function with an unknown code
scheepvaart; 19; AC; 2; 014; 000; nl:Scheepvaart Noorderzon|en:Northern Sun Shipping; 2016-02-16; foreign directors
drankenhandel; 20; AC; 2; 610; 000; nl:Dranken Hernummerd; 2011-09-09; its manager's number was replaced
naaiatelier; 21; AC; 2; 610; 000; nl:Naaiatelier Draad; 2019-06-03; its manager's number was cancelled
drogisterij; 22; AC; 2; 015; 000; nl:Drogisterij Codexmans; 1990-01-02; old and new codes of the companies code coexist
opgeslorpt; 23; ST; 2; 014; 021; nl:Fusiers en Zoon; 1975-03-01; absorbed by opslorper on 2024-06-30
opslorper; 24; AC; 2; 014; 000; nl:Fusiers Groep; 2008-08-08; the successor of opgeslorpt
eupen; 25; AC; 2; 610; 000; de:Eupendruck|nl:Eupendruk|fr:Eupenpresse|en:Eupenprint; 2006-06-26; names in four languages
btw-eenheid; 26; AC; 2; 003; 000; fr:Unité TVA Tevéaux; 2009-04-28; a VAT unit and its representative
archief; 27; AC; 2; 017; 000; xx:Archivum Nova; 1962-05-28; a name in an unknown language
ongeveer; 28; AC; 2; 610; 000; nl:Ongeveer Advies; 2020-02-02; functions with incomplete dates
dubbel; 29; AC; 2; 014; 000; nl:Dubbelmans Beheer; 1997-07-01; one person, two functions
zwijgzaam; 30; AC; 2; 017; 000; nl:De Zwijgzame Kring; 1988-04-04; no functions at all
emigrant; 31; AC; 2; 610; 000; nl:Reisbureau Uitgeweken; 1994-04-14; its manager was struck off, not deceased
gestopt; 32; ST; 2; 610; 014; nl:Sluitdeur Wonen; 1987-09-21; ceased on 2023-12-31, a function still open
gesloten; 33; AF; 2; 015; 014; nl:Gesloten Boek; 1979-01-15; closed
geannuleerd; 34; AN; 2; 610; 999; nl:Nooit Bedoeld; 2017-10-17; cancelled in KBO
bekendgemaakt; 35; BK; 2; 030; 100; de:Auslander Maschinenbau; 2014-12-01; a foreign enterprise made known
oprichting; 36; JU; 2; 610; 001; nl:Oprichtere in Wording; 2026-01-05; in creation, its director already known
nooit; 37; AF; 2; 610; 018; nl:Nooit Begonnen; -; never active: closed without a start
cooperatie; 38; AC; 2; 706; 020; nl:Coöperatie Zondernaem; 2002-02-22; its director has no first name
hersteld; 39; AC; 2; 610; 000; nl:Hersteld Vertrouwen; 1996-05-13; was bankrupt once; its trustee's function is over
"""

_FUNCTIONS: Final = """
bakkerij; els; 10006; 2015-03-01; -; yes
brouwerij; pierre; 10002; 2010-05-20; -; yes
imprimerie; pierre; 10006; 2004-09-01; 9999-12-31; yes
kelder; pierre; 10002; 2019-01-01; -; yes
kelder; guy; 20090; 2019-01-01; 2020-12-31; no
kapsalon; greta; 00001; 2009-05-11; -; yes
kapsalon; greta; 20090; 2009-05-11; -; no
vervoer; luc; 10002; 1995-02-01; 2022-11-30; yes
vervoer; jan; 10002; 2022-11-30; -; yes
vervoer; sofie; 10002; 2099-01-01; -; yes
schrijnwerkerij; hans; 10006; 2001-03-12; -; no
schrijnwerkerij; veerle; 90001; 2024-02-06; -; yes
meubelzaak; marc; 10006; 1989-07-07; -; no
staalbouw; ines; 10007; 2012-10-10; -; yes
boomkwekerij; dirk; 10002; 1985-05-05; -; yes
boomkwekerij; katrien; 10002; 2005-05-05; -; yes
chocolaterie; holding; 10002; 2010-01-01; -; no
chocolaterie; olivier@holding; 10003; 2010-01-01; -; yes
chocolaterie; bart; 10021; 2010-01-01; -; no
holding; olivier; 10007; 2003-01-06; -; yes
textiel; holding; 10002; 2012-01-01; 2021-06-30; no
textiel; chloe@holding; 10003; 2012-01-01; -; 2012-01-01/2021-06-30
spinnerij; huls; 10002; 2006-01-01; -; no
spinnerij; simon@huls; 10003; 2006-01-01; -; no
schilders; guy; 20008; 2013-03-18; -; no
schilders; guy; 20090; 2013-03-18; -; no
raadsel; zoe; 43210; 2018-04-01; -; no
scheepvaart; amira; 10002; 2016-02-16; -; yes
scheepvaart; joao; 10007; 2017-03-01; 9999-01-31; yes
drankenhandel; maarten; 10006; 2011-09-09; -; yes
naaiatelier; fatima; 10006; 2019-06-03; -; yes
ongeveer; ann; 10002; 2020-00-00; -; 2020-12-31/
ongeveer; gust; 10002; 2020-02-02; 2090-99-99; no
opgeslorpt; jef; 10002; 1975-03-01; 2024-06-30; yes
opslorper; lotte; 10002; 2008-08-08; -; yes
eupen; heidi; 10006; 2006-06-26; -; yes
btw-eenheid; yves; 00004; 2009-04-28; 9999-12-31; yes
archief; felix; 10002; 2000-01-01; -; yes
dubbel; ria; 10002; 1997-07-01; -; yes
dubbel; ria; 10007; 1998-07-01; -; yes
emigrant; ludo; 10006; 1994-04-14; -; yes
gestopt; roza; 10006; 1987-09-21; -; yes
gesloten; roza; 10006; 1979-01-15; 2003-12-31; yes
geannuleerd; zoe; 10006; 2017-10-17; -; yes
bekendgemaakt; ursula; 10031; 2014-12-01; -; yes
oprichting; victor; 10002; 2026-01-05; -; yes
nooit; roza; 10006; 1999-01-01; -; yes
cooperatie; noor; 10002; 2002-02-22; -; yes
hersteld; veerle; 90001; 2010-03-01; 2013-04-01; no
hersteld; hans; 10002; 1996-05-13; -; yes
"""


class PersonRow(NamedTuple):
    """An inhabitant of the cast; `origin` BE or FOREIGN (a BIS number)."""

    handle: str
    given: str
    family: str
    born: str
    sex: str
    origin: str
    why: str


class EnterpriseRow(NamedTuple):
    """An enterprise of the cast, with KBO's codes."""

    handle: str
    serial: str
    status: str
    kind: str
    form: str
    situation: str
    names: str
    start: str
    why: str


class FunctionRow(NamedTuple):
    """A function of the cast."""

    held_in: str
    holder: str
    code: str
    begin: str
    end: str
    represents: str


def _rows(table: str, columns: int) -> tuple[tuple[str, ...], ...]:
    lines = table.strip().splitlines()
    return tuple(tuple("" if cell == "-" else cell for cell in line.split("; ", columns - 1)) for line in lines)


PERSONS: Final = tuple(PersonRow(*row) for row in _rows(_PERSONS, len(PersonRow._fields)))
ENTERPRISES: Final = tuple(EnterpriseRow(*row) for row in _rows(_ENTERPRISES, len(EnterpriseRow._fields)))
FUNCTIONS: Final = tuple(FunctionRow(*row) for row in _rows(_FUNCTIONS, len(FunctionRow._fields)))
