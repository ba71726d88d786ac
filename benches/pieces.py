"""One wave vector on a few ranks, and the plan of a whole conductivity on many.

    RAYON_NUM_THREADS=1 python benches/pieces.py FOLDER MESH MESH MESH [--no-shares]

The pieces of the wave vector with the most to do are shared out as `phono kappa` does, and
the shares done one after the other: the CPU time of each is that of a rank, and the largest
tells how much faster so many ranks are. The plan, by CPU time too, says the same beside it,
from its own measurements, and what large machines would gain without the preparation of
every run.
"""

import argparse
import time
from itertools import pairwise

import numpy as np
import phonokit
import phonokit.calc.plan as planning
from phono_mpi import Alone, chained_tasks
from phonokit.calc.carriers import carriers_of
from phonokit.calc.scatterer import Scatterer
from phonokit.calc.work_pieces import PieceScatterer, WorkPieces

RANKS = (1, 2, 3, 4)
LARGE_RANKS = (64, 1024, 16384)


def cpu_of(scatterer: PieceScatterer, numbers: np.ndarray) -> float:
    """CPU time of some pieces, s."""
    begun = time.process_time()
    for _record in scatterer.records(numbers):
        pass
    return time.process_time() - begun


def print_shares(scatterer: PieceScatterer, i: int, runs: int) -> None:
    """Shares of wave vector ``i``: the largest CPU time beside the plan."""
    pieces, group = scatterer.pieces, int(scatterer.pieces.groups[:i].sum())
    start, size = int(pieces.starts[i]), int(pieces.sizes[i])
    once = scatterer.once[group : group + int(pieces.groups[i])]
    groups = np.repeat(np.arange(len(once)), size // len(once))
    costs = scatterer.costs[start : start + size]
    print(f"wave vector {i}: {size} pieces of {pieces.counts[i]} x {pieces.windows[i]}")
    print("ranks    busiest rank, CPU s    faster")
    alone = 0.0
    for n in RANKS:
        ends = start + chained_tasks(costs, groups, once, n)
        spans = [np.arange(a, b) for a, b in pairwise(ends)]
        busiest = max(min(cpu_of(scatterer, s) for _ in range(runs)) for s in spans)
        alone = alone or busiest
        print(f"{n:5}{busiest:22.3f}{alone / busiest:10.2f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder")
    parser.add_argument("mesh", type=int, nargs=3)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--no-shares", action="store_true", help="the plan only")
    arguments = parser.parse_args()
    crystal, t = phonokit.load(arguments.folder), np.array([300.0])
    if not arguments.no_shares:
        _, carriers, series = carriers_of(crystal, arguments.mesh, t, ranks=Alone())
        scatterer = Scatterer(carriers, series, phonokit.Transport())
        cut = PieceScatterer(scatterer, WorkPieces.of(scatterer))
        print_shares(cut, int(scatterer.triplets.argmax()), arguments.runs)
    # Other programs run on this machine, and a rank has one thread.
    planning.perf_counter = time.process_time
    plan = phonokit.plan(crystal, arguments.mesh, [300.0])
    print(
        f"plan: {len(plan.costs)} wave vectors, {plan.pieces.sum()} pieces, "
        f"{plan.costs.sum():.1f} s; two shares of one take {plan.series:.3f} s more"
    )
    for n in LARGE_RANKS:
        whole = plan.efficiency(n, "largest first")
        print(f"{n:6} ranks: {plan.efficiency(n):.1%}, by whole wave vectors {whole:.1%}")


if __name__ == "__main__":
    main()
