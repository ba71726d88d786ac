"""Which phonons carry the heat: by frequency and by mean free path."""

from pathlib import Path

from phono_grid import Cell, using
from phono_grid.backend import active
from phono_grid.errors import DomainError, ensure_integer, ensure_positive, ensure_type

from phonokit.calc.record import now
from phonokit.model.crystal import Crystal
from phonokit.results.accumulate import POINTS, AccumulateResult
from phonokit.results.kappa import KappaResult
from phonokit.results.kappa_modes import KappaModes, read_kappa_modes


def accumulate(
    conductivity: KappaResult | KappaModes | str | Path,
    *,
    temperature: float | None = None,
    sigma: float | None = None,
    points: int = POINTS,
    crystal: Crystal | Cell | None = None,
) -> AccumulateResult:
    r"""Thermal conductivity by the frequency and by the mean free path of the phonons.

    .. math::

        \kappa(x) = \sum_\lambda \kappa_\lambda\, \theta(x - x_\lambda), \qquad
        \frac{d\kappa}{dx} = \sum_\lambda \kappa_\lambda\, \delta(x - x_\lambda)

    with :math:`x` the frequency :math:`f_\lambda`, or the mean free path
    :math:`\Lambda_\lambda = |v_\lambda| / 4\pi\Gamma_\lambda` by all scattering [1]_; by
    linear tetrahedra. Both end at κ.

    Parameters
    ----------
    conductivity : KappaResult, KappaModes, str or Path
        A conductivity, or its file: one of phonokit or of phono3py.
    temperature : float, optional
        K, one of those of the conductivity; if not given the only one, or 300 K.
    sigma : float, optional
        Spectra over frequency by Gaussians of this width in THz instead of tetrahedra.
    points : int
        Steps of frequency, and of mean free path over five decades.
    crystal : Crystal or Cell, optional
        The crystal of a file of phono3py, which does not know it.

    Returns
    -------
    AccumulateResult
        THz, Å, W/(m K).

    Raises
    ------
    DomainError
        If there is no such temperature, or no phonon carries heat there.
    FileError
        If the file cannot be read, lacks something, or is of another crystal.

    References
    ----------
    .. [1] F. Yang and C. Dames, Phys. Rev. B 87, 035437 (2013).

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, mesh=(5, 5, 5), temperatures=[300])
    >>> carried = phonokit.accumulate(result)
    >>> carried.kappa_below_frequency.shape  # frequencies, components; W/(m K)
    (201, 6)
    >>> round(carried.frequency_below(0.5), 1)  # THz; half of the heat is carried below
    5.9
    """
    started = now()
    if sigma is not None:
        ensure_positive("sigma", sigma)
    points = ensure_integer("points", points, 1)
    if temperature is not None:
        ensure_type("temperature", temperature, int, float)
    with using(crystal.backend if isinstance(crystal, Crystal) else active()):
        modes = modes_of(conductivity, crystal)
        i = modes.number_of(temperature)
        if not (modes.mode_kappa[i].any() and modes.paths[i].any()):
            others = modes.mode_kappa.any(axis=(1, 2, 3))
            there = ", ".join(f"{t:g}" for t in modes.temperatures[others])
            remedy = f"take one of {there} K" if there else "compute others"
            raise DomainError(
                f"temperature: no phonon carries heat at {modes.temperatures[i]:g} K; "
                f"{remedy}"
            )
        when = {"lang": active().value, "started": started, "finished": now()}
        return AccumulateResult.of(modes, i, sigma=sigma, points=points, **when)


def modes_of(
    conductivity: KappaResult | KappaModes | str | Path, crystal: Crystal | Cell | None
) -> KappaModes:
    """The modes of a conductivity, wherever it is."""
    if crystal is not None:
        ensure_type("crystal", crystal, Crystal, Cell)
    if isinstance(conductivity, KappaModes):
        return conductivity
    if isinstance(conductivity, KappaResult):
        return KappaModes.of(conductivity)
    ensure_type("conductivity", conductivity, KappaResult, KappaModes, str, Path)
    cell = crystal.primitive if isinstance(crystal, Crystal) else crystal
    return read_kappa_modes(conductivity, cell)
