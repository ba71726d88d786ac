"""Descriptions of the scattering settings, for the record and for people."""

from phono_3ph import Scattering


def scattering_record(scattering: Scattering) -> dict[str, float | bool | None]:
    """Every choice, by the names of the arguments."""
    smearing = scattering.smearing
    return {
        "cutoff_frequency": scattering.cutoff_frequency,
        "degeneracy": scattering.degeneracy,
        "average_degenerate_weights": scattering.average_degenerate_weights,
        "sigma": None if smearing is None else smearing.sigma,
        "sigma_cutoff": None if smearing is None else smearing.cutoff,
    }


def energy_conservation(scattering: Scattering) -> str:
    """Treatment of energy conservation, in words."""
    smearing = scattering.smearing
    return "linear tetrahedra" if smearing is None else f"σ = {smearing.sigma:g} THz"
