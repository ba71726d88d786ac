"""The options of all commands in groups, those of every day first."""

GROUPS: dict[str, tuple[str, ...]] = {
    group: tuple(names.split())
    for group, names in {
        "Grid": "meshes mesh mesh-length mesh-matrix shift q momentum path point "
        "points-per-segment band supercell supercell-matrix phonon-supercell",
        "Physics": "temperature ideal spectral scattering-length resolution "
        "method average-strengths constant-strength by-triplet isotopes mass "
        "mass-variances boundary-mfp wigner coherence normal-umklapp quantity by axes "
        "direction displacements classical "
        "clamped smaller larger energies electronic volumes equation pressure second-order "
        "amplitude phase frames distance plus-minus axes-only random gaussian relax "
        "no-relax pair-cutoff magnetic-moments primitive residual order no-nac "
        "dipoles four-phonon loop",
        "Input": "rest skip every calculator option crystal fc2 fc3 fc4 born from "
        "residual-file phonon-residual-file folder format config",
        "Output": "output plot unit component relaxons size style to overwrite "
        "structures full text csv eigenvectors character no-eigenvectors "
        "no-velocities json quiet verbose",
        "Numerics": "directions sigma sigma-cutoff damping smearing "
        "smearing-scale solver frequency-points fitted connect cutoff-frequency "
        "exclude-imaginary fc3-cutoff fc3-cutoffs fc4-cutoff blocks "
        "sparse least-squares symmetrize no-symmetrize rotational sample "
        "tolerance symmetry no-symmetry error seed four-phonon-counting degeneracy "
        "average-degenerate-weights symmetrized-tetrahedra full-zone",
        "Run": "plan restart strengths memory over-memory batch-size lang",
    }.items()
}
"""Names of options by group, both in the order in which help lists them."""

SHORT = {
    "-m": "--mesh",
    "-q": "--q",
    "-t": "--temperature",
    "-o": "--output",
    "-p": "--plot",
    "-v": "--verbose",
}
"""Letters for the options of every day."""

ENVIRONMENT = {"lang": "PHONO_LANG", "batch-size": "PHONO_BATCH_SIZE"}
"""Variables that stand for an option where it is not given."""

PLACE = {name: i for i, name in enumerate(n for names in GROUPS.values() for n in names)}
GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}


def in_full(tokens: list[str], known: frozenset[str]) -> list[str]:
    """Arguments with the full names of options in place of letters.

    Parameters
    ----------
    tokens : list of str
    known : frozenset of str
        Options of the command, with their hyphens.
    """
    words = []
    for token in tokens:
        letter, equals, value = token.partition("=")
        name = SHORT.get(letter)
        words.append(f"{name}{equals}{value}" if name in known else token)
    return words
