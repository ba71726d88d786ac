"""Results from the files they were written to."""

from importlib import import_module
from pathlib import Path
from typing import Any

from phono_grid.errors import FileError
from phono_grid.files import path_of
from phono_grid.hdf5 import open_hdf5

KINDS = {
    "kappa": "phonokit.results.kappa:KappaResult",
    "accumulate": "phonokit.results.accumulate:AccumulateResult",
    "mode_quantity": "phonokit.results.mode_quantity:ModeQuantityResult",
    "converge": "phonokit.results.converge:ConvergeResult",
    "plan": "phonokit.results.plan:Plan",
    "linewidths": "phonokit.results.scattering:LinewidthsResult",
    "self_energy": "phonokit.results.scattering:SelfEnergyResult",
    "spectral": "phonokit.results.scattering:SpectralResult",
    "bands": "phonokit.results.harmonic:BandsResult",
    "dos": "phonokit.results.harmonic:DosResult",
    "thermal": "phonokit.results.harmonic:ThermalResult",
    "displacements": "phonokit.results.harmonic:DisplacementsResult",
    "modes": "phonokit.results.harmonic:ModesResult",
    "qha": "phonokit.results.qha:QhaResult",
    "infrared": "phonokit.results.infrared:InfraredResult",
    "elasticity": "phonokit.results.elasticity:ElasticityResult",
    "symmetry": "phonokit.results.mode_symmetry:ModeSymmetryResult",
    "grueneisen": "phonokit.results.grueneisen:GrueneisenResult",
    "unfold": "phonokit.results.unfold:UnfoldResult",
    "neutrons": "phonokit.results.neutrons:NeutronsResult",
    "powder": "phonokit.results.neutrons:PowderResult",
    "joint_dos": "phonokit.results.scattering:JointDosResult",
}
"""The class of each kind of result, imported when it is read."""


def read_result(path: str | Path) -> Any:
    """Read a result that `Result.write` or a command has written.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Result
        Of the kind that was written: `KappaResult`, `BandsResult`, ...

    Raises
    ------
    FileError
        If it is not a result of phonokit, or lacks something.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, (3, 3, 3), [300])
    >>> again = phonokit.read_result(result.write("kappa.hdf5"))
    >>> again == result
    True
    """
    source = path_of(path)
    with open_hdf5(source) as file:
        kind = file.text("result")
        if kind not in KINDS:
            raise FileError(
                f"{source}: is not a result of phonokit (its attribute result is {kind!r}, "
                f"expected {', '.join(KINDS)})"
            )
        module, name = KINDS[kind].split(":")
        return getattr(import_module(module), name).read(file)
