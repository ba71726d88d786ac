"""Make the page of validation: ``nox -s atlas``, or this folder as a program.

    python benches/atlas [--quick] [--only Si ...] [--out docs]

PHONO_TEST_DATA holds silicon, NaCl and AlN; crystals of more atoms are made by crystals.py.
Force constants are made once, by phonokit, and written as phono3py's files, which every
program reads. Each calculation is a process of its own: CPU seconds are its user and system
time, memory its largest resident set. The page and its pictures go to the docs.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import page
import phonokit
from cases import CASES, CRYSTALS, KALDO, Case

MEASURE = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
sys.exit(status != 0)
"""
"""Start a program; print its CPU seconds and its largest resident set in kB."""
MADE = Path(tempfile.gettempdir()) / "phono-crystals"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one program computed, and took."""

    arrays: dict[str, Any]
    cpu: float
    peak: float


def constants(name: str, case: Case, work: Path) -> Path:
    """The folder with the constants of one crystal, for all programs."""
    if case.made:
        command = [sys.executable, str(CRYSTALS), str(MADE), "--only", case.folder]
        subprocess.run(command, check=True)
        data = MADE / case.folder
    else:
        data = Path(os.environ["PHONO_TEST_DATA"]) / case.folder
    folder = work / name
    crystal = phonokit.load(data)
    phonokit.write_constants(crystal, folder, format="phonopy")
    if case.kaldo is not None:
        near = phonokit.Fit(fc3_cutoff=case.kaldo_cutoff, sparse=True)
        fitted = phonokit.fit(phonokit.read(data), near)
        short = phonokit.Crystal.from_constants(fitted.fc2, fitted.fc3)
        phonokit.write_constants(short, folder / KALDO, format="shengbte")
    harmonic = phonokit.Crystal.from_constants(crystal.fc2, polar=crystal.polar)
    phonokit.write_constants(harmonic, folder / "harmonic", format="phonopy")
    return folder


def measure(program: str, kind: str, folder: Path, mesh: tuple[int, ...]) -> Outcome:
    """Run one calculation as a process."""
    output = folder / f"{program}-{kind}.npz"
    script = Path(__file__).with_name("programs.py")
    command = [sys.executable, str(script), program, kind, str(folder), str(output)]
    environment = {**os.environ, "PHONO_INSIDE": "off"}
    # A child begins with the memory of its parent: one without libraries starts it.
    small = [sys.executable, "-S", "-c", MEASURE, *command, *map(str, mesh)]
    said = subprocess.run(small, env=environment, stdout=subprocess.PIPE, text=True)
    if said.returncode:
        sys.exit(f"{program} {kind} of {folder.name} failed")
    with np.load(output) as arrays:
        kept = dict(arrays)
    cpu, peak = map(float, said.stdout.split()[-2:])
    return Outcome(arrays=kept, cpu=cpu, peak=peak / 1024)


def compute(
    name: str, case: Case, mesh: tuple[int, ...], work: Path
) -> dict[tuple[str, str], Outcome]:
    """All programs and calculations of one crystal."""
    folder = constants(name, case, work)
    outcomes = {}
    for kind in case.kinds:
        for program in ("phonokit", "phono3py"):
            outcomes[program, kind] = measure(program, kind, folder, mesh)
            print(
                f"{name} {kind} {program}: {outcomes[program, kind].cpu:.1f} s", flush=True
            )
    np.save(folder / "qpoints.npy", outcomes["phonokit", "rta"].arrays["qpoints"])
    outcomes["euphonic", "rta"] = measure("euphonic", "rta", folder, mesh)
    if case.kaldo is not None:
        ours = measure("phonokit", KALDO, folder, case.kaldo)
        np.save(folder / f"qpoints-{KALDO}.npy", ours.arrays["qpoints"])
        outcomes["phonokit", KALDO] = ours
        outcomes[KALDO, KALDO] = measure(KALDO, KALDO, folder, case.kaldo)
    return outcomes


def main() -> None:
    """Compute all, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="coarse meshes")
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "docs")
    arguments = parser.parse_args()
    arguments.out.mkdir(exist_ok=True)
    meshes = {
        n: CASES[n].quick if arguments.quick else CASES[n].mesh for n in arguments.only
    }
    with tempfile.TemporaryDirectory() as work:
        outcomes = {n: compute(n, CASES[n], m, Path(work)) for n, m in meshes.items()}
    page.write(arguments.out, outcomes, meshes)


if __name__ == "__main__":
    main()
