"""``python -m fuzzing --first 0 --count 100000``: faults are printed."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fuzzing.originals import READERS
from fuzzing.watch import in_turn, run, summary


def main() -> int:
    """Run a round."""
    parser = argparse.ArgumentParser(prog="fuzzing", description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="mutation to go on with")
    parser.add_argument("--count", type=int, default=100_000, help="mutations in all")
    parser.add_argument("--seconds", type=float, default=7200, help="time to stop after")
    parser.add_argument("readers", nargs="*", help="some only: " + " ".join(READERS))
    chosen = parser.parse_args()
    names = chosen.readers or list(READERS)
    last = -(-(chosen.first + chosen.count) // len(names))
    cases = in_turn(names, range(chosen.first // len(names), last))
    counts: Counter[str] = Counter()
    said, begin = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for name, number, what in run(Path(folder), names, cases, chosen.seconds):
            counts[what.split()[0]] += 1
            if what.startswith("fault"):
                print(f"{name}:{number} {what}", flush=True)
            if time.monotonic() - begin > 60 * (said + 1):
                said += 1
                n = chosen.first + counts.total()
                print(f"# to {n}: {summary(counts)}", file=sys.stderr, flush=True)
    print(f"{counts.total()} mutations: {summary(counts)}")
    return 1 if counts["fault"] else 0


if __name__ == "__main__":
    sys.exit(main())
