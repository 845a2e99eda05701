"""The requirements register: every promise with a number, and what was measured against it.

The promises are the rows of ``tests/requirements.toml``. Tests, benchmarks and the hardware bench append what
they measured to a ledger under ``out/requirements/``; ``pocketk requirements`` merges the ledger into
``out/requirements.json`` and ``out/requirements.html``. A promise that nothing measured is "not shown".
"""

from pocketk.requirements.catalogue import Catalogue, find_catalogue, read_catalogue
from pocketk.requirements.command import requirements_command
from pocketk.requirements.comparison import Change, Comparison, compare
from pocketk.requirements.error import RequirementsError
from pocketk.requirements.ledger import Ledger, LedgerReading
from pocketk.requirements.record import Measurement, Requirement
from pocketk.requirements.register import Register, Row, Status, merge, read_register, write_register
from pocketk.requirements.run_identity import RunIdentity, identify_run

__all__ = [
    "Catalogue",
    "Change",
    "Comparison",
    "Ledger",
    "LedgerReading",
    "Measurement",
    "Register",
    "Requirement",
    "RequirementsError",
    "Row",
    "RunIdentity",
    "Status",
    "compare",
    "find_catalogue",
    "identify_run",
    "merge",
    "read_catalogue",
    "read_register",
    "requirements_command",
    "write_register",
]
