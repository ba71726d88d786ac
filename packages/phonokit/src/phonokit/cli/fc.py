"""``phono displace``, ``phono forces`` and ``phono fc``: their arguments."""

from pathlib import Path

from cyclopts import App

from phonokit.cli.request_fc import ConstantsRequest, DisplaceRequest, ForcesRequest

EXAMPLES = """\
Examples:

  phono displace POSCAR --supercell 2 2 2 --output si

  phono forces si --calculator potential.py:make

  phono fc si

  phono fc POSCAR --supercell 2 2 2 --calculator potential.py:make --output si
"""
Triple = tuple[int, int, int]
Nine = tuple[int, int, int, int, int, int, int, int, int]


def register(app: App) -> None:
    """Add the commands to ``phono``."""
    for command in (displace, forces, fc):
        app.command(command, help_epilogue=EXAMPLES)


def displace(
    structure: Path,
    /,
    *,
    supercell: Triple = (1, 1, 1),
    supercell_matrix: Nine | None = None,
    primitive: str = "auto",
    distance: float | None = None,
    cutoff: float | None = None,
    second_order: bool = False,
    plus_minus: str = "auto",
    axes_only: bool = False,
    output: Path = Path(),
    structures: str | None = None,
    phonon_supercell: Triple | None = None,
    random: int | None = None,
    seed: int | None = None,
    gaussian: bool = False,
) -> DisplaceRequest:
    """Make the displaced supercells of a structure.

    Writes phono3py_disp.yaml (phonopy_disp.yaml with --second-order).

    Parameters
    ----------
    structure
        A file that ASE reads: POSCAR, cif, extxyz, ...
    supercell
        Three numbers, multiples of the unit cell; 1 1 1 if not given.
    supercell_matrix
        Nine numbers by rows, in place of three; the columns are the supercell's axes.
    primitive
        auto, or a centring letter: P F I A C R.
    distance
        Of a displacement in Å; 0.03 if not given, 0.01 for second order.
    cutoff
        In Å; pairs as far apart get no forces.
    second_order
        Displace single atoms only.
    plus_minus
        Make the opposite displacement too: auto (where symmetry does not), yes or no.
    axes_only
        Displace along lattice vectors, not along their sums.
    output
        The folder to write to; the current one if not given.
    structures
        Write every supercell to a file in this format of ASE (vasp, extxyz, ...), number 0
        undisplaced.
    phonon_supercell
        Three numbers: a separate, larger supercell for second order.
    random
        Displace all atoms at random in so many supercells, for least squares (symfc).
    seed
        Of the random displacements: the same seed gives the same ones.
    gaussian
        Components are normally distributed with --distance as their deviation, in place of
        one length for all.
    """
    return DisplaceRequest(
        structure=structure,
        supercell=supercell if supercell_matrix is None else supercell_matrix,
        primitive=primitive,
        distance=distance,
        cutoff=cutoff,
        second_order=second_order,
        plus_minus=plus_minus,
        axes_only=axes_only,
        output=output,
        structures=structures,
        phonon_supercell=phonon_supercell,
        random=random,
        seed=seed,
        gaussian=gaussian,
    )


def forces(
    path: Path,
    /,
    *files: Path,
    calculator: str | None = None,
    option: tuple[str, ...] = (),
    residual: bool = False,
    residual_file: Path | None = None,
    phonon_residual_file: Path | None = None,
) -> ForcesRequest:
    """Compute the forces of displaced supercells, or collect them from calculations.

    Computed forces are kept in forces.hdf5 beside the displacements; run the same command
    again to go on after an interruption. Writes FORCES_FC3 (FORCES_FC2 and FORCE_SETS for
    second order, FORCES_FC2 too for a separate supercell of second order).

    Parameters
    ----------
    path
        phono3py_disp.yaml, phonopy_disp.yaml, or a folder that holds one.
    files
        Finished calculations in the order of the displacements, those beyond the cutoff
        left out, those of a separate supercell of second order last: vasprun.xml, OUTCAR,
        outputs of Quantum ESPRESSO, LAMMPS, CP2K, extxyz, ...
    calculator
        What makes an ASE calculator: module:factory or file.py:factory.
    option
        name=value for the factory; repeat it for more.
    residual
        Compute the supercell at rest too, and subtract its forces.
    residual_file
        The finished calculation of the supercell at rest, whose forces are subtracted.
    phonon_residual_file
        The same of a separate supercell of second order.
    """
    return ForcesRequest(
        path=path,
        files=files,
        calculator=calculator,
        options=option,
        residual=residual,
        residual_file=residual_file,
        phonon_residual_file=phonon_residual_file,
    )


def fc(
    path: Path,
    /,
    *,
    output: Path | None = None,
    full: bool = False,
    no_symmetrize: bool = False,
    cutoff: float | None = None,
    text: bool = False,
    least_squares: bool = False,
    sparse: bool = False,
    calculator: str | None = None,
    option: tuple[str, ...] = (),
    supercell: Triple | None = None,
    phonon_supercell: Triple | None = None,
    second_order: bool = False,
    distance: float | None = None,
    pair_cutoff: float | None = None,
    residual: bool = False,
    lang: str | None = None,
) -> ConstantsRequest:
    """Solve for force constants and write fc2.hdf5 and fc3.hdf5.

    With --calculator from a structure file all the way.

    Parameters
    ----------
    path
        Displacements with their forces: a yaml file or a folder, see phono kappa; with
        --calculator a structure file.
    output
        The folder to write to; the folder of the data if not given.
    full
        Write every first atom, not only those of the primitive cell.
    no_symmetrize
        Leave index exchange and the sum rule to others.
    cutoff
        In Å; third-order constants of atoms this far apart are set to zero. Least squares
        are fitted without them; from finite differences they are cut off.
    text
        Write FORCE_CONSTANTS too.
    least_squares
        Fit displaced atoms and pairs by symfc's least squares, as random displacements
        always are, in place of finite differences.
    sparse
        Keep nothing beyond --cutoff in memory and in fc3.hdf5: for large supercells. The
        sum rule then holds among what is kept. (Least squares leave them out of the fit,
        but hold them as zeros in memory.)
    calculator
        What makes an ASE calculator: module:factory or file.py:factory.
    option
        name=value for the factory; repeat it for more.
    supercell
        Three numbers, with --calculator; 1 1 1 if not given.
    phonon_supercell
        Three numbers, with --calculator: a separate supercell for second order.
    second_order
        With --calculator: second order alone.
    distance
        Of a displacement in Å, with --calculator; 0.03 if not given, 0.01 for second order.
    pair_cutoff
        In Å, with --calculator: pairs as far apart are not computed.
    residual
        With --calculator: compute the supercell at rest too, and subtract its forces.
    lang
        The kernels that run, rust or python.
    """
    here = path if path.is_dir() else path.parent
    output = here if output is None else output
    first = then = None
    steps = {
        **{"option": option, "supercell": supercell, "phonon-supercell": phonon_supercell},
        **{"second-order": second_order, "distance": distance},
        **{"pair-cutoff": pair_cutoff, "residual": residual},
    }
    unused = tuple(name for name, value in steps.items() if value)
    if calculator is not None:
        unused = ()
        first = DisplaceRequest(
            structure=path,
            supercell=supercell or (1, 1, 1),
            primitive="auto",
            distance=distance,
            cutoff=pair_cutoff,
            second_order=second_order,
            plus_minus="auto",
            axes_only=False,
            output=output,
            structures=None,
            phonon_supercell=phonon_supercell,
        )
        then = ForcesRequest(output, (), calculator, option, residual, None)
    return ConstantsRequest(
        path=path,
        output=output,
        full=full,
        symmetrize=not no_symmetrize,
        cutoff=cutoff,
        text=text,
        least_squares=least_squares,
        sparse=sparse,
        lang=lang,
        displace=first,
        forces=then,
        unused=unused,
    )
