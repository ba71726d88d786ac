"""Force constants as programs write them that we only read."""

from pathlib import Path

import numpy as np
import phonokit
from phono_fc import expand
from phono_grid.calculators import calculator_units
from phono_grid.units import FREQUENCY


def write_d3q(crystal: phonokit.Crystal, folder: Path) -> None:
    """A file of q2r.x and one of d3q."""
    (path,) = phonokit.write_constants(crystal, folder / "x.fc", format="espresso")
    head = path.read_text().split("\n F\n")[0] + "\n F\n 2 2 2\n"
    series, n_a = crystal.series3, crystal.primitive.n_atoms
    values = series.values / calculator_units("qe").force_constants(3)
    lines = []
    for atoms in np.ndindex(n_a, n_a, n_a):
        mine = np.flatnonzero((series.atoms == atoms).all(axis=1))
        cells = series.cells[mine].reshape(-1, 6).tolist()
        for axes in np.ndindex(3, 3, 3):
            lines += [" ".join(str(i + 1) for i in (*axes, *atoms)), f"{len(mine):9d}"]
            for cell, value in zip(cells, values[(mine, *axes)], strict=True):
                lines.append(" ".join(map(str, cell)) + f" {value:25.17E} {0:11.3E}")
    (folder / "mat3R").write_text(head + "\n".join(lines) + "\n")


def write_vasp_hessian(crystal: phonokit.Crystal, path: Path, *, in_thz: bool) -> None:
    """A vasprun.xml of perturbation theory, of VASP 6 in THz²."""
    cell, n = crystal.supercell.cell, crystal.supercell.cell.n_atoms
    whole = expand(crystal.fc2).swapaxes(1, 2).reshape(3 * n, 3 * n)
    roots = np.sqrt(np.repeat(cell.masses, 3))
    hessian = -whole / roots / roots[:, None] * (FREQUENCY**2 if in_thz else 1)
    kinds = list(dict.fromkeys(cell.symbols))
    unit = '<i type="string" name="unit">  THz^2</i>\n' if in_thz else ""

    def rows(name: str, numbers: np.ndarray) -> str:
        lines = (
            "  <v>" + " ".join(f"{x:.15e}" for x in row) + " </v>\n" for row in numbers
        )
        return f'<varray name="{name}" >\n{"".join(lines)}</varray>\n'

    types = "".join(
        f"<rc><c>{cell.symbols.count(s):4d}</c><c>{s:2s}</c>"
        f"<c>{cell.masses[cell.symbols.index(s)]:.12f}</c><c>4.0</c><c> PAW </c></rc>\n"
        for s in kinds
    )
    atoms = "".join(
        f"<rc><c>{s:2s}</c><c>{kinds.index(s) + 1:4d}</c></rc>\n" for s in cell.symbols
    )
    path.write_text(
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n<atominfo>\n'
        f'<array name="atoms" >\n<set>\n{atoms}</set>\n</array>\n'
        f'<array name="atomtypes" >\n<set>\n{types}</set>\n</array>\n</atominfo>\n'
        f'<structure name="initialpos" >\n<crystal>\n{rows("basis", cell.lattice)}'
        f"</crystal>\n{rows('positions', cell.positions)}</structure>\n"
        f"<dynmat>\n{unit}{rows('hessian', hessian)}</dynmat>\n</modeling>\n"
    )
