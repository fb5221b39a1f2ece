"""A synthetic town that answers as MAGDA does: the default source, the demo and the tests.

`Town.build()` makes the inhabitants and their enterprises, `rehearsal_app(town, switches)` answers SOAP about them.
Nobody in it exists: every person has a test number (month plus sixty), every enterprise a number that KBO never gave.
"""

from datasources.rehearsal.service import RehearsalApp, rehearsal_app
from datasources.rehearsal.switches import Switches, Trouble
from datasources.rehearsal.town import Town

__all__ = ["RehearsalApp", "Switches", "Town", "Trouble", "rehearsal_app"]
