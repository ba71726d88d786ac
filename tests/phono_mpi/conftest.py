"""Modules that tests and MPI programs of this folder share; the count of cases."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))


def pytest_sessionfinish(session):
    """Tell the process that writes the summary what this one has counted."""
    import ledger

    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["cases"] = dict(ledger.ON_RANKS)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Add what another process has counted."""
    import ledger

    ledger.ON_RANKS.update(getattr(node, "workeroutput", {}).get("cases", {}))


def pytest_terminal_summary(terminalreporter):
    """Say how many cases real ranks have compared with NumPy."""
    import ledger

    if ledger.ON_RANKS:
        summary = f"{ledger.ON_RANKS.total()} cases of {len(ledger.ON_RANKS)} MPI functions"
        terminalreporter.write_line(f"{summary} agree with NumPy")
