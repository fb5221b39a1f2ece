"""An OpenID provider for rehearsals and tests: it gives a token of any inhabitant of the town to whoever asks.

It knows nobody but the people of the rehearsal town, and cannot be on together with a real issuer
(`server.issuers.trusted`). `RehearsalIssuer` makes tokens, `rehearsal_issuer_app` is the provider itself.
"""

from server.rehearsal_issuer.app import rehearsal_issuer_app
from server.rehearsal_issuer.keys import KEYS_FILE, RehearsalKeys
from server.rehearsal_issuer.minting import CITIZENS, SYSTEMS, RehearsalIssuer

__all__ = ["CITIZENS", "KEYS_FILE", "SYSTEMS", "RehearsalIssuer", "RehearsalKeys", "rehearsal_issuer_app"]
