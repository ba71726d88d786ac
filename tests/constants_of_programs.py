"""Force constants as programs write them that we only read."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import phonokit
from phono_fc import LatticeForceConstants, expand
from phono_grid.calculators import calculator_units
from phono_grid.units import AMU, BOHR, FREQUENCY, HARTREE
from phonokit.io.formats.embed import AtomFinder

ELECTRON_MASS = 9.1093837e-31
"""kg"""


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


def write_sparse_d3q(crystal: phonokit.Crystal, folder: Path) -> None:
    """A file of q2r.x and the sparse one of d3q, its masses in Da."""
    (path,) = phonokit.write_constants(crystal, folder / "x.fc", format="espresso")
    head = path.read_text().split("\n F\n")[0].splitlines()
    for i, line in enumerate(head):
        if "'" in line:
            first, name, mass = line.split("'")
            head[i] = f"{first}'{name}'{float(mass) / 911.444242:25.16f}"
    series = crystal.series3
    values = series.values / calculator_units("qe").force_constants(3)
    pairs, which = np.unique(series.cells.reshape(-1, 6), axis=0, return_inverse=True)
    rows: list[list[str]] = [[] for _ in pairs]
    for entry, pair in enumerate(np.ravel(which)):
        for axes in np.argwhere(values[entry]):
            place = 3 * series.atoms[entry] + axes + 1
            value = values[(entry, *axes)]
            rows[pair].append(" ".join(map(str, place)) + f" {value:25.15E}")
    table = [
        f"{len(its)} " + " ".join(map(str, pair))
        for its, pair in zip(rows, pairs, strict=True)
    ]
    blocks = ["\n".join([*its, ""]) for its in rows]
    text = ["sparse representation", *head, " F", " 2 2 2", f"{len(pairs):9d}", *table]
    (folder / "mat3R.sparse").write_text("\n".join([*text, *blocks]) + "\n")


def write_q2r_xml(text: Path, path: Path, *, old: bool, alpha: float | None = None) -> None:
    """The XML file of q2r.x with what is in a text file of `phonokit.write_constants`.

    Old versions have one attribute for positions and a root element.
    """
    rows = [line.split() for line in text.read_text().splitlines()]
    n_kinds, n_a, alat = int(rows[0][0]), int(rows[0][1]), rows[0][3]
    place = 4 + n_kinds + n_a
    out = ['<?xml version="1.0"?>']
    out += ['<?iotk version="1.2.0"?>', "<Root>"] if old else []

    def put(name: str, numbers: Any, attributes: str = "") -> None:
        data = " ".join(f"{x}" for x in np.ravel(numbers))
        out.append(f"<{name}{attributes}>\n{data}\n</{name}>")

    out.append("<GEOMETRY_INFO>")
    put("NUMBER_OF_TYPES", n_kinds)
    put("NUMBER_OF_ATOMS", n_a)
    put("BRAVAIS_LATTICE_INDEX", 0)
    put("CELL_DIMENSIONS", [alat, 0, 0, 0, 0, 0], ' type="real" size="6"' if old else "")
    put("AT", rows[1:4])
    for i, row in enumerate(rows[4 : 4 + n_kinds], start=1):
        name, mass = row[1].strip("'"), row[-1]
        put(f"TYPE_NAME.{i}", name)
        put(f"MASS.{i}", mass if old else float(mass) / 911.444242)
    for i, row in enumerate(rows[4 + n_kinds : place], start=1):
        words = [f'{key}="{x}"' for key, x in zip(("X", "Y", "Z"), row[2:], strict=True)]
        tau = f'TAU="{" ".join(row[2:])}"' if old else " ".join(f"TAU{w}" for w in words)
        out.append(f'<ATOM.{i} SPECIES="X" INDEX="{row[1]}" {tau}/>')
    out.append("</GEOMETRY_INFO>")
    is_polar = rows[place][0] == "T"
    place += 1
    if is_polar:
        out.append('<DIELECTRIC_PROPERTIES epsil="true" zstar="true">')
        put("EPSILON", rows[place : place + 3])
        out.append("<ZSTAR>")
        for k in range(n_a):
            start = place + 4 + 4 * k
            put(f"Z_AT_.{k + 1}", np.transpose(rows[start : start + 3]))
        out.append("</ZSTAR></DIELECTRIC_PROPERTIES>")
        place += 3 + 4 * n_a
    out.append("<INTERATOMIC_FORCE_CONSTANTS>")
    put("MESH_NQ1_NQ2_NQ3", rows[place])
    if alpha is not None:
        put("alpha_ewald", alpha)
    values: dict[tuple[str, ...], dict[tuple[str, str], str]] = {}
    axes: tuple[str, str] = ("", "")
    for row in rows[place + 1 :]:
        if row[-1].isdigit():
            axes, atoms = (row[0], row[1]), (row[2], row[3])
        else:
            values.setdefault((*atoms, *row[:3]), {})[axes] = row[3]
    for key, block in values.items():
        name = "s_s1_m1_m2_m3." + ".".join(key)
        out.append(f"<{name}>")
        put("IFC", [block[i, j] for j in "123" for i in "123"])
        out.append(f"</{name}>")
    out.append("</INTERATOMIC_FORCE_CONSTANTS>")
    path.write_text("\n".join([*out, "</Root>"] if old else out) + "\n")


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


def write_alamode_h5(crystal: phonokit.Crystal, path: Path, *, rows: bool = True) -> None:
    """A file of ALAMODE 2; older versions have lattice vectors in columns."""
    supercell, cell = crystal.supercell, crystal.supercell.cell
    find = AtomFinder(supercell)
    home = supercell.primitive_to_supercell
    start = find.cells_of(home)
    of_first = np.flatnonzero(supercell.supercell_to_primitive == 0)
    shifts = find.cells_of(of_first) - start[0]
    kinds = np.arange(len(home))
    table = np.array([find(kinds, start + shift) for shift in shifts]).T
    table = table[:, np.argsort(table[0] != home[0], kind="stable")]
    series, names = crystal.series3, list(dict.fromkeys(cell.symbols))
    third = LatticeForceConstants(
        series.values, series.atoms, series.cells, crystal.primitive
    )
    with h5py.File(path, "w") as file:
        lattice = cell.lattice / BOHR
        file["SuperCell/lattice_vector"] = lattice if rows else lattice.T
        file["SuperCell/lattice_vector"].attrs["unit"] = "bohr"
        file["SuperCell/fractional_coordinate"] = cell.positions
        file["SuperCell/atomic_kinds"] = [names.index(s) for s in cell.symbols]
        file["SuperCell/elements"] = names
        file["SuperCell/mapping_table"] = table
        for each in (LatticeForceConstants.of(crystal.fc2), third):
            order, x = each.order, crystal.primitive.positions
            place = np.argwhere(each.values)
            entry, axes = place[:, 0], place[:, 1:]
            atoms, cells = each.atoms[entry], each.cells[entry]
            whole = np.column_stack(
                [home[atoms[:, 0]]]
                + [
                    find(atoms[:, i], cells[:, i - 1] + start[atoms[:, 0]])
                    for i in range(1, order)
                ]
            )
            ends = cells + x[atoms[:, 1:]] - x[atoms[:, :1]]
            keys = 3 * whole + axes
            # One order of the last two stands for both.
            kept = keys[:, 1] <= keys[:, -1]
            group = f"ForceConstants/Order{order}"
            vectors = (ends @ crystal.primitive.lattice / BOHR).reshape(len(entry), -1)
            file[f"{group}/atom_indices"] = atoms[kept]
            file[f"{group}/atom_indices_supercell"] = whole[kept]
            file[f"{group}/coord_indices"] = axes[kept]
            file[f"{group}/shift_vectors"] = vectors[kept]
            file[f"{group}/shift_vectors"].attrs["unit"] = "bohr"
            unit = calculator_units("qe").force_constants(order)
            values = each.values[tuple(place.T)][kept] / unit
            file[f"{group}/force_constant_values"] = values


def write_vaspout(
    crystal: phonokit.Crystal, path: Path, forces: np.ndarray | None = None
) -> None:
    """A vaspout.h5 of perturbation theory, with charges and masses, or with forces."""
    supercell, cell = crystal.phonon_supercell, crystal.phonon_supercell.cell
    n, kinds = cell.n_atoms, list(dict.fromkeys(cell.symbols))
    with h5py.File(path, "w") as file:
        file["input/poscar/scale"] = 1.0
        file["input/poscar/lattice_vectors"] = cell.lattice
        file["input/poscar/position_ions"] = cell.positions
        file["input/poscar/direct_coordinates"] = 1
        file["input/poscar/ion_types"] = np.array(kinds, dtype="S2")
        counts = [cell.symbols.count(s) for s in kinds]
        file["input/poscar/number_ion_types"] = np.array(counts, dtype=np.int32)
        masses = " ".join(f"{cell.masses[cell.symbols.index(s)]:.12f}" for s in kinds)
        file["original/incar/content"] = f"IBRION = 8\nPOMASS = {masses}\n"
        if forces is not None:
            file["intermediate/ion_dynamics/scale"] = 1.0
            file["intermediate/ion_dynamics/lattice_vectors"] = cell.lattice[None]
            file["intermediate/ion_dynamics/position_ions"] = cell.positions[None]
            file["intermediate/ion_dynamics/forces"] = forces[None]
            return
        whole = expand(crystal.fc2).swapaxes(1, 2).reshape(3 * n, 3 * n)
        file["results/linear_response/force_constants"] = -whole
        if crystal.polar is not None:
            charges = crystal.polar.charges
            tensors = charges.charges[supercell.supercell_to_primitive]
            file["results/linear_response/born_charges"] = tensors.swapaxes(1, 2)
            name = "results/linear_response/electron_dielectric_tensor"
            file[name] = charges.dielectric


def write_castep_bin(crystal: phonokit.Crystal, path: Path) -> None:
    """The parts of a ``.castep_bin`` that hold constants, in its records.

    The layout is that of Euphonic's reader. The dipoles are not in the constants.
    """
    cell, supercell = crystal.primitive, crystal.supercell
    document = path.with_suffix(".json")
    phonokit.write_constants(crystal, document, format="euphonic")
    given = json.loads(document.read_text())
    document.unlink()
    kinds = list(dict.fromkeys(cell.symbols))
    counts = [cell.symbols.count(kind) for kind in kinds]
    positions = np.zeros((len(kinds), max(counts), 3))
    masses = []
    for number, kind in enumerate(kinds):
        mine = [k for k, symbol in enumerate(cell.symbols) if symbol == kind]
        positions[number, : len(mine)] = cell.positions[mine]
        masses.append(cell.masses[mine[0]] * AMU / ELECTRON_MASS)
    values = np.array(given["force_constants"]) / HARTREE * BOHR**2
    whole: dict[str, Any] = {
        "BEGIN_PARAMETERS_DUMP": b"24.1",
        "END_PARAMETERS_DUMP": None,
        "BEGIN_UNIT_CELL": None,
        "CELL%REAL_LATTICE": (cell.lattice / BOHR).T.astype(">f8"),
        "CELL%NUM_SPECIES": np.array(len(kinds), dtype=">i4"),
        "CELL%NUM_IONS": np.array(cell.n_atoms, dtype=">i4"),
        "CELL%NUM_IONS_IN_SPECIES": np.array(counts, dtype=">i4"),
        "CELL%IONIC_POSITIONS": positions.astype(">f8"),
        "CELL%SPECIES_MASS": np.array(masses, dtype=">f8"),
        "CELL%SPECIES_SYMBOL": b"".join(f"{kind:<8}".encode() for kind in kinds),
        "END_UNIT_CELL": None,
        "FORCE_CON": np.array(given["sc_matrix"]).T.astype(">i4"),
        "": [
            values.transpose(0, 2, 1).astype(">f8"),
            np.array(given["cell_origins"]).astype(">i4"),
            np.array(supercell.cell.n_atoms, dtype=">i4"),
        ],
    }
    if "born" in given:
        whole["BORN_CHGS"] = np.array(given["born"]).astype(">f8")
        whole["DIELECTRIC"] = np.array(crystal.polar.charges.dielectric).T.astype(">f8")
    records: list[Any] = []
    for name, value in (whole | {"END": None}).items():
        records += [f"{name:<30}".encode()] if name else []
        records += value if isinstance(value, list) else [] if value is None else [value]
    with path.open("wb") as file:
        for record in records:
            data = record if isinstance(record, bytes) else record.tobytes()
            mark = len(data).to_bytes(4, "big")
            file.write(mark + data + mark)


def anaddb_arrays(
    constants: LatticeForceConstants, grid: tuple[int, ...], polar: Any = None
) -> dict[str, np.ndarray]:
    """The arrays of ABINIT's ``anaddb.nc``: constants of a grid, periodic images shared.

    Pairs that are not among the constants are one far away, of their weight.
    """
    cell = constants.cell
    kinds = list(dict.fromkeys(cell.symbols))
    species = np.array([kinds.index(s) + 1 for s in cell.symbols], dtype=np.int32)
    first = [cell.symbols.index(s) for s in kinds]
    place = np.column_stack([constants.atoms, constants.cells[:, 0] % grid])
    _, which, counts = np.unique(place, axis=0, return_inverse=True, return_counts=True)
    shares = 1 / counts[np.ravel(which)]
    rows = []
    for atom in range(cell.n_atoms):
        own = np.flatnonzero(constants.atoms[:, 0] == atom)
        itself = (constants.atoms[own, 1] == atom) & ~constants.cells[own, 0].any(axis=1)
        rows.append(own[np.argsort(~itself, kind="stable")])
    size = max(map(len, rows)) + cell.n_atoms
    x = cell.positions @ cell.lattice
    arrays = {
        "ifc_neighbours_indices": np.ones((cell.n_atoms, size), dtype=np.int32),
        "ifc_atoms_cart_coord": np.zeros((cell.n_atoms, size, 3)),
        "ifc_weights": np.zeros((cell.n_atoms, size)),
        "ifc_matrix_cart_coord": np.zeros((cell.n_atoms, size, 3, 3)),
    }
    for atom, own in enumerate(rows):
        n = len(own)
        ends = x[constants.atoms[own, 1]] + constants.cells[own, 0] @ cell.lattice
        arrays["ifc_neighbours_indices"][atom, :n] = constants.atoms[own, 1] + 1
        # From an origin of its own, as the program counts.
        arrays["ifc_atoms_cart_coord"][atom, :n] = (ends + 0.3) / BOHR
        arrays["ifc_atoms_cart_coord"][atom, n:] = (x[0] + 0.3) / BOHR
        arrays["ifc_weights"][atom, :n] = shares[own]
        for kind in range(cell.n_atoms):
            has = shares[own][constants.atoms[own, 1] == kind].sum()
            arrays["ifc_neighbours_indices"][atom, n + kind] = kind + 1
            far = (x[kind] + 40 * cell.lattice[0] + 0.3) / BOHR
            arrays["ifc_atoms_cart_coord"][atom, n + kind] = far
            arrays["ifc_weights"][atom, n + kind] = np.prod(grid) - has
        values = constants.values[own].swapaxes(1, 2)
        arrays["ifc_matrix_cart_coord"][atom, :n] = values / (HARTREE / BOHR**2)
    numbers = [cell.atomic_numbers[i] for i in first]
    arrays |= {
        "anaddb_version": np.array([1], dtype=np.int32),
        "primitive_vectors": cell.lattice / BOHR,
        "reduced_atom_positions": cell.positions,
        "atom_species": species,
        "atomic_numbers": np.array(numbers, dtype=np.float64),
        "atomic_mass_units": cell.masses[first],
        "ifc_atoms_indices": np.arange(1, cell.n_atoms + 1, dtype=np.int32),
    }
    if polar is not None:
        arrays["becs_cart"] = polar.charges.charges.swapaxes(1, 2)
        arrays["emacro_cart"] = polar.charges.dielectric
        name = "ifc_matrix_cart_coord"
        arrays[f"{name}_short_range"] = arrays[name]
        arrays[name] = arrays[name] + 1.0  # with the dipoles, which are not read
    return arrays


def write_netcdf(arrays: dict[str, np.ndarray], path: Path, *, version: int) -> None:
    """A file of the classic format, version 1 or 2, or HDF5 with version 4."""
    if version == 4:
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file[name] = array
        return

    def number(n: int, size: int = 4) -> bytes:
        return n.to_bytes(size, "big")

    def name_of(text: str) -> bytes:
        data = text.encode()
        return number(len(data)) + data + bytes(-len(data) % 4)

    sizes = sorted({n for array in arrays.values() for n in array.shape})
    offset = 4 if version == 1 else 8
    head = b"CDF" + bytes([version]) + number(0) + number(10) + number(len(sizes))
    head += b"".join(name_of(f"d{n}") + number(n) for n in sizes)
    head += number(12) + number(1) + name_of("Conventions")
    head += number(2) + number(3) + b"ETSF"[:3] + b"\0"
    data, parts = b"", []
    for name, array in arrays.items():
        kind, code = (">i4", 4) if array.dtype.kind == "i" else (">f8", 6)
        part = name_of(name) + number(array.ndim)
        part += b"".join(number(sizes.index(n)) for n in array.shape)
        part += bytes(8) + number(code) + number(4 * array.size)
        parts.append((part, len(data)))
        data += array.astype(kind).tobytes()
    begin = len(head) + 8 + sum(len(part) + offset for part, _ in parts)
    head += number(11) + number(len(parts))
    head += b"".join(part + number(begin + at, offset) for part, at in parts)
    path.write_bytes(head + data)
