"""The closed lists of the contract, each value described."""

from __future__ import annotations

from enum import Enum

import strawberry

from btb.actors import ActorKind
from btb.changes import ChangeCause, ChangeType
from btb.decisions import DecisionReason
from btb.enterprises import EnterpriseKind, EnterpriseStatus, Language
from btb.mandates import AccessManagerRole, Affiliation, EndReason, MandateStatus
from btb.refusals import ProblemCode
from datasources.followers import InterruptionReason
from datasources.readings import AuthenticSource
from resolvers.outages import OutageKind, Service
from resolvers.viewer import Capacity


def describe(kind: type[Enum], description: str, **values: str) -> None:
    """Make a GraphQL enum of `kind`; every value must be described."""
    strawberry.enum(kind, description=description)
    definition = kind.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values.pop(value.name)
    if values:
        raise LookupError(f"{kind.__name__} has no {', '.join(values)}")


describe(
    Language,
    "A language that texts are given in.",
    NL="Dutch.",
    FR="French.",
    DE="German.",
    EN="English; where a source has none, the text comes in the first of Dutch, French and German that it has.",
)
describe(
    EnterpriseStatus,
    "Status of an enterprise in KBO.",
    ACTIVE="Active (AC): may be registered.",
    CLOSED="Closed (AF).",
    ANNOUNCED="Made known (BK): a foreign entity that was given a number.",
    CANCELLED="Cancelled (AN): treated as never valid.",
    JURIDICALLY_CREATED="In juridical creation (JU).",
    STOPPED="Ceased (ST).",
)
describe(
    EnterpriseKind,
    "What kind of person an enterprise is.",
    NATURAL_PERSON="A natural person with an enterprise of their own.",
    LEGAL_PERSON="A legal person.",
    UNKNOWN="KBO does not say.",
)
describe(
    AuthenticSource,
    "A register that is always leading.",
    KBO="Crossroads Bank for Enterprises (Kruispuntbank van Ondernemingen, Banque-Carrefour des Entreprises).",
    NATIONAL_REGISTER="National Register of natural persons.",
    BIS_REGISTER="BIS register, of persons without a number in the National Register.",
)
describe(
    AccessManagerRole,
    "What an access manager may do.",
    CHIEF=(
        "Chief access manager: every domain, and the government's contact. Dutch: hoofdtoegangsbeheerder (HTB); "
        "French: gestionnaire d'accès principal (GAP); German: Hauptzugangsverwalter (HZV)."
    ),
    CO_CHIEF=(
        "Co-chief, the chief's back-up: every domain. Dutch: co-hoofdtoegangsbeheerder (Co-HTB); "
        "French: co-gestionnaire d'accès principal (co-GAP); German: Co-Hauptzugangsverwalter (Co-HZV)."
    ),
    DOMAIN=(
        "Access manager of the domains delegated to them. Dutch: toegangsbeheerder (TB); "
        "French: gestionnaire d'accès (GA); German: Zugangsverwalter (ZV)."
    ),
)
describe(
    MandateStatus,
    "Where a mandate or a delegation stands at a moment.",
    SCHEDULED="Starts later.",
    ACTIVE="In force.",
    SUSPENDED="In office, but may do nothing until reinstated.",
    ENDED="No longer in force.",
)
describe(
    EndReason,
    "Why a mandate or a delegation ended.",
    REPLACED="Somebody else was appointed in their place, or the same person to a higher role.",
    RESIGNED="The person gave it up.",
    DISMISSED="Whoever may appoint ended it.",
    REVOKED="The delegation was taken back.",
    EXPIRED="Its period ended.",
    DECEASED="The person died.",
    NUMBER_CANCELLED="The person's number was cancelled.",
    ENTERPRISE_CEASED="The enterprise ceased.",
    ENTERPRISE_SUCCEEDED="The enterprise was taken over by another.",
)
describe(
    Affiliation,
    "How a person belongs to the enterprise, as the representative declares.",
    EMPLOYEE="Employed by the enterprise.",
    LEGAL_REPRESENTATIVE="Represents the enterprise.",
    PARTNER="Partner in the enterprise.",
)
describe(
    ActorKind,
    "Who did something.",
    PERSON="A person.",
    CLIENT="A machine client.",
    REGISTER="The register itself, following time or an authentic source.",
)
describe(
    ChangeType,
    "What happened.",
    CHIEF_APPOINTED="A chief access manager was appointed, or a scheduled one took office.",
    CO_CHIEF_APPOINTED="A co-chief was appointed, or a scheduled one took office.",
    ACCESS_MANAGER_APPOINTED="An access manager of some domains was appointed, or a scheduled one took office.",
    APPOINTMENT_ENDED="A mandate ended.",
    DELEGATION_GRANTED="A domain was delegated, or a scheduled delegation started.",
    DELEGATION_PERIOD_CHANGED="The period of a delegation changed.",
    DELEGATION_ENDED="A delegation ended.",
    ACCESS_MANAGER_SUSPENDED="An access manager was suspended.",
    ACCESS_MANAGER_REINSTATED="A suspended access manager was reinstated.",
    ENTERPRISE_WITHOUT_CHIEF="An enterprise has no chief access manager any more.",
)
describe(
    ChangeCause,
    "What made a change happen.",
    REQUEST="Somebody asked for it.",
    PERIOD_REACHED="The moment it was planned for came.",
    EXPIRY="Its period ended.",
    DEATH="The person died.",
    NUMBER_REPLACED="The person's number was replaced.",
    NUMBER_CANCELLED="The person's number was cancelled.",
    ENTERPRISE_CEASED="The enterprise ceased.",
    ENTERPRISE_SUCCEEDED="The enterprise was taken over by another.",
)
describe(
    ProblemCode,
    "Why a request was refused.",
    ENTERPRISE_UNKNOWN="KBO does not know this enterprise.",
    ENTERPRISE_NOT_ACTIVE="The enterprise is not active in KBO.",
    PERSON_UNKNOWN="The registers do not know this person.",
    PERSON_DECEASED="The person died.",
    NOT_LEGAL_REPRESENTATIVE="Only a legal representative whom KBO knows today may ask this.",
    NOT_CHIEF="Only the chief access manager may ask this.",
    NOT_CHIEF_OR_CO_CHIEF="Only the chief access manager or a co-chief may ask this.",
    NOT_ENTITLED="Whoever asks may not do this.",
    ASSURANCE_TOO_LOW="This needs a login of a higher assurance level.",
    ALREADY_APPOINTED="The person already holds this or a higher mandate.",
    NOT_IN_OFFICE="The mandate or delegation is not in force, or there is none under this id.",
    DOMAIN_UNKNOWN="There is no such domain, or none was named.",
    INVALID_PERIOD="The period is empty, in the past, or longer than allowed.",
    INVALID_CONTACT="The e-mail address or the phone number is not valid.",
    VERSION_CONFLICT="The enterprise's mandates changed since the version the caller decided on.",
    IDEMPOTENCY_KEY_REUSED="The key was used before with other content.",
    SOURCE_UNAVAILABLE="An authentic source is out of reach; nothing is decided without it.",
    CURSOR_INVALID="The cursor is not one of this feed.",
    UNKNOWN_SYSTEM="There is no such access-management system, or the caller does not speak for it.",
    UNKNOWN_OUTAGE="There is no such outage.",
    APPLICATION_UNKNOWN="There is no such application, or it belongs to somebody else.",
)
describe(
    DecisionReason,
    "Why somebody may, or may not, manage access in a domain.",
    IS_CHIEF="Chief access manager: every domain.",
    IS_CO_CHIEF="Co-chief: every domain.",
    HAS_DELEGATION="The domain is delegated to them.",
    NO_MANDATE="No mandate in this enterprise.",
    NOT_THIS_DOMAIN="A mandate, but not for this domain.",
    NOT_YET_VALID="The mandate or delegation starts later.",
    SUSPENDED="The mandate is suspended.",
    ENDED="The mandate or delegation has ended.",
    PERSON_DECEASED="The person died.",
    ENTERPRISE_NOT_ACTIVE="The enterprise has ceased.",
    UNKNOWN_ENTERPRISE="KBO does not know the enterprise.",
    UNKNOWN_PERSON="The registers do not know the person.",
    UNKNOWN_DOMAIN="There is no such domain.",
)
describe(
    Capacity,
    "In which capacity somebody acts for an enterprise.",
    LEGAL_REPRESENTATIVE="Legal representative, by KBO.",
    CHIEF="Chief access manager.",
    CO_CHIEF="Co-chief.",
    DOMAIN="Access manager of some domains.",
)
describe(
    InterruptionReason,
    "Why a stream of the feed ends.",
    CURSOR_EXPIRED="The cursor is older than what is kept: take a snapshot.",
    CURSOR_OF_OTHER_EPOCH="The register was restored since: take a snapshot.",
    CURSOR_AHEAD="The cursor lies beyond the newest change.",
    CURSOR_INVALID="This register did not write the cursor.",
    TOO_SLOW="The subscriber does not read fast enough.",
    TOKEN_EXPIRED="The token has expired: come back with another.",  # noqa: S106 a description
    SHUTTING_DOWN="This process stops: come back.",
)
describe(
    Service,
    "The two faces of the service that its objectives name.",
    WEB_APPLICATION="What people use.",
    WEB_SERVICE="What machines use.",
)
describe(
    OutageKind,
    "Whether an outage was planned.",
    PLANNED="Planned.",
    UNPLANNED="Not planned.",
)
