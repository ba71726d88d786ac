"""Compare two reports of `suite_plugin`: without and with our kernels inside."""

import json
import sys
from collections import Counter
from pathlib import Path

LEAST_SERVED = 0.9
"""A part of the calls of the first function."""


def compared(without: dict, inside: dict) -> list[str]:
    """What is wrong: tests that fail inside alone, and too few calls that were served."""
    wrong = [
        f"{test} fails inside alone"
        for test, outcome in without["outcomes"].items()
        if outcome == "passed" and inside["outcomes"].get(test) != "passed"
    ]
    for name in ("collision_at_grid_point",):
        calls = inside["functions"].get(name, {"served": 0, "passed on": {}})
        n = calls["served"] + sum(calls["passed on"].values())
        if n and calls["served"] < LEAST_SERVED * n:
            wrong.append(f"{name}: {calls['served']} of {n} calls served")
    return wrong


def main(paths: list[str]) -> None:
    """Show both reports, and end with an error if something is wrong."""
    without, inside = (json.loads(Path(path).read_text()) for path in paths)
    lines = [
        f"without: {dict(Counter(without['outcomes'].values()))}",
        f"inside:  {dict(Counter(inside['outcomes'].values()))}",
    ]
    for name, calls in inside["functions"].items():
        n = sum(calls["passed on"].values())
        lines.append(
            f"{name}: {calls['served']} served, {n} passed on {calls['passed on']}"
        )
    wrong = compared(without, inside)
    sys.stdout.write("\n".join([*lines, *wrong]) + "\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
