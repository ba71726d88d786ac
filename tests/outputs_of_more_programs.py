"""Small outputs of programs of other families, in the layout each of them writes."""

import numpy as np
from outputs_of_programs import BOHR, HARTREE, Array, Symbols, rows

AU = HARTREE / BOHR
"""eV/Å"""
NUMBERS = {"Cs": 55, "Cl": 17}


def siesta(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """SIESTA's ``.FA``."""
    lines = [f"{i:6d}  {row}" for i, row in enumerate(rows(forces, "%21.12f"), 1)]
    return "\n".join([f"{len(symbols):6d}", *lines, ""])


def dftb(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """DFTB+'s ``results.tag``."""
    lines = "".join(f" {row}\n" for row in rows(forces / AU, "%23.15E"))
    return (
        "total_energy        :real:0:\n -0.892510758593478E+003\n"
        f"forces              :real:2:3,{len(symbols)}\n{lines}"
        "gross_atomic_charges:real:1:1\n  0.1E+000\n"
    )


def wien2k(
    symbols: Symbols,
    lattice: Array,
    positions: Array,
    forces: Array,
    *,
    kind: str = "total",
) -> str:
    """WIEN2k's ``case.scf``: partial forces of a first iteration, those of the last."""

    def block(array: Array, kind: str) -> str:
        local = "".join(
            f":FOR{i:03d}:{i:4d}.ATOM{np.linalg.norm(r):15.6f}{r[2]:15.6f}{r[0]:15.6f}"
            f"{r[1]:15.6f} {kind} forces\n"
            for i, r in enumerate(array, 1)
        )
        glob = "".join(
            f":FGL{i:03d}:{i:4d}.ATOM{' ' * 12}{''.join(f'{x:16.9f}' for x in r)}"
            f" {kind} forces\n"
            for i, r in enumerate(array, 1)
        )
        return (
            "       TOTAL FORCE IN mRy/a.u. = |F|     Fx     Fy     Fz\n"
            f"{local}       TOTAL FORCE WITH RESPECT TO THE GLOBAL COORDINATE SYSTEM:\n"
            f"{glob}"
        )

    in_file = forces / AU * 2000
    return (
        ":ITE001:  1. ITERATION\n:NATO  :  16 INDEPENDENT AND  16 TOTAL ATOMS\n"
        f"{block(in_file + 1, 'partial')}:ITE002:  2. ITERATION\n{block(in_file, kind)}"
    )


def wien2k_cartesian(forces: Array) -> str:
    """Forces of WIEN2k along Cartesian axes, which some versions print."""
    lines = "".join(
        f":FCA{i:03d}:{i:4d}.ATOM            {row} total forces\n"
        for i, row in enumerate(rows(forces / AU * 2000, "%16.9f"), 1)
    )
    return f"  TOTAL FORCE WITH RESPECT TO GLOBAL CARTESIAN COORDINATES:\n{lines}"


def fleur(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """FLEUR's ``FORCES``, where each line of a force is before one that says so."""
    return "".join(f" {row}\n   force\n" for row in rows(forces / AU, "%14.9f"))


def fleur_relaxation(
    symbols: Symbols, lattice: Array, positions: Array, forces: Array
) -> str:
    """FLEUR's ``relax.xml`` after two steps."""

    def step(array: Array) -> str:
        both = np.hstack([positions / BOHR, array / AU])
        lines = "".join(
            f"      <posforce>{row}</posforce>\n" for row in rows(both, "%15.10f")
        )
        return f'    <step energy="-100.0">\n{lines}    </step>\n'

    return (
        "<!-- Attention, absolute coordinates used here -->\n<relaxation>\n"
        f"  <relaxation-history>\n{step(forces + 1)}{step(forces)}"
        "  </relaxation-history>\n</relaxation>\n"
    )


def _by_species(symbols: Symbols, positions: Array, lattice: Array) -> list[tuple]:
    """Element, and lines of fractional positions, species after species."""
    x = rows(positions @ np.linalg.inv(lattice), "%11.8f")
    kinds = list(dict.fromkeys(symbols))
    return [(k, [r for s, r in zip(symbols, x, strict=True) if s == k]) for k in kinds]


def elk(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """Elk's ``INFO.OUT``."""
    vectors = "\n".join(rows(lattice / BOHR, "%15.9f"))
    species, totals = "", ""
    start = 0
    for number, (kind, x) in enumerate(_by_species(symbols, positions, lattice), 1):
        sites = "".join(f"{i:4d} : {row}    0.0 0.0 0.0\n" for i, row in enumerate(x, 1))
        species += (
            f"Species : {number:4d} ({kind})\n parameters loaded from : {kind}.in\n"
            f" atomic positions (lattice), magnetic fields (Cartesian) :\n{sites}\n"
        )
        totals += f" species : {number:4d} ({kind})\n"
        here = rows(forces[start : start + len(x)] / AU, "%14.8f")
        start += len(x)
        for i, row in enumerate(here, 1):
            totals += (
                f"  atom : {i:4d}\n   Hellmann-Feynman          :     0.1 0.2 0.3\n"
                f"   IBS                       :     0.1 0.2 0.3\n"
                f"   total force               : {row}\n"
                "   total magnitude           :     0.00275010\n"
            )
    return (
        "+----------------------------+\n| Elk version 3.0.04 started |\n"
        "+----------------------------+\n\nLattice vectors :\n"
        f"{vectors}\n\nReciprocal lattice vectors :\n 1 0 0\n 0 1 0\n 0 0 1\n\n{species}"
        f"Convergence targets achieved\n\nForces :\n{totals}"
    )


def exciting(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """exciting's ``INFO.OUT``."""
    vectors = "\n".join(rows(lattice / BOHR, "%18.10f"))
    species = ""
    for number, (kind, x) in enumerate(_by_species(symbols, positions, lattice), 1):
        sites = "".join(f"{i:8d} : {row}\n" for i, row in enumerate(x, 1))
        species += (
            f" Species : {number:4d} ({kind})\n     name      :    {kind}\n\n"
            f"     atomic positions (lattice) :\n{sites} \n"
        )

    def block(array: Array, tail: str = "") -> str:
        return "".join(
            f" atom {i:5d}  {s:<2}  : {row}{tail}\n"
            for i, (s, row) in enumerate(
                zip(symbols, rows(array, "%14.8f"), strict=True), 1
            )
        )

    return (
        f"{'=' * 80}\nEXCITING SODIUM started\n{'=' * 80}\n"
        f" Lattice vectors (cartesian) :\n{vectors}\n\n{species}"
        f" Atomic positions (lattice) :\n{block(positions @ np.linalg.inv(lattice))}\n"
        f" Total atomic forces including IBS (cartesian) :\n{block(forces / AU)}\n"
        " Atomic force components including IBS (cartesian) :\n"
        f"{block(forces / AU + 1, '   HF force')}"
    )


def exciting_xml(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """exciting's ``info.xml``."""
    vectors = "".join(f"<basevect>{r}</basevect>" for r in rows(lattice / BOHR, "%16.9f"))
    start, species = 0, ""

    def xyz(row: Array, form: str) -> str:
        return " ".join(f'{n}="{form % v}"' for n, v in zip("xyz", row, strict=True))

    for kind, x in _by_species(symbols, positions, lattice):
        atoms = ""
        for row, force in zip(x, forces[start : start + len(x)] / AU, strict=True):
            atoms += (
                f"<atom {xyz(np.fromstring(row, sep=' '), '%.11f')}>"
                f'<forces Magnitude="0.1">\n<IBS {xyz(force + 1, "%.12E")}/>\n'
                f"<totalforce {xyz(force, '%.12E')}/></forces></atom>\n"
            )
        start += len(x)
        species += f'<species chemicalSymbol="{kind}">{atoms}</species>'
    return (
        '<?xml version="1.0"?>\n<info><groundstate status="finished"><scl><structure>'
        f"<crystal>{vectors}</crystal>{species}</structure></scl></groundstate></info>\n"
    )


def crystal(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """CRYSTAL's output."""
    vectors = "\n".join(rows(lattice, "%20.12E"))
    stars = f" {'*' * 79}\n"
    sites = "".join(
        f"{i:5d} {NUMBERS[s]:5d} {s.upper():<2} {row}\n"
        for i, (s, row) in enumerate(
            zip(symbols, rows(positions, "%20.12E"), strict=True), 1
        )
    )
    lines = "".join(
        f"{i:4d} {NUMBERS[s]:3d}          {row}\n"
        for i, (s, row) in enumerate(
            zip(symbols, rows(forces / AU, "%20.12E"), strict=True), 1
        )
    )
    return (
        f" *                               CRYSTAL14                        *\n"
        " DIRECT LATTICE VECTORS CARTESIAN COMPONENTS (ANGSTROM)\n"
        f"          X                    Y                    Z\n{vectors}\n\n\n"
        f" CARTESIAN COORDINATES - PRIMITIVE CELL\n{stars}"
        " *      ATOM          X(ANGSTROM)         Y(ANGSTROM)         Z(ANGSTROM)\n"
        f"{stars}"
        f"{sites}\n CARTESIAN FORCES IN HARTREE/BOHR (ANALYTICAL)\n"
        f"   ATOM                     X                   Y                   Z\n{lines}\n"
        " RESULTANT FORCE     4.6E-18  4.6E-18  0.0E+00\n"
    )


def abacus(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """ABACUS' ``running_scf.log``."""
    order = {s: 0 for s in symbols}
    labels = []
    for s in symbols:
        order[s] += 1
        labels.append(f"{s}{order[s]}")
    vectors = "\n".join("".join(f"{x:>+20.6g}" for x in row) for row in lattice / BOHR)
    sites = "".join(
        f"taud_{label:<8} {row} +1.0000     0.0000000000     0.0000000000    0.0000000000\n"
        for label, row in zip(
            labels, rows(positions @ np.linalg.inv(lattice), "%16.10f"), strict=True
        )
    )
    line = "-" * 90
    lines = "".join(
        f"{label:<24}{row}\n"
        for label, row in zip(labels, rows(forces, "%20.10f"), strict=True)
    )
    return (
        "\n                              ABACUS v3.4.4\n\n READING UNITCELL INFORMATION\n"
        "                  lattice constant (Bohr) = 1\n"
        f"                        TOTAL ATOM NUMBER = {len(symbols)}\nDIRECT COORDINATES\n"
        "   atom       x      y      z      mag      vx      vy      vz\n"
        f"{sites}\n\n Lattice vectors: (Cartesian coordinate: in unit of a_0)\n{vectors}\n"
        f"{line}\n TOTAL-FORCE (eV/Angstrom)\n{line}\n"
        "             atom              x                    y                    z\n"
        f"{line}\n{lines}{line}\n"
    )


def openmx(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """OpenMX' ``.out``."""
    vectors = "\n".join(rows(lattice / BOHR, "%16.9f"))
    both = np.hstack([positions, forces / AU])
    sites = "".join(
        f"{i:5d}     {s:<2} {row}\n"
        for i, (s, row) in enumerate(zip(symbols, rows(both, "%14.9f"), strict=True), 1)
    )
    return (
        f"{'*' * 60}\n  This calculation was performed by OpenMX Ver. 3.9.2\n\n"
        f"Atoms.UnitVectors.Unit             AU\n<Atoms.UnitVectors\n{vectors}\n"
        f"Atoms.UnitVectors>\n\n<coordinates.forces\n  {len(symbols)}\n{sites}"
        "coordinates.forces>\n"
    )


def turbomole(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """Turbomole's ``gradient``."""
    sites = "".join(
        f"{row}      {s.lower()}\n"
        for s, row in zip(symbols, rows(positions / BOHR, "%20.14f"), strict=True)
    )
    lines = "".join(f"  {row.replace('E', 'D')}\n" for row in rows(-forces / AU, "%22.14E"))
    return (
        "$grad          cartesian gradients\n  cycle =      1    SCF energy =     -578.5931"
        f"   |dE/dxyz| =  0.000007\n{sites}{lines}$end\n"
    )


def castep(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """CASTEP's main output, which has atoms in the order of their atomic numbers."""
    order = sorted(range(len(symbols)), key=lambda i: NUMBERS[symbols[i]])
    count = dict.fromkeys(symbols, 0)
    names = []
    for i in order:
        count[symbols[i]] += 1
        names.append(f"{symbols[i]:<6}{count[symbols[i]]:6d}")
    x = positions @ np.linalg.inv(lattice)
    sites = "".join(
        f"            x  {name}     {row}   x\n"
        for name, row in zip(names, rows(x[order], "%12.6f"), strict=True)
    )
    lines = "".join(
        f" * {name} {row} *\n"
        for name, row in zip(names, rows(forces[order], "%12.5f"), strict=True)
    )
    vectors = "".join(
        f"     {a}     {b}\n"
        for a, b in zip(
            rows(lattice, "%12.7f"),
            rows(2 * np.pi * np.linalg.inv(lattice).T, "%12.7f"),
            strict=True,
        )
    )
    frame = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    return f""" +-------------------------------------------------+
 |      CCC   AA    SSS  TTTTT  EEEEE  PPPP        |
 |  Welcome to Academic Release CASTEP version 22.11          |
 +-------------------------------------------------+

 ************************************ Title ************************************

 ***************************** General Parameters ******************************
  output verbosity                               : normal  (1)
  type of calculation                            : single point energy
 *******************************************************************************

                           -------------------------------
                                      Unit Cell
                           -------------------------------
        Real Lattice(A)              Reciprocal Lattice(1/A)
{vectors}
                       Lattice parameters(A)       Cell Angles
                    a =      8.400000          alpha =   90.000000

                           -------------------------------
                                     Cell Contents
                           -------------------------------
                         Total number of ions in cell = {len(symbols):4d}
                      Total number of species in cell = {len(count):4d}
                        Max number of any one species = {max(count.values()):4d}

            {frame}
            x  Element         Atom        Fractional coordinates of atoms  x
            x                 Number           u          v          w      x
            x----------------------------------------------------x
{sites}            {frame}

Final energy, E             =  -100.0000000000     eV

 ************************** Forces **************************
 *                                                          *
 *               Cartesian components (eV/A)                *
 * -------------------------------------------------------- *
 *                         x            y            z      *
 *                                                          *
{lines} *                                                          *
 ************************************************************

Initialisation time =      0.10 s
Calculation time    =      0.20 s
Finalisation time   =      0.10 s
Total time          =      0.40 s
"""


def abinit(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """ABINIT's main output, with what it echoes of its variables."""
    kinds = list(dict.fromkeys(symbols))
    lines = "".join(f"{i:5d} {row}\n" for i, row in enumerate(rows(forces, "%20.14f"), 1))

    def echo(name: str, array: Array) -> str:
        head, *others = rows(array, "%18.10E")
        more = "".join(f"{' ' * 22}{row}\n" for row in others)
        return f"{name:>17}     {head}\n{more}"

    types = " ".join(str(kinds.index(s) + 1) for s in symbols)
    return (
        "\n.Version 9.10.3 of ABINIT\n\n"
        "            acell      1.0000000000E+00  1.0000000000E+00  1.0000000000E+00 Bohr\n"
        f"{echo('rprim', lattice / BOHR)}            typat      {types}\n"
        f"{echo('xred', positions @ np.linalg.inv(lattice))}"
        f"            znucl      {' '.join(f'{NUMBERS[k]:.5f}' for k in kinds)}\n\n"
        f" cartesian forces (eV/Angstrom) at end:\n{lines} frms,max,avg= 1.0 1.0\n"
    )


WITH_POSITIONS = {
    "abinit.out": abinit,
    "cs.castep": castep,
    "INFO.OUT": elk,
    "exciting-INFO.OUT": exciting,
    "info.xml": exciting_xml,
    "crystal.o": crystal,
    "running_scf.log": abacus,
    "openmx.out": openmx,
    "gradient": turbomole,
}
ALONE = {
    "si.FA": siesta,
    "results.tag": dftb,
    "case.scf": wien2k,
    "FORCES": fleur,
    "relax.xml": fleur_relaxation,
}
"""Those with forces and no positions."""
