"""Everything that is asked of the service."""

from __future__ import annotations

from typing import Final

_HELD: Final = """
fragment Held on AccessManager {
  id role validFrom validUntil suspendedAt endedAt
  enterprise { enterpriseNumber }
  person { id }
  delegations(statuses: [SCHEDULED, ACTIVE, SUSPENDED, ENDED]) { id validFrom validUntil endedAt domain { code } }
}
"""
_CHANGE: Final = (
    """
fragment Said on Change { id cursor type cause effectiveAt recordedAt accessManager { ...Held } }
"""
    + _HELD
)

SYSTEM: Final = "query System { accessManagementSystems { code domains { code } } }"

SNAPSHOT: Final = (
    """
query Snapshot($filter: ChangeFilter, $after: String) {
  snapshot(filter: $filter, first: 200, after: $after) { cursor endCursor hasNextPage mandates { ...Held } }
}
"""
    + _HELD
)

CHANGES: Final = (
    """
query Changes($filter: ChangeFilter, $after: Cursor) {
  changes(filter: $filter, first: 200, after: $after) { endCursor hasMore changes { ...Said } }
}
"""
    + _CHANGE
)

FOLLOW: Final = (
    """
subscription Follow($filter: ChangeFilter, $after: Cursor) {
  changes(filter: $filter, after: $after) {
    __typename
    ... on ChangeBatch { from to changes { ...Said } }
    ... on Checkpoint { from to }
    ... on FeedInterrupted { reason resumeAfter }
  }
}
"""
    + _CHANGE
)

CONFIRM: Final = """
mutation Confirm($system: ID!, $upTo: Cursor!) {
  acknowledgeChanges(input: { system: $system, upTo: $upTo }) {
    ... on AccessManagementSystem { code }
    ... on Refusal { problems { code } }
  }
}
"""

CHECKSUM: Final = """
query Checksum($filter: ChangeFilter, $at: Cursor) {
  checksum(filter: $filter, at: $at) { cursor mandates digest }
}
"""
