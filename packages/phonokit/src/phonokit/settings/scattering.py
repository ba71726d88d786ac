"""Descriptions of the scattering settings, for the record and for people."""

from phono_3ph import AdaptiveGaussian, Scattering
from phono_grid import Gaussian


def scattering_record(scattering: Scattering) -> dict[str, float | bool | str | None]:
    """Every choice, by the names of the arguments."""
    smearing = scattering.smearing
    # Files of versions without adaptive Gaussians have no such name.
    extra: dict[str, float | bool | str | None] = {}
    if isinstance(smearing, AdaptiveGaussian):
        extra = {"smearing_scale": smearing.scale}
        if smearing.is_mean_square:
            extra["smearing_change"] = smearing.change.value
    gaussian = smearing if isinstance(smearing, Gaussian) else None
    return {
        **extra,
        "cutoff_frequency": scattering.cutoff_frequency,
        "degeneracy": scattering.degeneracy,
        "average_degenerate_weights": scattering.average_degenerate_weights,
        "sigma": None if gaussian is None else gaussian.sigma,
        "sigma_cutoff": None if gaussian is None else gaussian.cutoff,
    }


def energy_conservation(scattering: Scattering) -> str:
    """Treatment of energy conservation, in words."""
    smearing = scattering.smearing
    if isinstance(smearing, AdaptiveGaussian):
        scale = "" if smearing.scale == 1 else f", scale {smearing.scale:g}"
        kind = " by root mean squares" if smearing.is_mean_square else ""
        return f"adaptive Gaussians{kind}{scale}"
    return "linear tetrahedra" if smearing is None else f"σ = {smearing.sigma:g} THz"
