"""Where an access manager is reached: e-mail addresses and phone numbers, normalised or refused.

The two packages that know them are imported with the first address and the first number: they hold long tables and
expressions, and a service that only answers questions starts sooner and is smaller without them.
"""

from __future__ import annotations

from btb.mandates import Contact
from btb.refusals import Problem, ProblemCode


def contact(email: str | None, phone: str | None) -> tuple[Contact, tuple[Problem, ...]]:
    """The contact as it is kept, and a problem for each part that is no address or number.

    Phone numbers without a country belong to Belgium. Nothing is looked up in the network.
    """
    problems = []
    kept_email, kept_phone = None, None
    if email:
        kept_email = _email(email)
        if kept_email is None:
            problems.append(Problem(ProblemCode.INVALID_CONTACT, ("email",)))
    if phone:
        kept_phone = _phone(phone)
        if kept_phone is None:
            problems.append(Problem(ProblemCode.INVALID_CONTACT, ("phone",)))
    return Contact(email=kept_email, phone=kept_phone), tuple(problems)


def _email(text: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False).normalized if len(text) <= 254 else None
    except EmailNotValidError:
        return None


def _phone(text: str) -> str | None:
    if len(text) > 40:
        return None
    import phonenumbers

    try:
        number = phonenumbers.parse(text, "BE")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
