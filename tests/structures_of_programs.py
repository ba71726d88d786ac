"""Small structure files of programs, with all that each of them can say of its atoms.

Two hydrogen atoms in a cube of 3 Å: the first weighs 2.014 Da or has a label or a moment of
its own, where the program has a place for it.
"""

CUBE = "3.0 0 0\n0 3.0 0\n0 0 3.0\n"


def espresso(
    system: str = "", species: str = "H 1.00794 H.upf", labels: str = "H H"
) -> str:
    """An input of Quantum ESPRESSO."""
    kinds = species.split(";")
    one, other = labels.split()
    return (
        f"&control\n/\n&system\n ibrav=0, nat=2, ntyp={len(kinds)}\n {system}\n/\n"
        "ATOMIC_SPECIES\n" + "\n".join(kinds) + f"\nCELL_PARAMETERS angstrom\n{CUBE}"
        f"ATOMIC_POSITIONS crystal\n{one} 0 0 0\n{other} 1/2 0.5 5.0d-1\nK_POINTS gamma\n"
    )


def extxyz(columns: str, first: str, second: str) -> str:
    """An extended xyz file with more columns."""
    return (
        f'2\nLattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3:{columns} '
        f'pbc="T T T"\nH 0 0 0 {first}\nH 1.5 1.5 1.5 {second}\n'
    )


def cif(first: str, second: str, more: str = "") -> str:
    """A crystallographic information file."""
    lengths = "".join(f"_cell_length_{x} 3.0\n" for x in "abc")
    angles = "".join(f"_cell_angle_{x} 90\n" for x in ("alpha", "beta", "gamma"))
    names = ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy")
    loop = "loop_\n" + "".join(f"_atom_site_{name}\n" for name in names)
    return (
        f"data_x\n{lengths}{angles}_space_group_name_H-M_alt 'P 1'\n{loop}"
        f"{first}\n{second}\n{more}"
    )


def poscar(head: str, counts: str = "1 1", comment: str = "crystal") -> str:
    """VASP's POSCAR; without ``head`` as VASP 4 has it."""
    symbols = f"{head}\n" if head else ""
    return f"{comment}\n1.0\n{CUBE}{symbols}{counts}\nDirect\n0 0 0\n0.5 0.5 0.5\n"


def castep(first: str, second: str, more: str = "") -> str:
    """CASTEP's cell file."""
    return (
        f"%BLOCK LATTICE_CART\nang\n{CUBE}%ENDBLOCK LATTICE_CART\n%BLOCK POSITIONS_FRAC\n"
        f"{first}\n{second}\n%ENDBLOCK POSITIONS_FRAC\n{more}"
    )


def aims(first: str, second: str) -> str:
    """FHI-aims' geometry.in."""
    vectors = "".join(f"lattice_vector {row}\n" for row in CUBE.splitlines())
    return f"{vectors}atom_frac 0 0 0 {first}\natom 1.5 1.5 1.5 {second}\n"


def lammps(masses: str, kinds: str = "1 2") -> str:
    """LAMMPS' data file."""
    one, other = kinds.split()
    rows = masses.split(";")
    return (
        f"text\n\n2 atoms\n{len(rows)} atom types\n"
        "0 3 xlo xhi\n0 3 ylo yhi\n0 3 zlo zhi\n\nMasses\n\n"
        + "\n".join(f"{i} {row}" for i, row in enumerate(rows, 1))
        + "\n\n"
        f"Atoms # atomic\n\n1 {one} 0 0 0\n2 {other} 1.5 1.5 1.5\n"
    )


def abinit(amu: str = "") -> str:
    """ABINIT's input."""
    return (
        "acell 3.0 3.0 3.0 angstrom\nrprim 1 0 0 0 1 0 0 0 1\nnatom 2\nntypat 2\n"
        f"typat 1 2\nznucl 1 1\n{amu}\nxred 0 0 0 0.5 0.5 0.5\n"
    )


def gen(names: str) -> str:
    """DFTB+'s gen file."""
    return f"2 S\n{names}\n1 1 0 0 0\n2 2 1.5 1.5 1.5\n0 0 0\n{CUBE}"


def cp2k(kinds: str, labels: str = "H1 H2") -> str:
    """CP2K's input."""
    one, other = labels.split()
    vectors = "".join(
        f"A {r}\n" if i == 0 else f"{'BC'[i - 1]} {r}\n"
        for i, r in enumerate(CUBE.splitlines())
    )
    return (
        "&GLOBAL\n&END GLOBAL\n&FORCE_EVAL\n&SUBSYS\n&CELL\n" + vectors + "&END CELL\n"
        f"&COORD\nSCALED\n{one} 0 0 0\n{other} 0.5 0.5 0.5\n&END COORD\n{kinds}\n"
        "&END SUBSYS\n&END FORCE_EVAL\n"
    )


def elk(first: str, second: str, field: str = "", other: str = "") -> str:
    """Elk's input, with magnetic fields of the atoms."""
    return (
        "avec\n 1 0 0\n 0 1 0\n 0 0 1\nscale\n 5.669178373\natoms\n 2\n"
        f" '{first}.in'\n 1\n 0 0 0{field}\n '{second}.in'\n 1\n 0.5 0.5 0.5{other}\n"
    )


def xsf() -> str:
    """XCrySDen's file."""
    return f"CRYSTAL\nPRIMVEC\n{CUBE}PRIMCOORD\n2 1\nH 0 0 0\nH 1.5 1.5 1.5\n"


def res(first: str, second: str, names: str = "H", lattice: str = "LATT -1") -> str:
    """A file of SHELX, with the title of AIRSS."""
    return (
        f"TITL a 0.0 27.0 -1.0 0 0 2 (Pm-3m) n - 1\nCELL 1.5418 3 3 3 90 90 90\n{lattice}\n"
        f"SFAC {names}\n{first}\n{second}\nEND\n"
    )


def turbomole(first: str, second: str, kind: str = "angs", more: str = "") -> str:
    """A control file of Turbomole's riper."""
    half = "0.5 0.5 0.5" if kind == "frac" else "1.5 1.5 1.5"
    cell = more or f"$lattice angs\n{CUBE}"
    return f"$coord {kind}\n0 0 0 {first}\n{half} {second}\n$periodic 3\n{cell}$end\n"


def abacus(
    first: str, second: str, species: str = "", moments: str = "0.0 0.0", more: str = ";"
) -> str:
    """ABACUS' STRU, an atom of each of two kinds."""
    kinds = species or f"{first} 1.00794 H.upf;{second} 1.00794 H.upf"
    own = zip((first, second), moments.split(), ("0 0 0", "0.5 0.5 0.5"), strict=True)
    atoms = "".join(
        f"{label} // a kind\n{moment}\n1\n{place} 1 1 1{word}\n"
        for (label, moment, place), word in zip(own, more.split(";"), strict=True)
    )
    rows = "\n".join(kinds.split(";"))
    return (
        f"ATOMIC_SPECIES\n{rows}\n\nLATTICE_CONSTANT\n5.669178373 # bohr\n\n"
        f"LATTICE_VECTORS\n1 0 0\n0 1 0\n0 0 1\n\nATOMIC_POSITIONS\nDirect\n{atoms}"
    )


def exciting(first: str, second: str, field: str = "", other: str = "") -> str:
    """exciting's input.xml."""
    return (
        "<input>\n <!-- <crystal scale='9'> -->\n <structure speciespath='./'>\n"
        "  <crystal scale='5.669178373' stretch=\"1 1 1\">\n"
        "   <basevect> 1 0 0 </basevect>\n   <basevect> 0 1 0 </basevect>\n"
        "   <basevect> 0 0 1 </basevect>\n  </crystal>\n"
        f"  <species speciesfile='{first}.xml' rmt='1.8'>\n"
        f"   <atom coord='0 0 0'{field}/>\n  </species>\n"
        f'  <species speciesfile="../{second}.xml">\n'
        f'   <atom coord="0.5 0.5 0.5"{other}></atom>\n  </species>\n'
        " </structure>\n</input>\n"
    )


def siesta(
    kinds: str = "1 1 H", species: str = "1 1", masses: str = "", spins: str = ""
) -> str:
    """SIESTA's fdf."""
    one, other = species.split()
    blocks = {
        "Chemical_Species.Label": kinds.replace(";", "\n"),
        "AtomicMass": masses,
        "LatticeVectors": "1 0 0\n0 1 0\n0 0 1",
        "DM.InitSpin": spins.replace(";", "\n"),
        "AtomicCoordinatesAndAtomicSpecies": f"0 0 0 {one} # H\n0.5 0.5 0.5 {other}",
    }
    return (
        "NumberOfAtoms 2\nlattice-constant 3.0 Ang\nAtomicCoordinatesFormat Fractional\n"
        + "".join(
            f"%block {name}\n{text}\n%endblock {name.lower()}\n"
            for name, text in blocks.items()
            if text
        )
        + (f"Spin {'non-collinear' if '90' in spins else 'polarized'}\n" if spins else "")
    )


def openmx(
    species: str = "H H6.0-s2p1 H_PBE19", labels: str = "H H", spins: str = "0.5 0.5"
) -> str:
    """OpenMX's input."""
    one, other = labels.split()
    first, *second = spins.split(";")
    spin = "NC" if first.count(" ") > 1 else "On"
    rows = species.replace(";", "\n")
    return (
        f"System.Name h\nscf.SpinPolarization {spin}\nAtoms.UnitVectors.Unit Ang # AU\n"
        f"<Definition.of.Atomic.Species\n{rows}\nDefinition.of.Atomic.Species>\n"
        "Atoms.SpeciesAndCoordinates.Unit frac\n<Atoms.SpeciesAndCoordinates\n"
        f"1 {one} 0 0 0 {first}\n2 {other} 0.5 0.5 0.5 {second[0] if second else first}\n"
        f"Atoms.SpeciesAndCoordinates>\n<Atoms.UnitVectors\n{CUBE}Atoms.UnitVectors>\n"
    )


def fleur(first: str = "1", second: str = "1", atoms: str = "") -> str:
    """FLEUR's input of inpgen."""
    return (
        "hydrogen in a cube\n\n1 0 0 ! a1\n0 1 0\n0 0 2.0d0\n 5.669178373 ! bohr\n"
        f"0 1 -0.25\n\n2\n{first} 0 0 0\n{second} 0.5 0.5 0.5\n\n{atoms}"
        "&comp kmax=4.0\n gmax=24.0 /\n"
    )


PLAIN = {
    "vasp": poscar("H", "2"),
    "espresso-in": espresso(),
    "cif": cif("H1 H 0 0 0 1", "H2 H 0.5 0.5 0.5 1"),
    "extxyz": extxyz("mass:R:1", "1.00794", "1.00794"),
    "castep-cell": castep("H 0 0 0", "H 0.5 0.5 0.5"),
    "aims": aims("H", "H"),
    "lammps-data": lammps("1.00794 # H", "1 1"),
    "abinit-in": abinit(),
    "gen": gen("H H"),
    "cp2k-restart": cp2k("", "H H"),
    "elk-in": elk("H", "H"),
    "xsf": xsf(),
    "res": res("H 1 0 0 0 1.0", "H 1 0.5 0.5 0.5 1.0"),
    "turbomole": turbomole("h", "h"),
    "abacus-stru": abacus("H1", "H2"),
    "exciting": exciting("H", "H"),
    "siesta-fdf": siesta(),
    "openmx-dat": openmx(),
    "fleur-inpgen": fleur(),
}
"""The same crystal in every format, with nothing to be told."""
_MAGNETISED = "nspin=2, starting_magnetization(1)=0.5, starting_magnetization(2)=-0.5"
_TWO = "H1 1.00794 H.upf;H2 1.00794 H.upf"
_KIND = "&KIND {}\nELEMENT H\n{}\n&END KIND\n"
MASSES = {
    "vasp": poscar("D H"),
    "espresso-in": espresso(species="H1 2.014 H.upf;H2 1.008 H.upf", labels="H1 H2"),
    "espresso-in D": espresso(species="D 2.014 H.upf;H 1.008 H.upf", labels="D H"),
    "cif": cif("D1 D 0 0 0 1", "H2 H 0.5 0.5 0.5 1"),
    "extxyz mass": extxyz("mass:R:1", "2.014", "1.008"),
    "extxyz masses": extxyz("masses:R:1", "2.014", "1.008"),
    "castep-cell": castep(
        "H:D 0 0 0",
        "H 0.5 0.5 0.5",
        "%BLOCK SPECIES_MASS\nAMU\nH:D 2.014\n%ENDBLOCK SPECIES_MASS\n",
    ),
    "aims": aims("D", "H"),
    "lammps-data": lammps("2.014 # H;1.008 # H"),
    "abinit-in": abinit("amu 2.014 1.008"),
    "gen": gen("D H"),
    "cp2k-restart": cp2k(_KIND.format("H1", "MASS 2.014") + _KIND.format("H2", "")),
    "elk-in": elk("D", "H"),
    "res": res("D1 1 0 0 0 1.0", "H1 2 0.5 0.5 0.5 1.0", "D H"),
    "turbomole": turbomole("d", "h"),
    "abacus-stru": abacus("H1", "H2", "H1 2.014 H.upf;H2 1.00794 H.upf"),
    "exciting": exciting("D", "H"),
    "siesta-fdf": siesta("1 1 H.d;2 1 H", "1 2", "1 2.014"),
    "openmx-dat": openmx("H1 H6.0-s2p1 H_PBE19 2.014;H2 H6.0-s2 H_PBE19", "H1 H2"),
}
"""Files that say that the first atom is deuterium."""
LABELS = {
    "vasp": poscar("H1 H2"),
    "espresso-in": espresso(species=_TWO, labels="H1 H2"),
    "espresso-in words": espresso(species=_TWO.replace("1 1", "_up 1"), labels="H_up H2"),
    "castep-cell": castep("H:1 0 0 0", "H:2 0.5 0.5 0.5"),
    "aims": aims("H1", "H2"),
    "lammps-data": lammps("1.00794 # H;1.00794 # H"),
    "gen": gen("H1 H2"),
    "abinit-in": abinit(),
    "cp2k-restart": cp2k(_KIND.format("H1", "") + _KIND.format("H2", "")),
    "elk-in": elk("H1", "H2"),
    "abacus-stru": abacus("H1", "H2"),
    "exciting": exciting("H1", "H2"),
    "siesta-fdf": siesta("1 1 H.d;2 1 H", "1 2"),
    "openmx-dat": openmx("H1 H6.0-s2 H_P;H2 H6.0-s2 H_P", "H1 H2"),
    "fleur-inpgen": fleur("1.1", "1.2"),
}
"""Files that tell the two atoms apart."""
MOMENTS = {
    "espresso-in": espresso(_MAGNETISED, _TWO, "H1 H2"),
    "extxyz": extxyz("initial_magmoms:R:1", "0.5", "-0.5"),
    "extxyz magmom": extxyz("magmom:R:1", "0.5", "-0.5"),
    "extxyz magmoms": extxyz("magmoms:R:1", "0.5", "-0.5"),
    "castep-cell": castep("H 0 0 0 SPIN=0.5", "H 0.5 0.5 0.5 SPIN=-0.5"),
    "aims": aims("H\ninitial_moment 0.5", "H\ninitial_moment -0.5"),
    "cp2k-restart": cp2k(
        _KIND.format("H1", "MAGNETIZATION 0.5") + _KIND.format("H2", "MAGNETIZATION -0.5")
    ),
    "castep-cell colon": castep("H 0 0 0 spin: 0.5", "H 0.5 0.5 0.5 SPIN  -0.5"),
    "abinit-in": abinit("nsppol 2 spinat 0 0 0.5 0 0 -0.5"),
    "abinit-in short": abinit("spinat 2*0 0.5 2*0 -5.0d-1"),
    "elk-in": elk("H", "H", " 0 0 0.5", " 0 0 -0.5"),
    "res": res("H 1 0 0 0 1.0 0.5", "H 1 0.5 0.5 0.5 1.0 -0.5"),
    "abacus-stru": abacus("H1", "H2", moments="0.5 -0.5"),
    "abacus-stru atoms": abacus("H1", "H2", more=" mag 0.5; magmom -0.5 v 0 0 0"),
    "exciting": exciting("H", "H", " bfcmt='0 0 0.5'", ' bfcmt="0 0 -0.5"'),
    "siesta-fdf": siesta(spins="1 0.5;-1 -0.5"),
    "openmx-dat": openmx(spins="0.75 0.25;0.25 0.75 off"),
    "fleur-inpgen colon": fleur()
    .replace("1 0 0 0", "1 0 0 0 a : 0.5")
    .replace("1 0.5 0.5 0.5", "1 0.5 0.5 0.5 : -0.5 ! down"),
    "fleur-inpgen": fleur(
        "1.1", "1.2", "&atom element='h' id=1.1 bmu=0.5 /\n&atom id=1.2, bmu=-0.5 /\n"
    ),
}
"""Files of an antiferromagnet."""
VECTORS = {
    "espresso-in": espresso(
        "noncolin=.true., starting_magnetization(1)=0.5, angle1(1)=90, angle2(1)=90",
    ),
    "castep-cell": castep("H 0 0 0 SPIN=( 0 0.5 0)", "H 0.5 0.5 0.5 SPIN=0, 0.5, 0"),
    "abinit-in": abinit("nspinor 2 nspden 4 spinat 0 0.5 0 0 0.5 0"),
    "elk-in": elk("H", "H", " 0 0.5 0", " 0 0.5 0"),
    "abacus-stru": abacus("H1", "H2", more=" mag 0 0.5 0; mag 0 0.5 0"),
    "exciting": exciting("H", "H", *[" bfcmt='0 0.5 0'"] * 2),
    "siesta-fdf": siesta(spins="1 0.5 90 90;2 0.5 90 90"),
    "fleur-inpgen": fleur()
    .replace("\n1 0 0 0", "\n1 0 0 0 : 0 0.5 0")
    .replace("1 0.5 0.5 0.5", "1 0.5 0.5 0.5 : 0 0.5 0"),
    "openmx-dat": openmx(spins="0.75 0.25 90 90 0 0 1;0.75 0.25 90 90 0 0 1"),
}
"""Files of a magnet along y."""
SHARED = {
    "cif": cif("H1 H 0 0 0 1", "H2 H 0.5 0.5 0.5 0.5"),
    "cif two": cif("H1 H 0 0 0 0.5", "He1 He 0 0 0 0.5"),
    "extxyz": extxyz("occupancy:R:1", "1.0", "0.25"),
    "castep-cell": castep("H 0 0 0 MIXTURE:( 1 0.5)", "He 0 0 0 MIXTURE:( 1 0.5)"),
    "abinit-in": abinit("ntypalch 1 npspalch 2 mixalch 0.5 0.5"),
    "res": res("H 1 0 0 0 1.0", "H 1 0.5 0.5 0.5 0.5"),
    "res of SHELX": res("H1 1 0 0 0 11.0", "H2 1 0.5 0.5 0.5 10.5"),
}
"""Files with sites that are occupied in part."""
GHOSTS = {
    "vasp": poscar("X H"),
    "espresso-in": espresso(species="X 1.0 X.upf;H 1.0 H.upf", labels="X H"),
    "extxyz": extxyz("mass:R:1", "1", "1").replace("H 0 0 0", "X 0 0 0"),
    "castep-cell": castep("X 0 0 0", "H 0.5 0.5 0.5"),
    "aims": aims("Emptium", "H"),
    "aims empty": aims("H", "H") + "empty 0 0 1 H\n",
    "abinit-in": abinit().replace("znucl 1 1", "znucl 1 0"),
    "gen": gen("X H"),
    "cp2k-restart": cp2k(_KIND.format("H1", "GHOST") + _KIND.format("H2", "")),
    "cp2k-restart T": cp2k(_KIND.format("H1", "") + _KIND.format("H2", "GHOST .TRUE.")),
    "elk-in": elk("X", "H"),
    "xsf": xsf().replace("H 1.5", "0 1.5"),
    "res": res("X 1 0 0 0 1.0", "H 2 0.5 0.5 0.5 1.0", "X H"),
    "cif": cif("X1 X 0 0 0 1", "H2 H 0.5 0.5 0.5 1"),
    "lammps-data": lammps("1.0 # X;1.00794 # H"),
    "turbomole": turbomole("q", "h"),
    "abacus-stru": abacus("X", "H"),
    "abacus-stru empty": abacus("H_empty", "H"),
    "exciting": exciting("X", "H"),
    "siesta-fdf": siesta("1 -1 H;2 1 H", "1 2"),
    "openmx-dat": openmx("X E H_P;H H6.0-s2 H_P", "X H"),
    "fleur-inpgen": fleur("0.1"),
}
"""Files with a site that has no nucleus."""
MORE = {
    "res": res("H 1 0 0 0 1", "H 1 0 0.5 0.5 1", lattice="LATT 1\nSYMM -X,-Y,Z"),
    "res centred": res("H 1 0 0 0 1", "H 1 0 0.5 0.5 1", lattice="LATT -3"),
    "res of SHELX": res("H 1 0 0 0 1", "H 1 0 0.5 0.5 1", lattice=""),
    "cp2k-restart": cp2k("", "H H").replace(
        "&END CELL", "MULTIPLE_UNIT_CELL 2 1 1\n&END CELL"
    ),
}
"""Files that leave atoms to be made from others."""
NO_PLACE = {
    "masses": {"xsf", "fleur-inpgen"},
    "labels": {"cif", "extxyz", "xsf", "res", "turbomole"},
    "moments": {"vasp", "lammps-data", "gen", "xsf", "turbomole"},
    "shared sites": {"vasp", "espresso-in", "aims", "lammps-data", "gen", "cp2k-restart"}
    | {"elk-in", "xsf", "turbomole", "abacus-stru", "exciting"}
    | {"siesta-fdf", "openmx-dat", "fleur-inpgen"},
    "ghosts": set(),
}
"""What formats cannot say; moments of a POSCAR are in INCAR. CIF, extxyz, xsf and res have
names of elements, and labels of sites that are no kinds."""
