"""Apollo's products schema, served by our own execution room: `python -m conformance.products PORT`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import strawberry
import uvicorn
from strawberry.schema_directive import Location

from execution.engine import Engine
from execution.entities import SubgraphSchema
from execution.hooks import Policies, RequestInfo
from execution.http import GraphQLHttp, HttpSettings


@strawberry.federation.schema_directive(
    locations=[Location.OBJECT], name="custom", compose=True, import_url="https://myspecs.dev/myCustomDirective/v1.0"
)
class Custom:
    pass


@strawberry.type
class ProductVariation:
    id: strawberry.ID


@strawberry.type
class CaseStudy:
    case_number: strawberry.ID
    description: str | None = None


@strawberry.federation.type(keys=["study { caseNumber }"])
class ProductResearch:
    study: CaseStudy
    outcome: str | None = None

    @classmethod
    def resolve_reference(cls, study: Any) -> ProductResearch | None:
        number = study["case_number"]
        return next((each for each in RESEARCH if each.study.case_number == number), None)


@strawberry.federation.type(shareable=True)
class ProductDimension:
    size: str | None = None
    weight: float | None = None
    unit: str | None = strawberry.federation.field(inaccessible=True, default=None)


@strawberry.federation.type(keys=["email"], extend=True)
class User:
    email: strawberry.ID = strawberry.federation.field(external=True)
    total_products_created: int | None = strawberry.federation.field(external=True, default=1337)
    years_of_employment: int = strawberry.federation.field(external=True, default=10)

    @strawberry.federation.field(override="users")
    def name(self) -> str | None:
        return "Jane Smith"

    @strawberry.federation.field(requires=["totalProductsCreated yearsOfEmployment"])
    def average_products_created_per_year(self) -> int | None:
        if self.total_products_created is None:
            return None
        return round(self.total_products_created / self.years_of_employment)

    @classmethod
    def resolve_reference(
        cls, email: strawberry.ID, total_products_created: int | None = 1337, years_of_employment: int = 10
    ) -> User:
        return User(email=email, total_products_created=total_products_created, years_of_employment=years_of_employment)


JANE = "support@apollographql.com"


@strawberry.federation.type(keys=["id", "sku package", "sku variation { id }"], directives=[Custom()])
class Product:
    id: strawberry.ID
    sku: str | None = None
    package: str | None = None
    variation: ProductVariation | None = None
    research: list[ProductResearch] = strawberry.field(default_factory=list)

    @strawberry.field
    def dimensions(self) -> ProductDimension | None:
        return ProductDimension(size="small", weight=1, unit="kg")

    @strawberry.federation.field(provides=["totalProductsCreated"])
    def created_by(self) -> User | None:
        return User(email=strawberry.ID(JANE))

    @strawberry.federation.field(tags=["internal"])
    def notes(self) -> str | None:
        return None

    @classmethod
    def resolve_reference(
        cls, id: strawberry.ID | None = None, sku: str | None = None, package: str | None = None, variation: Any = None
    ) -> Product | None:
        def meant(each: Product) -> bool:
            if id is not None:
                return each.id == id
            if package is not None:
                return (each.sku, each.package) == (sku, package)
            return each.sku == sku and each.variation is not None and each.variation.id == variation["id"]

        return next((each for each in PRODUCTS if meant(each)), None)


@strawberry.federation.type(keys=["sku package"])
class DeprecatedProduct:
    sku: str
    package: str
    reason: str | None = None

    @strawberry.field
    def created_by(self) -> User | None:
        return User(email=strawberry.ID(JANE))

    @classmethod
    def resolve_reference(cls, sku: str, package: str) -> DeprecatedProduct | None:
        return DEPRECATED if (sku, package) == (DEPRECATED.sku, DEPRECATED.package) else None


@strawberry.federation.interface_object(keys=["id"])
class Inventory:
    id: strawberry.ID

    @strawberry.field
    def deprecated_products(self) -> list[DeprecatedProduct]:
        return [DEPRECATED]

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Inventory:
        return Inventory(id=id)


DEPRECATED = DeprecatedProduct(
    sku="apollo-federation-v1", package="@apollo/federation-v1", reason="Migrate to Federation V2"
)
RESEARCH = [
    ProductResearch(study=CaseStudy(case_number=strawberry.ID("1234"), description="Federation Study")),
    ProductResearch(study=CaseStudy(case_number=strawberry.ID("1235"), description="Studio Study")),
]
PRODUCTS = [
    Product(
        id=strawberry.ID(identifier),
        sku=sku,
        package=package,
        variation=ProductVariation(id=strawberry.ID(variation)),
        research=[research],
    )
    for identifier, sku, package, variation, research in (
        ("apollo-federation", "federation", "@apollo/federation", "OSS", RESEARCH[0]),
        ("apollo-studio", "studio", "", "platform", RESEARCH[1]),
    )
]


@strawberry.type
class Query:
    @strawberry.field
    def product(self, id: strawberry.ID) -> Product | None:
        return Product.resolve_reference(id=id)

    @strawberry.field(deprecation_reason="Use product query instead")
    def deprecated_product(self, sku: str, package: str) -> DeprecatedProduct | None:
        return DeprecatedProduct.resolve_reference(sku, package)


@dataclass(frozen=True, slots=True)
class Nobody:
    """A context that knows nothing."""


async def nobody(info: RequestInfo) -> Nobody:
    """A context for every request."""
    return Nobody()


def application() -> GraphQLHttp:
    """The products subgraph."""
    schema = SubgraphSchema(
        query=Query,
        types=[Product, DeprecatedProduct, ProductResearch, User, Inventory],
        federation_version="2.3",
    )
    return GraphQLHttp(Engine(schema, policies=Policies(trace=lambda context: True)), nobody, HttpSettings())


if __name__ == "__main__":
    uvicorn.run(application(), host="127.0.0.1", port=int(sys.argv[1]), lifespan="off", log_level="warning")
