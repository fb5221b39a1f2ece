"""Questions."""

from __future__ import annotations

import strawberry
from strawberry.federation.schema_directives import ListSize

from btb.identifiers import EnterpriseNumber
from resolvers import domains, enterprises
from schema.domain import AccessManagementSystem, Domain, domain
from schema.enterprise import Enterprise
from schema.info import Info


@strawberry.type(description="Questions.")
class Query:
    @strawberry.field(description="One enterprise by its number; null where KBO does not know it.")
    async def enterprise(self, info: Info, enterprise_number: EnterpriseNumber) -> Enterprise | None:
        (found,) = await enterprises.enterprises(info.context, [enterprise_number])
        return None if found is None else Enterprise(enterprise_number=found)

    @strawberry.field(
        description="At most 200; the answer has the order and length of the question, null where KBO knows nothing.",
        directives=[
            ListSize(
                assumed_size=enterprises.MOST_ENTERPRISES,
                slicing_arguments=strawberry.UNSET,  # type: ignore[arg-type]
                sized_fields=strawberry.UNSET,  # type: ignore[arg-type]
                require_one_slicing_argument=False,
            )
        ],
    )
    async def enterprises(self, info: Info, enterprise_numbers: list[EnterpriseNumber]) -> list[Enterprise | None]:
        found = await enterprises.enterprises(info.context, enterprise_numbers)
        return [None if number is None else Enterprise(enterprise_number=number) for number in found]

    @strawberry.field(description="One domain by its code; null for an unknown one.")
    def domain(self, info: Info, code: strawberry.ID) -> Domain | None:
        return domain(info, code)

    @strawberry.field(description="All domains, in their official order; twenty of them.")
    def domains(self, info: Info) -> list[Domain]:
        return [Domain(domain=each) for each in domains.domains(info.context)]

    @strawberry.field(description="Every system that grants actual access; a handful.")
    def access_management_systems(self, info: Info) -> list[AccessManagementSystem]:
        return [AccessManagementSystem(system=each) for each in domains.systems(info.context)]
