"""Wall time, CPU time and peak memory of a whole κ, ours and phono3py's in one run.

    nox -s bench -- benches/kappa.py [--quick] [--case Si ...] [--runs 1] [--data FOLDER]

FOLDER, or else PHONO_TEST_DATA, holds the sets of data that the tests use; crystals with
many bands are made first if they are not there (crystals.py). Each program runs as a whole
process in a folder of its own with a copy of the data, the two in turn, on the same cores.
Both have run before on a coarse mesh, which leaves their bytecode, as an installation does:
an interpreter that compiles needs megabytes for it, and some environments never keep what
it made. A ratio says how many times more phono3py took; the target stands beside it.
"""

import argparse
import functools
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import crystals


@dataclass(frozen=True)
class Case:
    """One calculation; ``target`` is the ratio of CPU times that is asked for."""

    folder: str
    file: str
    mesh: tuple[int, int, int]
    quick: tuple[int, int, int]
    target: float
    lbte: bool = False

    def commands(self, mesh: tuple[int, int, int]) -> dict[str, list[str]]:
        """What both programs are told."""
        numbers = ["--mesh", *map(str, mesh)]
        ours = [program("phono"), "kappa", ".", *numbers, "--temperature", "300"]
        theirs = [program("phono3py"), self.file, *numbers, "--ts", "300"]
        return {
            "phono": [*ours, "--method", "lbte" if self.lbte else "rta"],
            "phono3py": [*theirs, "--lbte" if self.lbte else "--br"],
        }


SILICON = "si-pbesol", "phono3py_disp.yaml"
CASES = {
    "Si": Case(*SILICON, (19, 19, 19), (9, 9, 9), 10),
    "NaCl": Case(
        "nacl-pbe", "phono3py_params_NaCl222.yaml.xz", (15, 15, 15), (7, 7, 7), 10
    ),
    "AlN": Case("aln-lda", "phono3py_params_AlN332.yaml.xz", (11, 11, 7), (5, 5, 3), 8),
    "Si-LBTE": Case(*SILICON, (13, 13, 13), (7, 7, 7), 8, lbte=True),
    "AlN-LBTE": Case(
        "aln-lda",
        "phono3py_params_AlN332.yaml.xz",
        (7, 7, 5),
        (5, 5, 3),
        10,
        lbte=True,
    ),
    "9R-SiC": Case("9r-sic", "phono3py_disp.yaml", (7, 7, 7), (3, 3, 3), 15),
    "11H-SiC": Case("11h-sic", "phono3py_disp.yaml", (5, 5, 1), (3, 3, 1), 10),
    "6H-SiC": Case("6h-sic", "phono3py_disp.yaml", (11, 11, 4), (5, 5, 2), 20),
    "clathrate": Case("clathrate", "phono3py_disp.yaml", (2, 2, 2), (1, 1, 1), 10),
}
WARM = (3, 3, 3)
"""A mesh that costs nothing."""


@dataclass(frozen=True)
class Figures:
    """What one run took."""

    wall: float
    cpu: float
    peak: float
    kappa: float


def program(name: str) -> str:
    """The program beside this interpreter, or on the path."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else name


def run(command: list[str], data: Path, bytecode: Path) -> Figures:
    """Run ``command`` beside a copy of ``data`` and measure it."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        for path in data.iterdir():
            shutil.copy(path, folder)
        out = Path(folder) / "stdout"
        start = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os.chdir(folder)
            descriptor = os.open(out, os.O_CREAT | os.O_WRONLY)
            os.dup2(descriptor, 1)
            os.dup2(descriptor, 2)
            os.execvpe(command[0], command, environment)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - start
        if status:
            sys.exit(f"{' '.join(command)} failed:\n{out.read_text()[-2000:]}")
        return Figures(
            wall,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024,
            first_kappa(Path(folder)),
        )


def first_kappa(folder: Path) -> float:
    """κ_xx of the first temperature in the HDF5 file that a run wrote."""
    import h5py
    import numpy as np

    (path,) = folder.glob("kappa-*.hdf5")
    with h5py.File(path) as file:
        return float(np.ravel(file["kappa"])[0])


def measure(name: str, case: Case, data: Path, arguments: argparse.Namespace) -> None:
    """Run both programs in turn and print the medians with the targets."""
    mesh = case.quick if arguments.quick else case.mesh
    figures: dict[str, list[Figures]] = {"phono": [], "phono3py": []}
    with tempfile.TemporaryDirectory() as bytecode:
        work = functools.partial(run, data=data / case.folder, bytecode=Path(bytecode))
        for command in case.commands(WARM).values():
            work(command)
        for _ in range(arguments.runs):
            for which, command in case.commands(mesh).items():
                figures[which].append(work(command))

    def median(which: str, figure: str) -> float:
        """Over the runs."""
        return statistics.median(getattr(f, figure) for f in figures[which])

    at = " ".join(map(str, mesh))
    print(f"\n{name}, mesh {at}, {os.cpu_count()} cores, medians of {arguments.runs} runs")
    print(f"{'':10}{'phono':>12}{'phono3py':>12}{'ratio':>10}  target")
    targets = {} if arguments.quick else {"cpu": case.target, "peak": 1.0}
    for figure, unit in (
        ("wall", "s"),
        ("cpu", "s"),
        ("peak", "MiB"),
        ("kappa", "W/(m K)"),
    ):
        a, b = median("phono", figure), median("phono3py", figure)
        target = f"{targets[figure]:g}" if figure in targets else ""
        print(f"{figure:10}{a:12.4f}{b:12.4f}{b / a:10.3f}  {target:6} {unit}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", choices=CASES, nargs="+", default=list(CASES))
    parser.add_argument("--quick", action="store_true", help="coarse meshes, no targets")
    parser.add_argument("--runs", type=int, default=1)
    data = Path(os.environ.get("PHONO_TEST_DATA", "."))
    parser.add_argument("--data", type=Path, default=data)
    arguments = parser.parse_args()
    for name in arguments.case:
        case, data = CASES[name], arguments.data
        if case.folder in crystals.RECIPES:
            data = crystals.FOLDER
            crystals.make(case.folder, data / case.folder)
        if not (data / case.folder / case.file).exists():
            sys.exit(
                f"{data / case.folder} holds no {case.file}; name the folder of "
                "the test data by --data or PHONO_TEST_DATA"
            )
        measure(name, case, data, arguments)


if __name__ == "__main__":
    main()
