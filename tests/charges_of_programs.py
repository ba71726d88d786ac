"""Small outputs of programs with Born charges, of rock salt."""

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
