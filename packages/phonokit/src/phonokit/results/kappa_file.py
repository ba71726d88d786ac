"""Conductivities in files: the names and shapes of phono3py's, and units."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from phono_3ph import AdaptiveGaussian, ConductivityWigner
from phono_grid import brillouin_zone_images
from phono_grid.hdf5 import Dataset

from phonokit._version import __version__
from phonokit.results.axes import axes_of
from phonokit.results.kappa_reading import GAPS, SHAPES
from phonokit.settings.transport import Method

if TYPE_CHECKING:
    from phonokit.results.kappa import KappaResult


def kappa_datasets(result: "KappaResult") -> dict[str, Dataset]:
    """Datasets of a kappa file, by phono3py's names, with the names of their axes."""
    shapes = SHAPES | GAPS | {"grid_point": "(n_i,)", "kappa_intra": "(n_T, 6)"}
    shapes |= {"mesh": "(3,)", "grid_rotations": "(n_operation, 3, 3)"}
    return {
        name: replace(d, axes=axes_of(shapes.get(name, ""), np.shape(d.value), name=name))
        for name, d in _datasets(result).items()
    }


def _datasets(result: "KappaResult") -> dict[str, Dataset]:
    """Datasets of a kappa file, by name."""
    voigt = "components xx yy zz yz xz xy"
    return {
        "version": Dataset(f"phonokit {__version__}".encode(), "1", "program"),
        "temperature": Dataset(result.temperatures, "K", "temperatures"),
        "mesh": Dataset(result.mesh, "1", "grid of wave vectors"),
        "reciprocal_lattice": Dataset(
            result.reciprocal_lattice, "1/angstrom", "vectors in rows, without 2 pi"
        ),
        "grid_rotations": Dataset(
            result.grid.rotations, "1", "point group on addresses of wave vectors"
        ),
        "qpoint": Dataset(
            result.qpoints, "1", "irreducible q, fractional, in the first Brillouin zone"
        ),
        "grid_point": Dataset(
            grid_points_with_images(result),
            "1",
            "index of q among all grid points, images on the zone boundary included",
        ),
        "weight": Dataset(result.weights, "1", "wave vectors of each star"),
        "frequency": Dataset(result.frequencies, "THz", "negative if imaginary"),
        "group_velocity": Dataset(
            result.group_velocities, "angstrom THz", "df/dq, q without 2 pi; 100 m/s"
        ),
        "gv_by_gv": Dataset(
            result.gv_by_gv, "angstrom^2 THz^2", f"v v summed over the star, {voigt}"
        ),
        "heat_capacity": Dataset(result.heat_capacities, "eV/K", "per mode"),
        "gamma": Dataset(
            result.linewidths, "THz", "half linewidth; the lifetime is 1 / (4 pi gamma)"
        ),
        "kappa": Dataset(result.kappa, "W/(m K)", f"thermal conductivity, {voigt}"),
        "mode_kappa": Dataset(
            result.mode_kappa,
            "W/(m K)",
            "its sum over q and bands, divided by the number of grid points, is kappa; "
            f"{voigt}",
        ),
        "kappa_unit_conversion": Dataset(
            result.factor,
            "W/(m K) / (angstrom^2 THz^2 eV/K / THz)",
            "this * gv_by_gv * heat_capacity / (2 gamma) is mode_kappa of one phonon alone",
        ),
        **_optional_datasets(result),
    }


def _optional_datasets(result: "KappaResult") -> dict[str, Dataset]:
    """Datasets that exist only with some grids and kinds of transport."""
    transport, rates = result.transport, result.rates
    datasets = {}
    if not result.grid.is_plain:
        for name, matrix, meaning in (
            ("grid_matrix", result.grid.matrix, "M: wave vectors have integer M q"),
            ("P_matrix", result.grid.p_matrix, "P of D = P M Q"),
            ("Q_matrix", result.grid.q_matrix, "Q of D = P M Q; q = Q a / D"),
        ):
            datasets[name] = Dataset(matrix, "1", meaning)
    if result.grid.shift.any():
        datasets["grid_shift"] = Dataset(result.grid.shift, "1", "s of q = Q (a + s/2) / D")
    for name, part in (("isotope", rates.isotope), ("boundary", rates.boundary)):
        if part is not None:
            datasets[f"gamma_{name}"] = Dataset(part, "THz", "half linewidth")
    for name, part in (("gamma_N", rates.normal), ("gamma_U", rates.umklapp)):
        if part is not None:
            kind = "normal" if part is rates.normal else "umklapp"
            datasets[name] = Dataset(part, "THz", f"half linewidth, {kind} processes")
    if rates.four_phonon is not None:
        datasets["gamma_four_phonon"] = Dataset(
            rates.four_phonon,
            "THz",
            "half linewidth; normal and umklapp; decay, redistribution, absorption",
        )
    if rates.four_phonon_groups is not None:
        datasets["gamma_four_phonon_groups"] = Dataset(
            rates.four_phonon_groups, "THz", "independent estimates of the half linewidth"
        )
    if rates.phonon_groups is not None:
        datasets["gamma_groups"] = Dataset(
            rates.phonon_groups, "THz", "independent estimates of gamma"
        )
    if result.kappa_error is not None:
        datasets["kappa_error"] = Dataset(
            result.kappa_error, "W/(m K)", "standard error of kappa by sampling"
        )
    if transport.boundary_mfp is not None:
        datasets["boundary_mfp"] = Dataset(
            transport.boundary_mfp, "micrometer", "longest mean free path"
        )
    smearing = transport.scattering.smearing
    if isinstance(smearing, AdaptiveGaussian):
        datasets["smearing_scale"] = Dataset(smearing.scale, "1", "of adaptive Gaussians")
    elif smearing is not None:
        datasets["sigma"] = Dataset(smearing.sigma, "THz", "standard deviation")
        if smearing.cutoff is not None:
            datasets["sigma_cutoff_width"] = Dataset(
                smearing.cutoff, "1", "in standard deviations"
            )
    if len(result.unscattered):
        datasets["unscattered"] = Dataset(
            result.unscattered,
            "1",
            "phonons that nothing scatters, left out: numbers of temperature, q and band, "
            "from 0",
        )
    eigenvalues = result.conduction.eigenvalues
    if eigenvalues is not None:
        datasets["collision_eigenvalues"] = Dataset(
            eigenvalues,
            "THz",
            "of the collision operator, ascending; relaxons live 1 / (4 pi eigenvalue)",
        )
    if result.conduction.relaxon_kappa is not None:
        datasets["relaxon_kappa"] = Dataset(
            result.conduction.relaxon_kappa,
            "W/(m K)",
            "of each relaxon, in the order of collision_eigenvalues; 0 of null ones",
        )
    if result.wigner is not None:
        datasets |= _coherence_datasets(result, result.wigner)
    rta = result.conduction.rta
    if transport.method is Method.LBTE or result.wigner is not None:
        datasets["kappa_RTA"] = Dataset(
            rta.kappa, "W/(m K)", "in the relaxation time approximation"
        )
        datasets["mode_kappa_RTA"] = Dataset(
            rta.mode_kappa, "W/(m K)", "in the relaxation time approximation"
        )
    return datasets


def _coherence_datasets(
    result: "KappaResult", wigner: ConductivityWigner
) -> dict[str, Dataset]:
    """Populations and coherences; kappa and mode_kappa are their sums."""
    theory = f"coherences between bands by {wigner.coherence.value}"
    return {
        "kappa_intra": Dataset(
            result.kappa - wigner.coherences, "W/(m K)", "kappa without coherences"
        ),
        "kappa_inter": Dataset(wigner.coherences, "W/(m K)", theory),
        "kappa_degenerate": Dataset(
            wigner.degenerate,
            "W/(m K)",
            "what different bands of one degenerate set would add, not part of kappa; "
            "tends to 0 with finer meshes",
        ),
        "mode_kappa_inter": Dataset(
            wigner.mode_coherences,
            "W/(m K)",
            f"{theory}, part of mode_kappa; half of each pair is with either band",
        ),
        "kappa_populations_RTA": Dataset(
            wigner.populations, "W/(m K)", "of the phonons themselves, with their lifetimes"
        ),
        "mode_kappa_populations_RTA": Dataset(
            wigner.mode_populations, "W/(m K)", "parts of kappa_populations_RTA"
        ),
    }


def grid_points_with_images(result: "KappaResult") -> NDArray[np.int64]:
    """The irreducible points in phono3py's numbering.

    It counts every image of a point on the zone boundary; here each point is counted once.
    """
    before = result.grid.qpoints_at(np.arange(result.grid_points.max(initial=0)))
    # A few at a time: there are 125 candidate images of each.
    pieces = [before[i : i + 512] for i in range(0, len(before), 512)]
    counts = [brillouin_zone_images(q, result.reciprocal_lattice) for q in pieces]
    first = np.concatenate([[0], np.cumsum(np.concatenate([[0], *counts])[1:])])
    return np.asarray(first[result.grid_points], dtype=np.int64)
