"""Modules that tests and MPI programs of this folder share; the count of cases."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))


def pytest_terminal_summary(terminalreporter):
    """Say how many cases real ranks have compared with NumPy."""
    import ledger

    if ledger.ON_RANKS:
        summary = f"{ledger.ON_RANKS.total()} cases of {len(ledger.ON_RANKS)} MPI functions"
        terminalreporter.write_line(f"{summary} agree with NumPy")
