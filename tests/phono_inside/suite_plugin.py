"""A pytest plugin for the suites of phonopy and phono3py: what of them ran inside.

``pytest -p suite_plugin`` writes the outcome of every test, and the calls that were served
or passed on, to the file that ``PHONO_SUITE_REPORT`` names.
"""

import importlib
import json
import os
from pathlib import Path

import phono_inside

OUTCOMES = {}


def pytest_collection_finish():
    """Replace methods of phonopy too: the tests that were collected have imported it."""
    phono_inside.register()
    # Suites have small meshes, which ours are to serve too.
    importlib.import_module("phono_inside._crystal").FEW_TRIPLETS = 0


def pytest_runtest_logreport(report):
    """Keep the outcome of each test: that of its call, or of what failed around it."""
    if report.when == "call" or report.outcome != "passed":
        OUTCOMES[report.nodeid] = report.outcome


def pytest_sessionfinish(session):
    """Write the report."""
    functions = {
        f.name: {"served": f.served, "passed on": dict(f.passed_on)}
        for f in phono_inside.status().functions
        if f.replaced
    }
    report = {"outcomes": OUTCOMES, "functions": functions}
    Path(os.environ["PHONO_SUITE_REPORT"]).write_text(json.dumps(report, indent=1))
