"""One calculation by one program, from constants in a folder; run as a process.

python programs.py PROGRAM KIND FOLDER OUTPUT.npz N1 N2 N3
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from cases import SIGMA, TEMPERATURE

Arrays = dict[str, Any]


def phonokit(folder: Path, kind: str, mesh: list[int]) -> Arrays:
    """Conductivity and linewidths."""
    import phonokit

    born = folder / "BORN"
    crystal = phonokit.load(
        folder / "phono3py.yaml",
        fc2=folder / "fc2.hdf5",
        fc3=folder / "fc3.hdf5",
        born=born if born.exists() else None,
    )
    transport = phonokit.Transport(
        method="lbte" if kind == "lbte" else "rta",
        isotopes=kind == "isotopes",
        scattering=scattering(kind),
    )
    result = phonokit.kappa(crystal, mesh, [TEMPERATURE], transport=transport)
    return {
        "qpoints": result.qpoints,
        "frequencies": result.frequencies,
        "linewidths": result.rates.total[0] if kind == "isotopes" else result.linewidths[0],
        "kappa": result.kappa[0],
    }


def scattering(kind: str) -> Any:
    """How energy is conserved."""
    from phono_3ph import Scattering
    from phono_grid import Gaussian

    if kind == "gaussians":
        return Scattering(smearing=Gaussian(SIGMA))
    return Scattering(average_degenerate_weights=kind != "defaults")


def phono3py(folder: Path, kind: str, mesh: list[int]) -> Arrays:
    """The same by phono3py."""
    import phono3py

    born = folder / "BORN"
    peer = phono3py.load(
        folder / "phono3py.yaml",
        fc2_filename=folder / "fc2.hdf5",
        fc3_filename=folder / "fc3.hdf5",
        born_filename=born if born.exists() else None,
        symmetrize_fc=False,
        log_level=0,
    )
    peer.mesh_numbers = mesh
    if kind == "gaussians":
        peer.sigmas = [SIGMA]
    peer.init_phph_interaction(average_degenerate_weights=kind != "defaults")
    peer.run_thermal_conductivity(
        temperatures=[TEMPERATURE], is_isotope=kind == "isotopes", is_LBTE=kind == "lbte"
    )
    result = peer.thermal_conductivity
    gamma = result.gamma[0, 0]
    if kind == "isotopes":
        gamma = gamma + result.gamma_isotope[0]
    return {
        "qpoints": result.qpoints,
        "frequencies": result.frequencies,
        "linewidths": gamma,
        "kappa": result.kappa[0, 0],
    }


def euphonic(folder: Path, kind: str, mesh: list[int]) -> Arrays:
    """Frequencies at the wave vectors that phonokit has left in ``folder``."""
    import phonopy
    from euphonic import ForceConstants

    assert kind == "rta", mesh
    harmonic = folder / "harmonic"
    charges = harmonic / "BORN"
    # Euphonic reads what phonopy itself has written.
    phonon = phonopy.load(
        harmonic / "phonopy.yaml",
        force_constants_filename=harmonic / "force_constants.hdf5",
        born_filename=charges if charges.exists() else None,
        symmetrize_fc=False,
        log_level=0,
    )
    phonon.save(harmonic / "euphonic.yaml", settings={"force_constants": True})
    q = np.load(folder / "qpoints.npy")
    constants = ForceConstants.from_phonopy(
        path=str(harmonic), summary_name="euphonic.yaml"
    )
    # At Γ itself none of the others has a macroscopic field.
    modes = constants.calculate_qpoint_frequencies(
        q, asr=None, splitting=False, use_c=False
    )
    return {"qpoints": q, "frequencies": modes.frequencies.to("THz").magnitude}


PROGRAMS = {"phonokit": phonokit, "phono3py": phono3py, "euphonic": euphonic}


def main() -> None:
    """Compute, and keep arrays."""
    program, kind, folder, output, *mesh = sys.argv[1:]
    arrays = PROGRAMS[program](Path(folder).resolve(), kind, [int(n) for n in mesh])
    np.savez(output, **arrays)


if __name__ == "__main__":
    main()
