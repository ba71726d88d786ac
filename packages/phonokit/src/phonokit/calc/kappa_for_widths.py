"""Lattice thermal conductivities for several widths of Gaussians."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Gaussian, using
from phono_grid.errors import DomainError, ensure_type, finite

from phonokit._documented import documented
from phonokit._timed import timed
from phonokit.calc.conduction import conduction_of
from phonokit.calc.kappa import result_of, scatterer_of
from phonokit.calc.rates import all_rates_of
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.model.crystal import Crystal
from phonokit.results.kappa import KappaResult
from phonokit.run.run import Run
from phonokit.settings.mesh import KAPPA_MESH
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures
from phonokit.settings.transport import Method, Transport


@documented(INPUTS)
def kappa_for_widths(
    crystal: Crystal,
    widths: Sequence[float | Gaussian],
    mesh: ArrayLike = KAPPA_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    nac: bool = True,
    transport: Transport | None = None,
    run: Run | None = None,
) -> list[KappaResult]:
    r"""Lattice thermal conductivities for several Gaussians in place of :math:`\delta`.

    The squared matrix elements do not depend on the width: they are made once, and weighted
    for each. The results are those of `kappa`, bit for bit.

    Parameters
    ----------
    widths : sequence of float or Gaussian
        Standard deviations in THz, each once; or `phono_grid.Gaussian`, which may have a
        cutoff.

    Returns
    -------
    list of KappaResult
        In the order of ``widths``.

    Raises
    ------
    DomainError
        If a width is not positive or twice there, or if ``transport`` asks for what is not
        made together: the full equation, normal and umklapp processes, replaced strengths,
        or another smearing.
    FileError
        If the store of the run cannot be written, or holds another run.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> narrow, wide = phonokit.kappa_for_widths(silicon, [0.2, 0.4], (4, 4, 4), 300)
    >>> bool(narrow.kappa[0, 0] > wide.kappa[0, 0])
    True

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary frequencies; such modes do not take part.
    """
    transport = Transport() if transport is None else transport
    run = checked_run(crystal, nac, run)
    ensure_type("transport", transport, Transport)
    transports = _of_widths(transport, widths)
    t = checked_temperatures(temperatures)
    records = [
        Record(product="kappa", crystal=crystal, nac=nac, settings=each.rates_record)
        for each in transports
    ]
    gaussians = [(r.settings["sigma"], r.settings["sigma_cutoff"]) for r in records]
    with using(crystal.backend):
        harmonic, scatterer = scatterer_of(
            crystal, mesh, t, nac=nac, transport=transports[0], run=run
        )
        others = tuple(each.scattering for each in transports[1:])
        scatterer = replace(scatterer, others=others)
        carriers = scatterer.carriers

        def key() -> dict[str, str]:
            inputs = {"mesh": carriers.phonons.grid, "temperatures": t.tolist()}
            return records[0].key(**inputs, widths=gaussians)

        with timed(f"scattering at {len(carriers.irreducible.points)} wave vectors"):
            rates, _ = all_rates_of(scatterer, run, key)
        results = []
        for each, record, transport in zip(rates, records, transports, strict=True):
            conduction = conduction_of(carriers, each, None, transport)
            own = replace(scatterer, transport=transport, others=())
            results.append(result_of(harmonic, own, each, conduction, record))
    return results


def made_together(transport: Transport) -> bool:
    """Whether linewidths of several widths can share matrix elements."""
    strengths = transport.average_strengths or transport.constant_strength is not None
    apart = strengths or transport.normal_umklapp or transport.symmetrized_tetrahedra
    return transport.method is Method.RTA and not apart


def _of_widths(transport: Transport, widths: Sequence[float | Gaussian]) -> list[Transport]:
    """The choices with each width."""
    ensure_type("widths", widths, list, tuple, np.ndarray)
    if isinstance(widths, np.ndarray):
        widths = finite(widths, "widths", ("n_s",)).tolist()
    if transport.scattering.smearing is not None:
        raise DomainError("widths: are the smearing; leave that of transport= out")
    if not made_together(transport):
        raise DomainError(
            "widths: linewidths in the relaxation-time approximation alone are made "
            "together, without N and U processes and strengths of their own; call kappa "
            "for each width"
        )
    each = [w if isinstance(w, Gaussian) else Gaussian(w, None) for w in widths]
    if not each or len({g.sigma for g in each}) < len(each):
        raise DomainError(f"widths: expected one or more, each once, got {[*widths]}")
    return [
        replace(transport, scattering=replace(transport.scattering, smearing=gaussian))
        for gaussian in each
    ]
