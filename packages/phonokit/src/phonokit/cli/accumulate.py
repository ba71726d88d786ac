"""``phono accumulate``: its arguments."""

from pathlib import Path

from cyclopts import App

from phonokit.cli.request_accumulate import AccumulateRequest

EXAMPLES = """\
Examples:

  phono accumulate kappa-m111111.hdf5 --plot accumulation.png

  phono accumulate kappa-m191919.hdf5 --crystal phono3py_params.yaml.xz --temperature 600
"""


def register(app: App) -> None:
    """Add the command to ``phono``."""
    app.command(accumulate, help_epilogue=EXAMPLES)


def accumulate(
    path: Path,
    /,
    *,
    crystal: Path | None = None,
    temperature: float = 300.0,
    sigma: float | None = None,
    output: Path | None = None,
    plot: Path | None = None,
) -> AccumulateRequest:
    """Tell which phonons carry the heat, by frequency and by mean free path.

    Parameters
    ----------
    path
        A kappa file of phono kappa, or of phono3py in the relaxation time approximation.
    crystal
        The data that a file of phono3py was made from, as phono kappa takes them.
    temperature
        In K; the nearest in the file is taken, 300 if not given.
    sigma
        Spectra over frequency by Gaussians of this width in THz instead of tetrahedra.
    output
        An HDF5 file to write, with 200 steps over each.
    plot
        Draw both (.png .pdf .svg).
    """
    return AccumulateRequest(path, crystal, temperature, sigma, output, plot)
