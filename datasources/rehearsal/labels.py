"""The Dutch labels MAGDA gives beside the codes that occur in the town (KBO code tables)."""

from __future__ import annotations

FUNCTIONS = {
    "00001": "Oprichter van een geregistreerde entiteit-natuurlijk persoon",
    "00004": "Vertegenwoordiger van de BTW-eenheid",
    "10002": "Bestuurder",
    "10003": "Vaste vertegenwoordiger",
    "10005": "Lid DirectieComité",
    "10006": "Zaakvoerder",
    "10007": "Gedelegeerd bestuurder",
    "10021": "Vast vertegenwoordiger Commissaris",
    "10031": "Wettelijk vertegenwoordiger",
    "11000": "Notaris-plaatsvervanger",
    "20008": "Aannemer van schilderwerken",
    "20023": "Behanger-plaatser van wand- en vloerbekleding",
    "20045": "Beenhouwer-spekslager",
    "20090": "Basiskennis bedrijfsbeheer",
    "20202": "Stukadoor, cementeer-en dekvloeractiviteiten",
    "30000": "Werkende vennoot",
    "43210": "Ongekende code",
    "90001": "Curator (aanstelling door rechtbanken)",
}

FORMS = {
    "003": "BTW-eenheid",
    "008": "Coöperatieve vennootschap met beperkte aansprakelijkheid",
    "011": "Vennootschap onder firma",
    "012": "Gewone commanditaire vennootschap",
    "014": "Naamloze vennootschap",
    "015": "Besloten vennootschap met beperkte aansprakelijkheid",
    "017": "Vereniging zonder winstoogmerk",
    "030": "Buitenlandse entiteit",
    "125": "Internationale vereniging zonder winstoogmerk",
    "610": "Besloten Vennootschap",
    "612": "Commanditaire vennootschap",
    "706": "Coöperatieve vennootschap",
}

SITUATIONS = {
    "000": "Normale toestand",
    "001": "Juridische oprichting",
    "002": "Verlenging",
    "003": "Vervanging van het ondernemingsnummer",
    "006": "Stopzetting wegens vervanging van het ondernemingsnummer",
    "010": "Ontbinding van rechtswege",
    "011": "Activiteitstopzetting in België (buitenlandse entiteit)",
    "012": "Vrijwillige ontbinding – vereffening",
    "013": "Gerechtelijke ontbinding of nietigheid",
    "014": "Sluiting van vereffening",
    "015": "Stopzetting entiteit zonder rechtspersoonlijkheid",
    "016": "Stopzetting activiteit entiteit natuurlijk persoon",
    "017": "Overdracht geregistreerde entiteit natuurlijk persoon",
    "018": "Stopzetting in bekendmaking",
    "019": "Stopzetting van een EDRL of niet-EU entiteit",
    "020": "Vereniging van aandelen in één hand",
    "021": "Fusie door overneming",
    "022": "Fusie door oprichting van een nieuwe entiteit",
    "023": "Splitsing",
    "024": "Splitsing door overneming",
    "025": "Splitsing door oprichting van nieuwe entiteiten",
    "026": "Gemengde splitsing",
    "030": "Gerechtelijk akkoord voor faling",
    "031": "Gerechtelijk akkoord na faling",
    "040": "Voorlopige opschorting van betaling",
    "041": "Definitieve opschorting van betaling",
    "042": "Herroeping van de opschorting",
    "043": "Einde van de opschorting",
    "048": "Opening faillissement met verschoonbaarheid",
    "049": "Opening faillissement met niet-verschoonbaarheid",
    "050": "Opening faillissement",
    "051": "Sluiting faillissement met verschoonbaarheid",
    "052": "Sluiting faillissement met niet-verschoonbaarheid",
    "053": "Sluiting faillissement",
    "090": "Nieuwe statuten",
    "091": "Opschorting (gerechtelijke reorganisatie)",
    "100": "Bekendmaking van de entiteit",
    "111": "Doorhaling wegens stopzetting in een EER-register",
    "112": "Heropening van de vereffening",
    "999": "Geannuleerd dossier",
}

STATUSES = {
    "AC": "Actief",
    "AF": "Afgesloten",
    "AN": "Geannuleerd",
    "BK": "Bekendgemaakt",
    "JU": "Juridische creatie",
    "ST": "Stopgezet",
}

KINDS = {"1": "Natuurlijke persoon", "2": "Rechtspersoon"}

END_REASONS = {"004": "Ontslag", "016": "Activiteitstopz NP", "021": "Fusie door overnemin"}
"""Reasons of the end of a function; KBO cuts the texts at twenty characters."""

REPRESENTATIONS = {
    "1": "Vertegenwoordiging door natuurlijke persoon",
    "2": "Vertegenwoordiging door onderneming",
    "3": "Vertegenwoordiging door natuurlijke persoon en onderneming",
}

EXEMPTIONS = {"Y": "vrijstelling bekomen", "N": "geen vrijstelling bekomen", "999": "geen vrijstelling mogelijk"}
