"""Small outputs of the programs that compute forces, in the layout each of them writes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Symbols = Sequence[str]
Array = NDArray[np.float64]
BOHR = 0.529177210903
"""Å, that of CODATA 2018, which the programs write in."""
RYDBERG, HARTREE = 13.605693122994, 27.211386245988
"""eV"""


def rows(array: Array, form: str = "%22.14f") -> list[str]:
    """Numbers of each row, blanks between them."""
    return [" ".join(form % x for x in row) for row in array]


def vasprun(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """VASP's ``vasprun.xml``: one ionic step."""
    kinds = list(dict.fromkeys(symbols))
    atoms = "".join(
        f"<rc><c>{s:<2}</c><c>{kinds.index(s) + 1:4d}</c></rc>\n" for s in symbols
    )
    types = "".join(
        f"<rc><c>{symbols.count(k):4d}</c><c>{k:<2}</c><c>28.0</c><c>4.0</c>"
        f"<c>PAW_PBE {k} 05Jan2001</c></rc>\n"
        for k in kinds
    )
    fractional = positions @ np.linalg.inv(lattice)

    def block(name: str, array: Array) -> str:
        lines = "".join(f"   <v>{row}</v>\n" for row in rows(array, "%15.8f"))
        return f'  <varray name="{name}">\n{lines}  </varray>\n'

    def structure(head: str) -> str:
        basis = block("basis", lattice)
        return (
            f"<structure{head}>\n <crystal>\n{basis}"
            f'  <i name="volume">{abs(np.linalg.det(lattice)):16.8f}</i>\n'
            f" </crystal>\n{block('positions', fractional)}</structure>\n"
        )

    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<modeling>
 <generator>
  <i name="program" type="string">vasp </i>
  <i name="version" type="string">6.4.1  </i>
 </generator>
 <incar>
  <i type="string" name="PREC">accurate</i>
  <i name="ENCUT">500.0</i>
 </incar>
 <kpoints>
  <generation param="Gamma">
   <v type="int" name="divisions">1 1 1</v>
  </generation>
  <varray name="kpointlist">
   <v>0.0 0.0 0.0</v>
  </varray>
  <varray name="weights">
   <v>1.0</v>
  </varray>
 </kpoints>
 <parameters>
  <separator name="electronic">
   <i name="ENMAX">500.0</i>
  </separator>
 </parameters>
 <atominfo>
  <atoms>{len(symbols):8d} </atoms>
  <types>{len(kinds):8d} </types>
  <array name="atoms">
   <dimension dim="1">ion</dimension>
   <field type="string">element</field>
   <field type="int">atomtype</field>
   <set>
{atoms}   </set>
  </array>
  <array name="atomtypes">
   <dimension dim="1">type</dimension>
   <field type="int">atomspertype</field>
   <field type="string">element</field>
   <field>mass</field>
   <field>valence</field>
   <field type="string">pseudopotential</field>
   <set>
{types}   </set>
  </array>
 </atominfo>
{structure(' name="initialpos" ')}
 <calculation>
  <scstep>
   <energy>
    <i name="e_fr_energy">-10.0</i>
    <i name="e_wo_entrp">-10.0</i>
    <i name="e_0_energy">-10.0</i>
   </energy>
  </scstep>
{structure("")}{block("forces", forces)}
  <energy>
   <i name="e_fr_energy">-10.0</i>
   <i name="e_wo_entrp">-10.0</i>
   <i name="e_0_energy">-10.0</i>
  </energy>
 </calculation>
{structure(' name="finalpos" ')}</modeling>
"""


def outcar(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """VASP's ``OUTCAR``: one ionic step, positions and forces in its fixed columns."""
    kinds = list(dict.fromkeys(symbols))
    counts = "".join(f"{symbols.count(k):4d}" for k in kinds)
    # Once where they are read, once where they are described.
    potentials = 2 * "".join(f" POTCAR:    PAW_PBE {k}_sv 05Jan2001\n" for k in kinds)
    vectors = "".join(
        "   " + "".join(f"{x:13.9f}" for x in (*a, *b)) + "\n"
        for a, b in zip(lattice, np.linalg.inv(lattice).T, strict=True)
    )
    sites = "".join(
        "".join(f"{x:13.5f}" for x in r) + "  " + "".join(f"{x:14.6f}" for x in f) + "\n"
        for r, f in zip(positions, forces, strict=True)
    )
    drift = "".join(f"{x:14.6f}" for x in forces.sum(axis=0))
    line, bands = " " + "-" * 83, "  number of bands    NBANDS=     16"
    return f""" vasp.6.4.1 05Apr23 (build Nov 12 2025 10:00:00) complex

 executed on             LinuxGNU date 2025.11.12  10:00:00
 running on    2 total cores
{potentials}
 k-points in reciprocal lattice and weights: Automatic mesh
   0.00000000  0.00000000  0.00000000       1.000

 Dimension of arrays:
   k-points           NKPTS =      1   k-points in BZ     NKDIM =      1 {bands}
   number of dos      NEDOS =    301   number of ions     NIONS = {len(symbols):6d}
   ions per type =            {counts}

   ISPIN  =      1    spin polarized calculation?

 k-points in reciprocal lattice and weights: Automatic mesh
   0.00000000  0.00000000  0.00000000       1.000

{"-" * 39} Iteration      1(   1)  {"-" * 39}

 E-fermi :   1.2345     XC(G=0):  -8.0000     alpha+bet : -7.0000

  FORCE on cell =-STRESS in cart. coord.  units (eV):
  in kB       1.00000     1.00000     1.00000     0.00000     0.00000     0.00000
  external pressure =        1.00 kB  Pullay stress =        0.00 kB

 VOLUME and BASIS-vectors are now :
 -----------------------------------------------------------------------------
  energy-cutoff  :      500.00
  volume of cell : {abs(np.linalg.det(lattice)):11.2f}
      direct lattice vectors                 reciprocal lattice vectors
{vectors}

 POSITION                                       TOTAL-FORCE (eV/Angst)
{line}
{sites}{line}
    total drift:                          {drift}


{"-" * 104}


  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)
  ---------------------------------------------------
  free  energy   TOTEN  =       -10.00000000 eV

  energy  without entropy=      -10.00000000  energy(sigma->0) =      -10.00000000

"""


def espresso(symbols: Symbols, lattice: Array, positions: Array, forces: Array) -> str:
    """The output of Quantum ESPRESSO's ``pw.x``."""
    alat = float(np.linalg.norm(lattice[0]))
    axes = "".join(
        f"               a({i}) = ( {row} )  \n"
        for i, row in enumerate(rows(lattice / alat, "%13.10f"), start=1)
    )
    sites = "".join(
        f"{i:10d}           {s:<2}  tau({i:4d}) = ( {row}  )\n"
        for i, (s, row) in enumerate(
            zip(symbols, rows(positions / alat, "%11.7f"), strict=True), start=1
        )
    )
    kinds = list(dict.fromkeys(symbols))

    def force_lines(array: Array) -> str:
        return "".join(
            f"     atom {i:4d} type {kinds.index(s) + 1:2d}   force = {row}\n"
            for i, (s, row) in enumerate(
                zip(symbols, rows(array, "%13.8f"), strict=True), start=1
            )
        )

    in_file = forces / RYDBERG * BOHR
    return f"""
     Program PWSCF v.7.2 starts on 12Nov2025 at 10: 0: 0

     bravais-lattice index     =            0
     lattice parameter (alat)  = {alat / BOHR:11.8f}  a.u.
     unit-cell volume          = {abs(np.linalg.det(lattice)) / BOHR**3:11.4f} (a.u.)^3
     number of atoms/cell      = {len(symbols):12d}
     number of atomic types    = {len(kinds):12d}

     celldm(1)= {alat / BOHR:10.6f}  celldm(2)=   0.000000  celldm(3)=   0.000000

     crystal axes: (cart. coord. in units of alat)
{axes}
   Cartesian axes

     site n.     atom                  positions (alat units)
{sites}
     number of k points=     1
                       cart. coord. in units 2pi/alat
        k(    1) = (   0.0000000   0.0000000   0.0000000), wk =   2.0000000

     End of self-consistent calculation

          k = 0.0000 0.0000 0.0000 (   100 PWs)   bands (ev):

    -5.0000   1.0000   1.0000   1.0000

     highest occupied level (ev):     1.0000

!    total energy              =     -20.00000000 Ry

     Forces acting on atoms (cartesian axes, Ry/au):

{force_lines(in_file)}     The non-local contrib.  to forces
{force_lines(in_file + 1)}
     Total force =     0.010000     Total SCF correction =     0.000001

     JOB DONE.
"""


def lammps(
    symbols: Symbols, lattice: Array, positions: Array, forces: Array, *, element: bool
) -> str:
    """A LAMMPS dump in metal units, atoms not in order, as it writes them."""
    kinds = list(dict.fromkeys(symbols))
    lengths = np.diag(lattice)
    head = "id type element" if element else "id type"
    lines = []
    for i in np.random.default_rng(1).permutation(len(symbols)):
        name = f" {symbols[i]}" if element else ""
        numbers = " ".join(f"{x:.10g}" for x in (*positions[i], *forces[i]))
        lines.append(f"{i + 1} {kinds.index(symbols[i]) + 1}{name} {numbers}\n")
    bounds = "".join(f"0.0 {x:.14g}\n" for x in lengths)
    return (
        f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n{len(symbols)}\n"
        f"ITEM: BOX BOUNDS pp pp pp\n{bounds}ITEM: ATOMS {head} x y z fx fy fz\n"
        + "".join(lines)
    )


def cp2k(
    symbols: Symbols, lattice: Array, positions: Array, forces: Array, *, modern: bool
) -> str:
    """The output of CP2K with ``&PRINT &FORCES``, as of 2023.2 and later or before."""
    kinds = list(dict.fromkeys(symbols))
    vectors = "".join(
        f" CELL| Vector {name} [angstrom]: {row}   |{name}| = 1.0\n"
        for name, row in zip("abc", rows(lattice, "%11.6f"), strict=True)
    )
    sites = "".join(
        f"{i:7d}{kinds.index(s) + 1:5d} {s:<2}  14 {row}    4.0000   28.0855\n"
        for i, (s, row) in enumerate(
            zip(symbols, rows(positions, "%12.6f"), strict=True), start=1
        )
    )
    in_file = rows(forces / HARTREE * BOHR, "%15.8E" if modern else "%14.8f")
    if modern:
        head = (
            " FORCES| Atomic forces [hartree/bohr]\n FORCES| Atom     x     y     z   |f|\n"
        )
        lines = "".join(f" FORCES|{i:7d} {r} 1.0E-02\n" for i, r in enumerate(in_file, 1))
        end = " FORCES| Sum      0.0E+00    0.0E+00    0.0E+00    0.0E+00\n"
    else:
        head = " ATOMIC FORCES in [a.u.]\n\n # Atom   Kind   Element     X     Y     Z\n"
        lines = "".join(
            f"{i:7d}{kinds.index(s) + 1:7d}      {s:<2} {row}\n"
            for i, (s, row) in enumerate(zip(symbols, in_file, strict=True), start=1)
        )
        end = " SUM OF ATOMIC FORCES     0.00000000     0.00000000     0.00000000\n"
    return f""" CP2K| version string:                          CP2K version 2023.1
{vectors}
 MODULE QUICKSTEP: ATOMIC COORDINATES IN ANGSTROM

   Atom Kind Element         X             Y             Z       Z(eff)     Mass

{sites}
 ENERGY| Total FORCE_EVAL ( QS ) energy [a.u.]:            -7.123456789012345

{head}{lines}{end}
"""
