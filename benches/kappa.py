"""Wall time, CPU time and peak memory of a whole κ, ours and phono3py's in one run.

    nox -s bench -- benches/kappa.py FOLDER [--mesh 19 19 19] [--runs 3]

FOLDER holds phono3py_disp.yaml and FORCES_FC3 (silicon, 2x2x2, of phono3py's examples was
used for the figures in the changelog). Each program runs as a whole process in a folder of
its own with a copy of the data, the two in turn, on the same cores.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figures:
    """What one run took."""

    wall: float
    cpu: float
    peak: float
    kappa: float


def run(command: list[str], data: Path) -> Figures:
    """Run ``command`` beside a copy of ``data`` and measure it."""
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
            os.execvp(command[0], command)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - start
        if status:
            sys.exit(f"{' '.join(command)} failed")
        return Figures(
            wall,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024,
            first_kappa(Path(folder)),
        )


def first_kappa(folder: Path) -> float:
    """κ_xx of the first temperature in the HDF5 file that a run wrote."""
    import h5py

    (path,) = folder.glob("kappa-*.hdf5")
    with h5py.File(path) as file:
        return float(file["kappa"][0, 0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--mesh", nargs=3, default=["19", "19", "19"])
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(os.environ.get("PHONO_TEST_DATA", ".")) / "si-pbesol"
    if not (folder / "phono3py_disp.yaml").exists():
        sys.exit(f"{folder} holds no phono3py_disp.yaml; name a folder that does")

    def program(name: str) -> str:
        """The program beside this interpreter, or on the path."""
        beside = Path(sys.executable).with_name(name)
        return str(beside) if beside.exists() else name

    mesh = ["--mesh", *arguments.mesh]
    ours = [program("phono"), "kappa", ".", *mesh, "--temperature", "300"]
    theirs = [program("phono3py"), "phono3py_disp.yaml", *mesh, "--br", "--ts", "300"]
    figures: dict[str, list[Figures]] = {"phono": [], "phono3py": []}
    for i in range(arguments.runs):
        for name, command in (("phono", ours), ("phono3py", theirs)):
            figures[name].append(run(command, folder))
            print(f"run {i + 1} {name}: {figures[name][-1]}", flush=True)

    def median(name: str, figure: str) -> float:
        """Over the runs."""
        return statistics.median(getattr(f, figure) for f in figures[name])

    print(
        f"\nmesh {' '.join(arguments.mesh)}, {os.cpu_count()} cores, medians of "
        f"{arguments.runs} runs"
    )
    print(f"{'':10}{'phono':>12}{'phono3py':>12}{'ratio':>10}")
    for figure, unit in (
        ("wall", "s"),
        ("cpu", "s"),
        ("peak", "MiB"),
        ("kappa", "W/(m K)"),
    ):
        a, b = median("phono", figure), median("phono3py", figure)
        print(f"{figure:10}{a:12.4f}{b:12.4f}{b / a:10.3f}  {unit}")


if __name__ == "__main__":
    main()
