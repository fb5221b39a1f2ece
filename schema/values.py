"""Small answers that several nouns share: coded values, addresses and readings of a source."""

from __future__ import annotations

from datetime import datetime

import strawberry

from btb import enterprises
from btb.codes import CodeList
from btb.enterprises import Language
from datasources.readings import AuthenticSource, Reading
from schema.info import Info


@strawberry.type(description="A code of an authentic source with its label.")
class CodeLabel:
    code: str = strawberry.field(description="The code, leading zeros kept.")
    source_label: strawberry.Private[str | None]
    labels: strawberry.Private[CodeList]

    @strawberry.field(
        description="The label in the language asked, else in the first of Dutch, French and German that is known."
    )
    def label(self, info: Info, language: Language | None = None) -> str:
        return self.labels.label(self.code, language or info.context.language) or self.source_label or self.code

    @classmethod
    def of(cls, coded: enterprises.Coded | None, labels: CodeList) -> CodeLabel | None:
        """The answer for a code, None where the source gave none."""
        return None if coded is None else cls(code=coded.code, source_label=coded.label, labels=labels)


@strawberry.type(description="The seat of an enterprise.")
class Address:
    street: str | None = strawberry.field(description="Street, in the language the source gave.")
    house_number: str | None = strawberry.field(description="House number.")
    box: str | None = strawberry.field(description="Box.")
    postal_code: str | None = strawberry.field(description="Postal code.")
    municipality: str | None = strawberry.field(description="Municipality, in the language the source gave.")
    country_code: str | None = strawberry.field(description="Country, ISO 3166-1 alpha-2 where the source gives one.")

    @classmethod
    def of(cls, address: enterprises.Address | None) -> Address | None:
        """The answer for an address, None where the source gave none."""
        if address is None:
            return None
        return cls(
            street=address.street,
            house_number=address.house_number,
            box=address.box,
            postal_code=address.postal_code,
            municipality=address.municipality,
            country_code=address.country_code,
        )


@strawberry.type(description="When and from where facts were read.")
class SourceReading:
    source: AuthenticSource = strawberry.field(description="The register that answered.")
    read_at: datetime = strawberry.field(description="When it answered.")
    stale: bool = strawberry.field(description="True where a stored answer stood in for a source out of reach.")

    @classmethod
    def of(cls, reading: Reading[object]) -> SourceReading:
        """The answer for a reading."""
        return cls(source=reading.source, read_at=reading.read_at, stale=reading.stale)
