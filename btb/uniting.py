"""Two ids that prove to be one person: what is held under a former id is held under the one known now.

A national number is replaced, and the new one had been met before as somebody else. Each mandate under the former id
ends as REPLACED, and the same one begins under the id of now: with the cause NUMBER_REPLACED, by the register, and on
the ground that it stood on, so that whoever appointed is still told as having appointed. Where the person holds
something beside it the rules are those of appointing: a greater mandate absorbs a lesser one, one in office an equal
one that is scheduled, and of two equal ones the one that lasts longer stays. Access managers keep every domain that
they had by either mandate. A suspension of either of two equal mandates stands until it is ended.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from btb.actors import REGISTER
from btb.changes import Change, ChangeCause, ChangeType
from btb.chart import Chart, open_delegations
from btb.drafts import Draft, NewId, with_delegation
from btb.due import settle
from btb.mandates import RANK, AccessManagerRole, Delegation, DelegationId, EndReason, Mandate, MandateId, Standing
from btb.persons import Identity, PersonId
from btb.policy import DEFAULT_POLICY, AppointmentPolicy

_CAUSE = ChangeCause.NUMBER_REPLACED
_NEVER = datetime.max.replace(tzinfo=UTC)


def united(
    chart: Chart,
    persons: tuple[Identity, ...],
    *,
    now: datetime,
    new_id: NewId,
    policy: AppointmentPolicy = DEFAULT_POLICY,
) -> tuple[Change, ...]:
    """What is due by now, and what changes where these people are one under several ids; empty where nothing does."""
    draft = Draft(chart, now, new_id, policy)
    settle(draft)
    for person in persons:
        unite(draft, person)
    return draft.changes


def unite(draft: Draft, person: Identity) -> None:
    """Hand everything that has not ended to the id known now: what is in office first, then what is scheduled."""
    if not person.others:
        return
    former = [mandate for mandate in draft.open() if mandate.person in person.others]
    for mandate in sorted(former, key=lambda each: (each.standing is Standing.SCHEDULED, -RANK[each.role])):
        _hand_over(draft, mandate, person.person)


def _hand_over(draft: Draft, mandate: Mandate, person: PersonId) -> None:
    held = sorted(draft.held(person), key=lambda each: -RANK[each.role])
    rivals = [each for each in held if _in_the_way(each, mandate)]
    stays = next((each for each in rivals if _stays(each, mandate)), None)
    draft.end(mandate, EndReason.REPLACED, _CAUSE, REGISTER, draft.now)
    if stays is None:
        for rival in rivals:
            draft.end(rival, EndReason.REPLACED, _CAUSE, REGISTER, draft.now)
        equal = [mandate, *(rival for rival in rivals if rival.role is mandate.role)]
        _entrust(draft, _anew(draft, equal, person), equal)
    elif stays.role is mandate.role:
        if stays.suspended_at is None and mandate.suspended_at is not None:
            stays = replace(stays, suspended_at=draft.now)
            draft.write(ChangeType.ACCESS_MANAGER_SUSPENDED, _CAUSE, REGISTER, draft.now, stays)
        _entrust(draft, stays, [mandate])


def _anew(draft: Draft, equal: list[Mandate], person: PersonId) -> Mandate:
    """The first of these mandates under the other id, yet without what it delegated; suspended where any of them is."""
    mandate = equal[0]
    heir = replace(
        mandate,
        id=MandateId(draft.new_id()),
        person=person,
        valid_from=max(mandate.valid_from, draft.now),
        appointed_at=draft.now,
        suspended_at=max((each.suspended_at for each in equal if each.suspended_at is not None), default=None),
        delegations=(),
    )
    draft.install(heir, _CAUSE, REGISTER)
    return heir


def _entrust(draft: Draft, mandate: Mandate, former: list[Mandate]) -> None:
    """Grant by a mandate what others had delegated; of one domain granted twice, the better one stays."""
    for delegation in (each for other in former for each in open_delegations(other)):
        mine = next((each for each in open_delegations(mandate) if each.domain == delegation.domain), None)
        if mine is not None:
            if (mine.standing is Standing.IN_OFFICE, _end(mine)) >= (
                delegation.standing is Standing.IN_OFFICE,
                _end(delegation),
            ):
                continue
            mandate = draft.end_delegation(mandate, mine, EndReason.REPLACED, _CAUSE, REGISTER, draft.now)
        granted = replace(
            delegation,
            id=DelegationId(draft.new_id()),
            valid_from=max(delegation.valid_from, draft.now),
            granted_at=draft.now,
        )
        mandate = with_delegation(mandate, granted)
        draft.write(ChangeType.DELEGATION_GRANTED, _CAUSE, REGISTER, granted.valid_from, mandate, delegation=granted)


def _in_the_way(held: Mandate, other: Mandate) -> bool:
    """Whether one person cannot have both: at one time, unless the lesser one is in office until the greater begins."""
    if held.standing is other.standing:
        return True
    first, then = (held, other) if held.standing is Standing.IN_OFFICE else (other, held)
    return _end(first) > then.valid_from and RANK[first.role] >= RANK[then.role]


def _stays(held: Mandate, other: Mandate) -> bool:
    """Whether what is held already absorbs the other one."""
    if held.role is not other.role:
        return RANK[held.role] > RANK[other.role]
    if held.standing is not other.standing:
        return held.standing is Standing.IN_OFFICE
    return held.role is AccessManagerRole.DOMAIN or _end(held) >= _end(other)


def _end(dated: Mandate | Delegation) -> datetime:
    return dated.valid_until or _NEVER
