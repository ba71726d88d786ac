"""One calculation by one program, from constants in a folder; run as a process.

python programs.py PROGRAM KIND FOLDER OUTPUT.npz N1 N2 N3
"""

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
from cases import KALDO, SIGMA, TEMPERATURE

Arrays = dict[str, Any]


def phonokit(folder: Path, kind: str, mesh: list[int]) -> Arrays:
    """Conductivity and linewidths."""
    import phonokit

    born = folder / "BORN"
    if kind == KALDO:
        crystal = phonokit.load(folder / KALDO)
    else:
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
    if kind == KALDO:
        return Scattering(smearing=Gaussian(SIGMA, 8**0.5))
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


def kaldo(folder: Path, kind: str, mesh: list[int]) -> Arrays:
    """The same by kALDo, at the wave vectors that phonokit has left in ``folder``."""
    from kaldo.conductivity import Conductivity
    from kaldo.forceconstants import ForceConstants
    from kaldo.phonons import Phonons

    assert kind == KALDO
    control = (folder / KALDO / "CONTROL").read_text()
    n = re.search(r"scell\(:\)=(\d+) (\d+) (\d+)", control)
    assert n is not None
    constants = ForceConstants.from_folder(
        str(folder / KALDO), supercell=tuple(map(int, n.groups())), format="vasp-sheng"
    )
    phonons = Phonons(
        forceconstants=constants,
        kpts=tuple(mesh),
        temperature=TEMPERATURE,
        # exp(−x²/s²) with s = √2 σ.
        third_bandwidth=SIGMA * 2**0.5,
        folder=str(folder / KALDO),
        storage="memory",
    )
    conductivity = Conductivity(phonons=phonons, method="rta", storage="memory")
    q = np.load(folder / f"qpoints-{KALDO}.npy")
    at = np.rint(q * mesh).astype(int) % mesh
    places = np.ravel_multi_index(tuple(at.T), mesh)
    n_q = int(np.prod(mesh))
    # 1/τ = 4 π Γ, in 1/ps.
    rates = np.asarray(phonons.bandwidth).reshape(n_q, -1)[places]
    kappa = np.asarray(conductivity.conductivity).sum(axis=0)
    return {
        "qpoints": q,
        "frequencies": np.asarray(phonons.frequency).reshape(n_q, -1)[places],
        "linewidths": rates / (4 * np.pi),
        "kappa": kappa[[0, 1, 2], [0, 1, 2]],
    }


PROGRAMS = {"phonokit": phonokit, "phono3py": phono3py, "euphonic": euphonic, KALDO: kaldo}


def main() -> None:
    """Compute, and keep arrays."""
    program, kind, folder, output, *mesh = sys.argv[1:]
    arrays = PROGRAMS[program](Path(folder).resolve(), kind, [int(n) for n in mesh])
    np.savez(output, **arrays)


if __name__ == "__main__":
    main()
