"""The commands in the order of work, known without importing any of them."""

SECTIONS = {
    "Forces and force constants": {
        "displace": "Make the displaced supercells of a structure.",
        "forces": "Compute the forces of displaced supercells, or collect them.",
        "fc": "Solve for force constants; from a structure all the way with a calculator.",
        "fit": "Fit force constants to frames of molecular dynamics, with errors.",
        "born": "Write BORN: Born charges of an output of VASP or Quantum ESPRESSO.",
    },
    "Harmonic phonons": {
        "bands": "Compute phonon bands along lines.",
        "dos": "Compute the phonon density of states, total and of its parts.",
        "thermal": "Compute free energy, entropy and heat capacity at constant volume.",
        "modes": "Compute frequencies, eigenvectors and velocities of phonons.",
        "symmetry": "Find irreducible representations of phonons, infrared and Raman.",
        "infrared": "Compute infrared intensities and the dielectric function.",
        "modulate": "Write a supercell displaced along modes, or an animation of them.",
        "elasticity": "Compute elastic constants, velocities of sound, Debye temperature.",
        "grueneisen": "Compute Grüneisen parameters of modes, and thermal expansion.",
        "unfold": "Unfold bands of a supercell on the zone of the ideal crystal.",
        "neutrons": "Compute coherent one-phonon scattering of neutrons.",
        "powder": "Compute one-phonon scattering of neutrons by a powder.",
        "qha": "Compute expansion and C_p from phonons at several volumes.",
    },
    "Scattering and thermal conductivity": {
        "kappa": "Compute the lattice thermal conductivity.",
        "converge": "Converge the conductivity with the mesh, and extrapolate it.",
        "accumulate": "Resolve the conductivity by frequency and mean free path.",
        "gamma": "Compute half linewidths of the phonons at a few wave vectors.",
        "spectral": "Compute spectral functions at a few wave vectors, or along lines.",
        "shifts": "Compute shifts of frequencies with temperature.",
        "jdos": "Compute joint densities of states: the phase space of scattering.",
    },
    "Files and the shell": {
        "convert": "Write force constants of any program for another.",
        "info": "Tell what a file or folder holds, and what can be done with it.",
        "plot": "Draw results again, several of one kind in one frame.",
        "export": "Write a result in the files of phonopy, or as CSV.",
        "completion": "Print the script by which a shell completes phono's options.",
    },
}
"""Summaries of the commands under their headings."""

COMMANDS = {name: text for section in SECTIONS.values() for name, text in section.items()}
"""Summary of each command."""

EXAMPLES = (
    "phono displace POSCAR --supercell 2 2 2 --output si",
    "phono bands examples/silicon --plot bands.png",
    "phono kappa examples/silicon --mesh 19 19 19 --temperature 300 600",
)

ASKS_FOR_HELP = frozenset({"--help", "-h"})


def overview() -> str:
    """Text of ``phono --help``."""
    width = max(map(len, COMMANDS)) + 2
    lines = [
        "Usage: phono COMMAND [OPTIONS]",
        "",
        "Phonons and lattice thermal conductivity.",
    ]
    for heading, commands in SECTIONS.items():
        lines += ["", heading]
        lines += [f"  {name:<{width}}{text}" for name, text in commands.items()]
    lines += ["", "Examples", *(f"  {example}" for example in EXAMPLES)]
    lines += ["", "phono COMMAND --help lists its options, with examples."]
    lines += ["phono --version tells the version."]
    return "\n".join(lines) + "\n"


def asks_for_overview(tokens: list[str]) -> bool:
    """Whether the list of the commands is wanted."""
    return not tokens or tokens[0] in ASKS_FOR_HELP
