"""Small outputs of programs with Born charges, of rock salt; OUTCARs of any crystal."""

from typing import Any

import numpy as np

OUTCAR = """\
 vasp.6.4.2 20Jul23 complex
 POTCAR:    PAW_PBE Na
   TITEL  = PAW_PBE Na_pv 19Sep2006
   TITEL  = PAW_PBE Cl 06Sep2000
   ions per type =               1   1
      direct lattice vectors                 reciprocal lattice vectors
     0.000000000  2.845000000  2.845000000    -0.175746924  0.175746924  0.175746924
     2.845000000  0.000000000  2.845000000     0.175746924 -0.175746924  0.175746924
     2.845000000  2.845000000  0.000000000     0.175746924  0.175746924 -0.175746924
 position of ions in cartesian coordinates  (Angst):
   0.00000000  0.00000000  0.00000000
   2.84500000  2.84500000  2.84500000
 MACROSCOPIC STATIC DIELECTRIC TENSOR (including local field effects in DFT)
 ------------------------------------------------------
           2.434200     0.000000     0.000000
           0.000000     2.434200     0.000000
           0.000000     0.000000     2.434200
 ------------------------------------------------------
 BORN EFFECTIVE CHARGES (including local field effects) (in |e|, cummulative output)
 ---------------------------------------------------------------------------------
 ion    1
    1     1.08700     0.00000     0.00000
    2     0.00000     1.08700     0.00000
    3     0.00000     0.00000     1.08700
 ion    2
    1    -1.08700     0.00000     0.00000
    2     0.00000    -1.08700     0.00000
    3     0.00000     0.00000    -1.08700
"""
VASPRUN = """\
<?xml version="1.0"?>
<modeling>
 <generator><i name="program" type="string">vasp </i></generator>
 <atominfo><array name="atoms" ><set>
  <rc><c>Na</c><c>   1</c></rc><rc><c>Cl</c><c>   2</c></rc></set></array></atominfo>
 <varray name="epsilon_scf" ><v> 2.4342 0.0 0.0 </v><v> 0.0 2.4342 0.0 </v>
  <v> 0.0 0.0 2.4342 </v></varray>
 <array name="born_charges" ><set><v> 1.087 0.0 0.0 </v><v> 0.0 1.087 0.0 </v>
  <v> 0.0 0.0 1.087 </v></set><set><v> -1.087 0.0 0.0 </v><v> 0.0 -1.087 0.0 </v>
  <v> 0.0 0.0 -1.087 </v></set></array>
 <structure name="finalpos" ><crystal><varray name="basis" ><v> 0.0 2.845 2.845 </v>
  <v> 2.845 0.0 2.845 </v><v> 2.845 2.845 0.0 </v></varray></crystal>
  <varray name="positions" ><v> 0.0 0.0 0.0 </v><v> 0.5 0.5 0.5 </v></varray></structure>
</modeling>
"""
PHONON = """\
     Program PHONON v.7.2 starts on 12Nov2025 at 10: 0: 0
     lattice parameter (alat)  =      10.7525  a.u.
     crystal axes: (cart. coord. in units of alat)
               a(1) = (   0.0000000   0.5000000   0.5000000 )
               a(2) = (   0.5000000   0.0000000   0.5000000 )
               a(3) = (   0.5000000   0.5000000   0.0000000 )
     site n.  atom      mass           positions (alat units)
        1     Na  22.9898   tau(    1) = (    0.00000    0.00000    0.00000  )
        2     Cl  35.4500   tau(    2) = (    0.50000    0.50000    0.50000  )

          Dielectric constant in cartesian axis

          (       2.434200000       0.000000000       0.000000000 )
          (       0.000000000       2.434200000       0.000000000 )
          (       0.000000000       0.000000000       2.434200000 )

          Effective charges (d Force / dE) in cartesian axis without acoustic sum rule

           atom      1   Na Mean Z*:        1.08700
      Ex  (        1.08700        0.00000        0.00000 )
      Ey  (        0.00000        1.08700        0.00000 )
      Ez  (        0.00000        0.00000        1.08700 )
           atom      2   Cl Mean Z*:       -1.08700
      Ex  (       -1.08700        0.00000        0.00000 )
      Ey  (        0.00000       -1.08700        0.00000 )
      Ez  (        0.00000        0.00000       -1.08700 )
"""
ABINIT = """\

.Version 9.0.2 of ABINIT
.(MPI version, prepared for a x86_64_linux_intel18.0 computer)

 -outvars: echo values of preprocessed input variables --------
            acell      1.0000000000E+00  1.0000000000E+00  1.0000000000E+00 Bohr
              amu      2.29897700E+01  3.54527000E+01
            natom           2
            rprim      0.0000000000E+00  5.3762713330E+00  5.3762713330E+00
                       5.3762713330E+00  0.0000000000E+00  5.3762713330E+00
                       5.3762713330E+00  5.3762713330E+00  0.0000000000E+00
            typat      1  2
             xred      0.0000000000E+00  0.0000000000E+00  0.0000000000E+00
                       5.0000000000E-01  5.0000000000E-01  5.0000000000E-01
            znucl       11.00000   17.00000

================================================================================

  Dielectric tensor, in cartesian coordinates,
     j1       j2             matrix element
  dir pert dir pert     real part    imaginary part

   1    4   1    4         2.4342000000        -0.0000000000
   1    4   2    4         0.0000000000        -0.0000000000
   1    4   3    4         0.0000000000        -0.0000000000

   2    4   1    4         0.0000000000        -0.0000000000
   2    4   2    4         2.4342000000        -0.0000000000
   2    4   3    4         0.0000000000        -0.0000000000

   3    4   1    4         0.0000000000        -0.0000000000
   3    4   2    4         0.0000000000        -0.0000000000
   3    4   3    4         2.4342000000        -0.0000000000

  Effective charges, in cartesian coordinates,
  (from electric field response)
  if specified in the inputs, charge neutrality has been imposed
     j1       j2             matrix element
  dir pert dir pert     real part    imaginary part

   1    1   1    4         1.0870000000         0.0000000000
   2    1   1    4         0.0000000000         0.0000000000
   3    1   1    4         0.0000000000         0.0000000000
   1    2   1    4        -1.0870000000         0.0000000000
   2    2   1    4         0.0000000000         0.0000000000
   3    2   1    4         0.0000000000         0.0000000000

   1    1   2    4         0.0000000000         0.0000000000
   2    1   2    4         1.0870000000         0.0000000000
   3    1   2    4         0.0000000000         0.0000000000
   1    2   2    4         0.0000000000         0.0000000000
   2    2   2    4        -1.0870000000         0.0000000000
   3    2   2    4         0.0000000000         0.0000000000

   1    1   3    4         0.0000000000         0.0000000000
   2    1   3    4         0.0000000000         0.0000000000
   3    1   3    4         1.0870000000         0.0000000000
   1    2   3    4         0.0000000000         0.0000000000
   2    2   3    4         0.0000000000         0.0000000000
   3    2   3    4        -1.0870000000         0.0000000000

  Phonon wavevector (reduced coordinates) :  0.00000  0.00000  0.00000
"""
CASTEP = """\
 +-------------------------------------------------+
 |      CCC   AA    SSS  TTTTT  EEEEE  PPPP        |
 | Welcome to Academic Release CASTEP version 19.11|
 +-------------------------------------------------+

                           -------------------------------
                                      Unit Cell
                           -------------------------------
        Real Lattice(A)              Reciprocal Lattice(1/A)
     0.0000000     2.8450000     2.8450000       -1.104250      1.104250      1.104250
     2.8450000     0.0000000     2.8450000        1.104250     -1.104250      1.104250
     2.8450000     2.8450000     0.0000000        1.104250      1.104250     -1.104250

            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
            x  Element         Atom        Fractional coordinates of atoms  x
            x                 Number           u          v          w      x
            x----------------------------------------------------------x
            x  Na           1         0.000000   0.000000   0.000000   x
            x  Cl           1         0.500000   0.500000   0.500000   x
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx

 ===============================================================================
        Optical Permittivity (f->infinity)             DC Permittivity (f=0)
        ----------------------------------             ---------------------
         2.43420     0.00000     0.00000         4.65070    -0.00000    -0.00000
         0.00000     2.43420     0.00000        -0.00000     4.65070    -0.00000
         0.00000     0.00000     2.43420        -0.00000    -0.00000     4.65070
 ===============================================================================
                   Born Effective Charges
                   ----------------------
   Na      1         1.08700     0.00000     0.00000        ID=0
                     0.00000     1.08700     0.00000
                     0.00000     0.00000     1.08700
   Cl      1        -1.08700     0.00000     0.00000        ID=0
                     0.00000    -1.08700     0.00000
                     0.00000     0.00000    -1.08700
 ===============================================================================
"""

HEADS_OF_VASP = {
    "5": ("in DFT", "in e, cummulative output"),
    "6": ("in DFT", "including local field effects) (in |e|, cummulative output"),
    "finite fields": ("", "including local field effects) (in |e|, cummulative output"),
}
"""Ends of the headlines of tensors and of charges, of LEPSILON and of LCALCEPS."""


def outcar_of(crystal: Any, charges: Any, heads: tuple[str, str]) -> str:
    """An OUTCAR of the supercell of a crystal, in the order in which VASP writes it."""
    cell, lines = crystal.phonon_supercell.cell, [" vasp.6.4.2 20Jul23 complex"]
    kinds = list(dict.fromkeys(cell.symbols))
    counts = "".join(f"{cell.symbols.count(kind):4d}" for kind in kinds)
    lines += [f" POTCAR:    PAW_PBE {kind} 06Sep2000" for kind in kinds]
    lines += [f"   TITEL  = PAW_PBE {kind} 06Sep2000" for kind in kinds]
    lines += [" positions in direct lattice", f"   ions per type =            {counts}"]
    lines += ["      direct lattice vectors                 reciprocal lattice vectors"]
    both = np.hstack([cell.lattice, np.linalg.inv(cell.lattice).T])
    lines += [" " * 3 + "".join(f"{x:13.9f}" for x in row) for row in both]
    lines += ["", " position of ions in fractional coordinates (direct lattice)"]
    lines += ["   " + "".join(f"{x:11.8f} " for x in row) for row in cell.positions]
    lines += ["", " position of ions in cartesian coordinates  (Angst):"]
    places = cell.positions @ cell.lattice
    lines += ["   " + "".join(f"{x:11.8f} " for x in row) for row in places]
    local, cumulated = heads
    epsilon = crystal.polar.charges.dielectric
    for what, tensor in (
        ("excluding local field effects)", 2 * epsilon),
        (f"including local field effects{' ' * bool(local)}{local})", epsilon),
    ):
        lines += [f" MACROSCOPIC STATIC DIELECTRIC TENSOR ({what}", f" {'-' * 54}"]
        lines += ["      " + "".join(f"{x:13.6f}" for x in row) for row in tensor]
        lines += [f" {'-' * 54}", ""]
    lines += _charges_of_vasp(f"{cumulated}", charges)
    if not local:
        lines += _charges_of_vasp("excluding local field effects) (in |e|", 2 * charges)
    lines += [" MACROSCOPIC STATIC DIELECTRIC TENSOR IONIC CONTRIBUTION", f" {'-' * 54}"]
    lines += ["      " + "".join(f"{x:13.6f}" for x in row) for row in 3 * epsilon]
    return "\n".join(lines) + "\n"


def _charges_of_vasp(head: str, charges: Any) -> list[str]:
    lines = [f" BORN EFFECTIVE CHARGES ({head})", f" {'-' * 81}"]
    for i, tensor in enumerate(charges, start=1):
        lines.append(f" ion {i:4d}")
        lines += [
            f"{k:5d}" + "".join(f"{x:12.5f}" for x in row)
            for k, row in enumerate(tensor, start=1)
        ]
    return [*lines, ""]
