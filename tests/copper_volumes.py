"""Copper at several volumes with constants of EMT, as commands leave them in folders."""

from pathlib import Path

from phonokit.cli.app import main

EMT = ("--calculator", "ase.calculators.emt:EMT")
ONE = ("--second-order", "--supercell", "2", "2", "2")
VOLUMES = ("v0", "v1", "v2", "v3")


def run(*words):
    """The exit code of a command."""
    return main([str(word) for word in words])


def make_volumes(folder: Path, names=VOLUMES) -> None:
    """A folder of constants for each name, and ``e-v.dat``; ``POSCAR`` is the last of them.

    ``CHARGES`` holds Born charges of copper, which are none.

    Without names there is a structure alone.
    """
    from ase.build import bulk

    bulk("Cu", a=3.6).write(folder / "POSCAR")
    energies = []
    for i, name in enumerate(names):
        copper = bulk("Cu", a=3.55 + 0.05 * i)
        copper.write(folder / "POSCAR")
        energies.append(f"{copper.get_volume()} {0.01 * (i - 1.5) ** 2}\n")
        assert run("fc", folder / "POSCAR", *ONE, *EMT, "--output", folder / name) == 0
    (folder / "e-v.dat").write_text("".join(energies))
    (folder / "CHARGES").write_text("14.4\n3 0 0 0 3 0 0 0 3\n0 0 0 0 0 0 0 0 0\n")
