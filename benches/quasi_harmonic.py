"""Wall and CPU time of quasi-harmonic thermodynamics, ours and phonopy's in one run.

    nox -s bench -- benches/quasi_harmonic.py [--mesh 30] [--runs 3] [--quick]

Copper by effective medium theory (ASE) at ten volumes: from second-order constants to
volume, expansion, bulk modulus and heat capacity at 101 temperatures. Both programs have
the same constants and run in turn, on the same cores, as libraries in this process and as
programs: one ``phono qha`` on ten folders against ten times ``phonopy-load`` and one
``phonopy-qha``. Both have run before on a coarse mesh, which leaves their bytecode. Times
are medians, ratios are theirs to ours.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import phonokit
from phono_grid import Cell

EDGES = np.linspace(3.52, 3.70, 10)
"""Å, of the cube of the face-centred lattice."""
STEP, LAST = 10, 1000
"""K; phonopy has no expansion at the last temperature of its table."""
TARGET = 20
"""Ratios of speed to phonopy that are asked for."""
SUPERCELL = 3
Times = tuple[float, float]
"""Wall and CPU time."""


def volumes() -> tuple[list[phonokit.Crystal], list[Any], list[float]]:
    """The crystals in both programs, and their energies at rest, eV."""
    from ase.build import bulk
    from ase.calculators.emt import EMT
    from phonopy import Phonopy
    from phonopy.structure.atoms import PhonopyAtoms

    settings = phonokit.Displace(supercell=(SUPERCELL,) * 3, second_order=True)
    crystals, peers, energies = [], [], []
    for a in EDGES:
        copper = bulk("Cu", a=a)
        crystal = phonokit.from_calculator(copper, EMT(), settings)
        cell: Cell = crystal.primitive
        unit = PhonopyAtoms(
            cell.symbols,
            cell=cell.lattice,
            scaled_positions=cell.positions,
            masses=cell.masses,
        )
        peer = Phonopy(unit, np.diag([SUPERCELL] * 3), primitive_matrix=np.eye(3))
        x = crystal.phonon_supercell.cell.positions
        if not np.allclose(peer.supercell.scaled_positions, x, atol=1e-9):
            raise SystemExit("the two supercells have their atoms in another order")
        peer.force_constants = crystal.fc2.values
        copper.calc = EMT()
        crystals.append(crystal)
        peers.append(peer)
        energies.append(copper.get_potential_energy())
    return crystals, peers, energies


def theirs(peers: list[Any], energies: list[float], mesh: int) -> Any:
    """Phonopy's tables of all volumes, and its fits to them."""
    from phonopy import PhonopyQHA

    tables = []
    for peer in peers:
        peer.run_mesh([mesh] * 3, is_gamma_center=True)
        peer.run_thermal_properties(
            t_min=0, t_max=LAST, t_step=STEP, exclude_gamma_acoustic=True
        )
        tables.append(peer.thermal_properties)
    f, s, c = (
        np.array([getattr(table, name) for table in tables]).T
        for name in ("free_energy", "entropy", "heat_capacity")
    )
    return PhonopyQHA(
        volumes=[peer.primitive.volume for peer in peers],
        electronic_energies=energies,
        temperatures=tables[0].temperatures,
        free_energy=f,
        entropy=s,
        cv=c,
        t_max=LAST - STEP,
        eos="vinet",
    )


def seconds(work: Callable[[], Any], who: int = resource.RUSAGE_SELF) -> tuple[Times, Any]:
    """Wall and CPU time, of this process or of its children."""
    before, wall = resource.getrusage(who), time.perf_counter()
    result = work()
    wall, after = time.perf_counter() - wall, resource.getrusage(who)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (wall, cpu), result


def run(folder: Path, *words: str) -> None:
    """A program of this environment, in a folder."""
    path = Path(sys.executable).with_name(words[0])
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder.parent / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [str(path), *words[1:]]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def our_programs(folder: Path, mesh: int) -> None:
    """One command on the folders of all volumes."""
    options = ["--mesh", *[str(mesh)] * 3, "--temperature", f"0:{LAST}:{STEP}"]
    names = [path.name for path in sorted(folder.glob("v?"))]
    again = ("--overwrite", "--restart")
    run(folder, "phono", "qha", *names, "--energies", "e-v.dat", *options, *again)


def their_programs(folder: Path, mesh: int) -> None:
    """One command for each volume, and one for all."""
    options = ["--mesh", *[str(mesh)] * 3, "--gc", "-t", "--exclude-gamma-acoustic"]
    options += ["--tmin", "0", "--tmax", str(LAST), "--tstep", str(STEP)]
    tables = []
    for path in sorted(folder.glob("v?")):
        run(path, "phonopy-load", "phonopy_params.yaml", *options)
        tables.append(str(path / "thermal_properties.yaml"))
    last = ("--eos", "vinet", "--tmax", str(LAST - STEP))
    run(folder, "phonopy-qha", "e-v.dat", *tables, *last)


def leave_files(folder: Path, peers: list[Any], energies: list[float]) -> None:
    """What both programs read."""
    lines = []
    for i, (peer, energy) in enumerate(zip(peers, energies, strict=True)):
        place = folder / f"v{i}"
        place.mkdir()
        peer.save(place / "phonopy_params.yaml", settings={"force_constants": True})
        lines.append(f"{peer.primitive.volume:.12f} {energy:.12f}\n")
    (folder / "e-v.dat").write_text("".join(lines))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mesh", type=int, default=30)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a coarse mesh, one run")
    arguments = parser.parse_args()
    mesh, runs = (8, 1) if arguments.quick else (arguments.mesh, arguments.runs)
    warnings.simplefilter("ignore")
    crystals, peers, energies = volumes()
    t = np.arange(0, LAST + STEP / 2, STEP)

    def ours(mesh: int) -> phonokit.QhaResult:
        return phonokit.qha(crystals, energies, (mesh,) * 3, t)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "volumes"
        folder.mkdir()
        leave_files(folder, peers, energies)
        children = resource.RUSAGE_CHILDREN
        rows: list[list[Times]] = []
        for m in [2, *[mesh] * runs]:
            one, result = seconds(lambda m=m: ours(m))
            other, peer = seconds(lambda m=m: theirs(peers, energies, m))
            command, _ = seconds(lambda m=m: our_programs(folder, m), children)
            commands, _ = seconds(lambda m=m: their_programs(folder, m), children)
            rows.append([one, other, command, commands])
    one, other, command, commands = np.median(rows[1:], axis=0)
    print(
        f"{len(EDGES)} volumes, mesh {mesh}³, {len(t)} temperatures, {os.cpu_count()} cores"
    )
    print(f"{'':10}{'wall':>9}{'phonopy':>9}{'ratio':>7}", end="")
    print(f"{'CPU':>9}{'phonopy':>9}{'ratio':>7}{'target':>8}")
    for name, a, b in (("library", one, other), ("programs", command, commands)):
        print(f"{name:10}", end="")
        for x, y in zip(a, b, strict=True):
            print(f"{x:9.3f}{y:9.3f}{y / x:7.1f}", end="")
        print(f"{TARGET:8}")
    n = len(peer.volume_temperature)
    worst = np.abs(result.volume[:n] / peer.volume_temperature - 1).max()
    print(f"volumes agree within {worst:.1e}")


if __name__ == "__main__":
    main()
