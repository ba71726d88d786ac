"""Wall and CPU time of S(Q, f) of single phonons, ours and Euphonic's in one run.

    nox -s bench -- benches/neutrons.py [--momenta 100000] [--runs 3] [--quick]

PHONO_TEST_DATA names the folder with the crystals, whose second-order constants both have.
From random momentum transfers to spectra at 401 frequencies, with Debye-Waller factors of a
mesh; each program in turn, with one thread, Euphonic with its extension in C. Times are
medians, ratios are theirs to ours. `phonokit.neutrons` is the whole of it with its checks;
its parts are told apart: structure factors alone, and all.
"""

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import phonokit
from phono_dynmat import coherent_intensities, phonon_modes

FILES = {"Si": "si-pbesol", "NaCl": "nacl-pbe", "AlN": "aln-lda"}
LENGTHS = {"Si": 4.1491, "Na": 3.63, "Cl": 9.577, "Al": 3.449, "N": 9.36}
"""fm"""
MESH, TEMPERATURE = 8, 300.0
RANGE = 3
"""Reciprocal lattice vectors, on both sides of Γ."""
FREQUENCIES, HIGHEST = 401, 30.0
"""Points, up to so many THz of energy loss and gain."""
THREADS = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
TARGET = 5
"""Ratios of speed to Euphonic that are asked for."""


class Euphonic:
    """The same crystal in Euphonic.

    Parameters
    ----------
    crystal : Crystal
    """

    def __init__(self, crystal: phonokit.Crystal) -> None:
        import euphonic

        self.ureg = euphonic.ureg
        self.lengths = {
            symbol: LENGTHS[symbol] * self.ureg("fm")
            for symbol in crystal.primitive.symbols
        }
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "constants.json"
            phonokit.write_constants(crystal, file, format="euphonic")
            self.constants = euphonic.ForceConstants.from_json_file(str(file))
        axes = [np.arange(MESH) / MESH] * 3
        mesh = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        # At Γ three frequencies are rounding, and the exponents may not be numbers.
        self.mesh = mesh[1:]

    def modes(self, q: np.ndarray) -> Any:
        """Phonons, with the same sums as ours."""
        return self.constants.calculate_qpoint_phonon_modes(
            q, asr=None, use_c=True, n_threads=1
        )

    def factors(self, q: np.ndarray) -> Any:
        """Structure factors with Debye-Waller factors."""
        cold = self.modes(self.mesh).calculate_debye_waller(
            TEMPERATURE * self.ureg("K"), symmetrise=False
        )
        return self.modes(q).calculate_structure_factor(
            scattering_lengths=self.lengths, dw=cold
        )

    def spectra(self, q: np.ndarray) -> Any:
        """Everything."""
        step = 2 * HIGHEST / (FREQUENCIES - 1)
        edges = np.linspace(-HIGHEST - step / 2, HIGHEST + step / 2, FREQUENCIES + 1)
        return self.factors(q).calculate_sqw_map(
            edges * self.ureg("THz"),
            temperature=TEMPERATURE * self.ureg("K"),
            calc_bose=True,
        )


def seconds(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Wall and CPU time of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return (time.perf_counter() - wall, time.process_time() - cpu), result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--momenta", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="few momenta, one run")
    arguments = parser.parse_args()
    n, runs = (5000, 1) if arguments.quick else (arguments.momenta, arguments.runs)
    if any(os.environ.get(name) != "1" for name in THREADS):
        # Which pools of threads read when they are made.
        os.environ.update(dict.fromkeys(THREADS, "1"))
        os.execv(sys.executable, [sys.executable, *sys.argv])
    data = os.environ.get("PHONO_TEST_DATA")
    if data is None:
        sys.exit("PHONO_TEST_DATA must name the folder with the crystals")
    warnings.simplefilter("ignore")
    q = np.random.default_rng(0).uniform(-RANGE, RANGE, (n, 3))
    points = np.linspace(-HIGHEST, HIGHEST, FREQUENCIES)
    print(f"{n} momentum transfers, one thread, medians of {runs}, seconds")
    print(f"{'':26}{'wall':>9}{'Euphonic':>9}{'ratio':>7}", end="")
    print(f"{'CPU':>9}{'Euphonic':>9}{'ratio':>7}{'target':>8}")
    for name, folder in FILES.items():
        crystal = phonokit.load(Path(data) / folder)
        b = {s: LENGTHS[s] for s in crystal.primitive.symbols}
        peer = Euphonic(crystal)

        def whole(q: np.ndarray, crystal: Any = crystal, b: Any = b) -> Any:
            return phonokit.neutrons(
                crystal,
                q,
                (MESH,) * 3,
                [TEMPERATURE],
                scattering_lengths=b,
                frequency_points=points,
            )

        few = whole(q[:1000])
        u, lengths = few.displacements, few.scattering_lengths
        peer.spectra(q[:1000])

        def factors(crystal: Any = crystal, u: Any = u, lengths: Any = lengths) -> Any:
            modes = phonon_modes(crystal.dynamics(), q)
            return coherent_intensities(modes, crystal.primitive, lengths, u)

        works = {
            "structure factors": (factors, lambda peer=peer: peer.factors(q)),
            "S(Q, f)": (lambda whole=whole: whole(q), lambda peer=peer: peer.spectra(q)),
        }
        for what, (ours, theirs) in works.items():
            taken = np.median(
                [[seconds(ours)[0], seconds(theirs)[0]] for _ in range(runs)], axis=0
            )
            print(f"{name + ', ' + what:26}", end="")
            for x, y in zip(*taken, strict=True):
                print(f"{x:9.3f}{y:9.3f}{y / x:7.1f}", end="")
            print(f"{TARGET:8}", flush=True)
        modes = phonon_modes(crystal.dynamics(), q[:1000])
        found = coherent_intensities(modes, crystal.primitive, lengths)[:, 0].sum(axis=1)
        bare = peer.modes(q[:1000]).calculate_structure_factor(
            scattering_lengths=peer.lengths
        )
        expected = bare.structure_factors.to("mbarn").magnitude.sum(axis=1)
        expected *= crystal.primitive.n_atoms
        worst = np.abs(found - expected).max() / expected.max()
        print(f"{'':26}sums over bands agree within {worst:.1e} of the largest")


if __name__ == "__main__":
    main()
