"""The command ``phono``."""

import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter, UnusedCliTokensError

from phonokit._version import __version__
from phonokit.cli import accumulate, dispatch, fc, harmonic, scattering
from phonokit.cli.number_lists import Temperatures, spread
from phonokit.cli.request import KappaRequest, gigabytes
from phonokit.cli.request_crystal import KAPPA_MESH, Nine, Triple, mesh_of
from phonokit.run.launch import Launch

BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141

EXAMPLES = """\
Examples:

  phono kappa examples/silicon

  phono kappa examples/silicon --mesh 19 19 19 --temperature 300 600

  phono kappa phono3py_params.yaml.xz --output kappa.hdf5 --plot kappa.png

  phono kappa examples/silicon --method lbte --isotopes

  phono kappa examples/silicon --wigner --temperature 100:1000:100
"""

app = App(
    name="phono",
    help="Phonons and lattice thermal conductivity.",
    help_epilogue=EXAMPLES,
    help_format="markdown",
    version=f"phonokit {__version__}",
    suppress_keyboard_interrupt=False,
    default_parameter=Parameter(negative=(), show_default=False),
)


@app.command(help_epilogue=EXAMPLES)
def kappa(
    path: Path,
    /,
    *,
    mesh: Triple | None = None,
    mesh_matrix: Nine | None = None,
    mesh_length: float | None = None,
    temperature: Temperatures = (300.0,),
    output: Path | None = None,
    plot: Path | None = None,
    lang: str | None = None,
    no_nac: bool = False,
    no_degenerate_averaging: bool = False,
    method: str = "rta",
    solver: str = "cg",
    isotopes: bool = False,
    boundary_mfp: float | None = None,
    wigner: bool = False,
    coherence: str | None = None,
    nu: bool = False,
    symmetrized_tetrahedra: bool = False,
    full_zone: bool = False,
    sigma: float | None = None,
    memory: str = "8GB",
    over_memory: str = "memory",
    fc3_cutoff: float | None = None,
    restart: bool = False,
    plan: bool = False,
    verbose: Annotated[bool, Parameter(name=("--verbose", "-v"))] = False,
) -> KappaRequest:
    """Compute the lattice thermal conductivity from displaced forces.

    Three-phonon scattering, in the relaxation time approximation or from the full
    Boltzmann equation.

    Parameters
    ----------
    path
        A phono3py_params*.yaml with forces inside, a phono3py_disp.yaml with FORCES_FC3
        beside it, or a folder that holds one; all may be compressed (.xz .lzma .gz .bz2).
    mesh
        Three numbers, the grid of wave vectors; 11 11 11 if not given.
    mesh_matrix
        Nine numbers by rows, in place of three: a generalised grid, the wave vectors whose
        products with each row are integers.
    mesh_length
        In Å, in place of three numbers: as fine as a supercell of these edges.
    output
        The HDF5 file to write; kappa-m111111.hdf5 and the like if not given.
    plot
        Draw κ over temperature and over frequency (.png .pdf .svg).
    lang
        The kernels that run, rust or python; PHONO_LANG or rust if not given.
    no_nac
        Leave Born charges out where the data hold them.
    no_degenerate_averaging
        Do not average tetrahedron weights over degenerate bands. This is phono3py's
        default; κ then depends a little on an arbitrary choice of eigenvectors.
    method
        rta, the relaxation time approximation, if not given; lbte, the full linearised
        Boltzmann equation.
    solver
        Of the full equation: cg, conjugate gradients, if not given; or direct.
    isotopes
        Add scattering by the natural isotopes of the elements.
    boundary_mfp
        Add scattering by boundaries that leave a mean free path of so many µm.
    wigner
        Add the heat that is carried between bands, by the Wigner equation; populations and
        coherences are told apart.
    coherence
        The same by another theory: smm19, which is the Wigner equation; smm19-phono3py, as
        phono3py has it; njc23 or ibdb19, Green-Kubo.
    nu
        Tell normal from umklapp processes: gamma_N and gamma_U in the file.
    symmetrized_tetrahedra
        Conserve energy by the mean over the images of the tetrahedra by the point group:
        linewidths then have the symmetry of the crystal exactly. Slower where there are
        several, 6 times for wurtzite.
    full_zone
        Take every wave vector of the mesh for itself, as if there were no symmetry. To
        check; the collision operator is then larger by the square of their number.
    sigma
        Conserve energy by Gaussians of this width in THz instead of tetrahedra.
    memory
        What the collision operator may take: 8GB if not given; 500MB, 0.5.
    over_memory
        Where its rows go if they take more: nowhere, which is an error, if not given; disk,
        a scratch file; or recompute, again in every iteration.
    fc3_cutoff
        In Å; leave out third-order constants of atoms farther apart, so that supercells of
        hundreds of atoms fit. Random displacements are fitted without them (symfc holds
        its zeros in memory).
    restart
        Begin anew. Without it a run that was stopped goes on from what it has left in
        kappa-m111111.hdf5.run and the like, when the same command is given again.
    plan
        Measure a few wave vectors, and tell how long the command would take on more and
        more ranks; nothing is written.
    verbose
        Tell how long each step takes.
    """
    return KappaRequest(
        path=path,
        mesh=mesh_of(mesh, mesh_matrix, mesh_length, KAPPA_MESH),
        temperatures=temperature,
        output=output,
        plot=plot,
        lang=lang,
        nac=not no_nac,
        average=not no_degenerate_averaging,
        method=method,
        solver=solver,
        isotopes=isotopes,
        boundary_mfp=boundary_mfp,
        coherence=coherence or ("smm19" if wigner else None),
        split=nu,
        symmetrized=symmetrized_tetrahedra,
        full_zone=full_zone,
        sigma=sigma,
        memory=gigabytes(memory),
        over_memory=over_memory,
        fc3_cutoff=fc3_cutoff,
        restart=restart,
        plan=plan,
        verbose=verbose,
    )


fc.register(app)
harmonic.register(app)
accumulate.register(app)
scattering.register(app)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``phono`` and return its exit code.

    0 if all went well, 2 for input that cannot be used, 130 after Ctrl-C, 141 if nobody
    reads the output any more.
    """
    tokens = list(sys.argv[1:] if argv is None else argv)
    launch = Launch.of()
    try:
        _run(tokens, launch)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes stdout once more at exit, which must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except BaseException as error:
        known = _explanation(error)
        if known is None:
            raise
        message, code = known
        # All ranks have the same error.
        if launch.rank == 0:
            sys.stderr.write(message)
        return code
    return 0


def _run(tokens: Sequence[str], launch: Launch) -> None:
    """Understand the arguments, and do what they ask for."""
    request = app(
        spread(tokens),
        exit_on_error=False,
        print_error=False,
        result_action="return_value",
    )
    command = shlex.join(["phono", *tokens])
    if isinstance(request, KappaRequest):
        launch.share_cores()
        from phonokit.cli.commands import run_kappa

        run_kappa(request, command=command, explain=_explain)
    elif launch.rank > 0:
        # Only kappa knows how to share its work.
        return
    else:
        dispatch.run(request, command=command)


def _explanation(error: BaseException) -> tuple[str, int] | None:
    """What to say of an error and the exit code; None for a mistake of ours."""
    if isinstance(error, ImportError) and isinstance(error.__cause__, KeyboardInterrupt):
        # What pybind11 makes of Ctrl-C while an extension is imported.
        error = error.__cause__
    if isinstance(error, KeyboardInterrupt):
        return f"phono: interrupted; {str(error) or 'nothing was written'}\n", INTERRUPTED
    if isinstance(error, CycloptsError):
        text = f"{_one_line(error)} (phono --help tells what there is)"
        return f"phono: error: {text}\n", BAD_INPUT
    if isinstance(error, Exception) and _is_refusal(error):
        return f"phono: error: {_one_line(error)}\n", BAD_INPUT
    return None


def _explain(error: BaseException) -> int:
    """Tell of an error that only some ranks have; the exit code of all."""
    known = _explanation(error)
    message, code = known or ("".join(traceback.format_exception(error)), 1)
    sys.stderr.write(message)
    sys.stderr.flush()
    return code


def _one_line(error: Exception) -> str:
    """The message of an error, however many lines it has."""
    if isinstance(error, UnusedCliTokensError):
        unused = " ".join(error.unused_tokens or ())
        return f"unexpected {unused!r}; to give an option more than one value, repeat it"
    return " ".join(str(error).split()).removesuffix(".")


def _is_refusal(error: Exception) -> bool:
    """Whether this is a `PhonoError`.

    By name: a PHONO_LANG that means nothing is refused while phono_grid is being imported,
    and importing the class here would fail in the same way.
    """
    return any(
        (c.__module__, c.__name__) == ("phono_grid.errors", "PhonoError")
        for c in type(error).__mro__
    )
