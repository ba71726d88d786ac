"""The whole road: laws on the example, and phono3py's numbers on real forces."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from ctrl_c import seconds_of, seconds_of_children
from model_crystals import mix_degenerate
from phono_3ph import PeriodicModes, Scattering
from phono_grid import Backend, Gaussian, Grid, IrreduciblePoints, Symmetry
from phono_grid.backend import active
from phono_mpi import Alone
from phonokit import Transport
from phonokit.calc.carriers import Carriers, carriers_of
from phonokit.calc.conduction import conduction_of
from phonokit.calc.harmonic_phonons import harmonic_phonons
from phonokit.calc.rates import rates_of
from phonokit.calc.scatterer import Scatterer

EXAMPLE = Path(__file__).parents[2] / "examples" / "silicon"
PHONO = [
    sys.executable,
    "-c",
    "from phonokit.cli.app import main; raise SystemExit(main())",
]
TEMPERATURES = np.array([100.0, 300.0])

needs_rust = pytest.mark.needs_rust
RTOL = 5e-6
"""Against phono3py 4.8.2, whose compact symmetrisation is inexact by up to 4e-7 in κ."""


@pytest.fixture(scope="module")
def silicon(data):
    return phonokit.load(data / "si-pbesol", lang="Rust")


@pytest.fixture(scope="module")
def reference(data):
    return json.loads((data / "reference.json").read_text())["si-pbesol"]


@needs_rust
def test_silicon_conducts_as_in_phono3py_at_three_temperatures(silicon, reference):
    result = phonokit.kappa(silicon, reference["mesh"], reference["temperatures_K"])
    expected = np.array(reference["rta"])
    np.testing.assert_allclose(result.kappa[:, :3], expected[:, :3], rtol=RTOL)
    np.testing.assert_allclose(result.kappa[:, 3:], 0, atol=1e-9)


@needs_rust
@pytest.mark.parametrize("name", ["nacl-pbe", "aln-lda"])
def test_polar_crystals_conduct_as_in_phono3py_at_three_temperatures(data, name):
    reference = json.loads((data / "reference.json").read_text())[name]
    crystal = phonokit.load(data / name, lang="Rust")
    result = phonokit.kappa(crystal, reference["mesh"], reference["temperatures_K"])
    expected = np.array(reference["rta"])
    np.testing.assert_allclose(result.kappa[:, :3], expected[:, :3], rtol=RTOL)
    np.testing.assert_allclose(result.kappa[:, 3:], 0, atol=1e-6 * expected.max())
    assert result.provenance.settings["nac"] == "Gonze-Lee, none at the zone centre"


@needs_rust
def test_silicon_conducts_as_in_phono3py_on_a_fine_grid(silicon, reference):
    result = phonokit.kappa(silicon, [19, 19, 19], 300)
    expected = reference["rta_19x19x19_300K_xx"]
    np.testing.assert_allclose(result.kappa[0, 0], expected, rtol=RTOL)


@needs_rust
def test_the_peers_default_weights_are_met_as_far_as_they_are_defined(silicon, reference):
    raw = Scattering(average_degenerate_weights=False)
    result = phonokit.kappa(
        silicon, reference["mesh"], 300, transport=Transport(scattering=raw)
    )
    expected = reference["gauge_dependent_default_rta"][1][0]
    # Single weights depend on eigenvectors that LAPACK and we choose differently.
    np.testing.assert_allclose(result.kappa[0, 0], expected, rtol=5e-3)
    averaged = reference["rta"][1][0]
    assert abs(result.kappa[0, 0] / averaged - 1) > 10 * RTOL


CRYSTALS = ["si-pbesol", "nacl-pbe", "aln-lda"]


def conducts(data, crystal, transport):
    """Our three diagonal components, and the reference with its names."""
    reference = json.loads((data / "reference.json").read_text())[crystal]
    loaded = phonokit.load(data / crystal)
    temperatures = reference["temperatures_K"]
    result = phonokit.kappa(loaded, reference["mesh"], temperatures, transport=transport)
    return result.kappa[:, :3], lambda name: np.array(reference[name])[:, :3]


@needs_rust
@pytest.mark.parametrize("crystal", CRYSTALS)
@pytest.mark.parametrize("isotopes", [False, True])
def test_gaussians_conduct_as_in_phono3py(data, crystal, isotopes):
    gaussian = Scattering(smearing=Gaussian(0.1))
    kappa, reference = conducts(
        data, crystal, Transport(scattering=gaussian, isotopes=isotopes)
    )
    expected = reference("rta_sigma_0.1THz" + "_isotopes" * isotopes)
    np.testing.assert_allclose(kappa, expected, rtol=RTOL)


@needs_rust
@pytest.mark.parametrize("crystal", CRYSTALS)
@pytest.mark.parametrize("sigma", [None, 0.1])
def test_both_solvers_of_the_full_equation_conduct_as_phono3py(data, crystal, sigma):
    # Both leave out the null space that symmetry makes (`IrreducibleModes.allowed`), the
    # direct one also eigenvalues below 1e-8 THz, as the peer does.
    smearing = None if sigma is None else Gaussian(sigma)
    transport = Transport("lbte", scattering=Scattering(smearing=smearing))
    reference = json.loads((data / "reference.json").read_text())[crystal]
    _, carriers, series = carriers_of(
        phonokit.load(data / crystal),
        reference["mesh"],
        np.array(reference["temperatures_K"]),
        ranks=Alone(),
        transport=transport,
    )
    rates, rows = rates_of(Scatterer(carriers, series, transport))
    by_cg, by_all = (
        conduction_of(carriers, rates, rows, replace(transport, solver=solver))
        for solver in ("cg", "direct")
    )
    cg, direct = (conduction.kappa[:, :3] for conduction in (by_cg, by_all))
    name = "lbte" if sigma is None else "lbte_sigma_0.1THz"
    expected = np.array(reference[name])[:, :3]
    np.testing.assert_allclose(direct, expected, rtol=1e-5)
    np.testing.assert_allclose(cg, direct, rtol=1e-6)
    if sigma is None:
        alone = np.array(reference["rta"])[:, :3]
        np.testing.assert_allclose(by_cg.rta.kappa[:, :3], alone, rtol=RTOL)


@needs_rust
@pytest.mark.parametrize("crystal", CRYSTALS)
def test_isotopes_conduct_as_in_phono3py_as_far_as_rounding_lets_it(data, crystal):
    # The peer cuts tetrahedra at the frequency of a phonon itself, where rounding decides
    # between the two sides of flat faces; see `phono_3ph.isotope_linewidths`.
    kappa, reference = conducts(data, crystal, Transport(isotopes=True))
    np.testing.assert_allclose(kappa, reference("rta_isotopes"), rtol=5e-3)


@needs_rust  # it runs both, whatever the language of the session
def test_python_conducts_as_rust_does(data, monkeypatch):
    # Acoustic frequencies at Γ are square roots of rounding, 3e-7 THz, and corners of
    # tetrahedra: that alone would change κ by 1e-9.
    def quiet(*args, **options):
        harmonic = harmonic_phonons(*args, **options)
        f = harmonic.phonons.frequencies.copy()
        assert np.abs(f[0, :3]).max() < 1e-6
        f[0, :3] = 0
        return replace(harmonic, phonons=replace(harmonic.phonons, frequencies=f))

    monkeypatch.setattr("phonokit.calc.carriers.harmonic_phonons", quiet)
    rust, python = (
        phonokit.kappa(phonokit.load(data / "si-pbesol", lang=lang), [4, 4, 4], 300)
        for lang in ("Rust", "Python")
    )
    np.testing.assert_allclose(rust.kappa[:, :3], python.kappa[:, :3], rtol=1e-12)
    np.testing.assert_allclose(rust.rates.phonon, python.rates.phonon, rtol=1e-11)


def test_kappa_does_not_depend_on_the_choice_of_degenerate_eigenvectors(rng):
    crystal = phonokit.load(EXAMPLE)
    cell = crystal.primitive
    symmetry = Symmetry.of(cell)
    n = 5 if active() is Backend.RUST else 3
    grid = Grid.of(cell, [n, n, n], symmetry)
    irreducible = IrreduciblePoints.of(grid)
    series3 = crystal.series3
    harmonic = harmonic_phonons(crystal.dynamics(), grid, irreducible)

    def kappa_of(phonons):
        carriers = Carriers(
            phonons=phonons,
            irreducible=irreducible,
            frequencies=harmonic.frequencies,
            velocities=harmonic.velocities,
            cell=cell,
            temperatures=TEMPERATURES,
        )
        rates, rows = rates_of(Scatterer(carriers, series3, Transport()))
        return conduction_of(carriers, rates, rows, Transport()).kappa

    f = harmonic.phonons.frequencies
    assert (np.diff(f, axis=1) < 1e-4).sum() > 20
    mixed = mix_degenerate(f, harmonic.phonons.polarizations, rng)
    plain = kappa_of(harmonic.phonons)
    again = kappa_of(PeriodicModes(grid, f, mixed))
    np.testing.assert_allclose(again[:, :3], plain[:, :3], rtol=1e-12)


@needs_rust
@pytest.mark.parametrize("solver", ["cg", None])
def test_the_number_of_threads_changes_no_bit(tmp_path, solver):
    results = []
    mesh = ["7", "7", "7"] if solver is None else ["4", "4", "4"]
    full = [] if solver is None else ["--method", "lbte", "--solver", solver]
    for threads in ("1", "2", "3") if solver is None else ("1", "2"):
        output = tmp_path / f"{threads}.hdf5"
        command = [*PHONO, "kappa", str(EXAMPLE), "--mesh", *mesh, *full]
        subprocess.run(
            [*command, "--output", str(output)],
            env={**os.environ, "RAYON_NUM_THREADS": threads},
            check=True,
            capture_output=True,
        )
        with h5py.File(output) as file:
            names = ("kappa", "gamma", "mode_kappa", "frequency", "group_velocity")
            results.append([file[name][:].tobytes() for name in names])
    assert all(result == results[0] for result in results)


@needs_rust
def test_ctrl_c_stops_within_a_second_and_leaves_nothing(tmp_path):
    before = seconds_of_children()
    process = subprocess.Popen(
        [*PHONO, "kappa", str(EXAMPLE), "--mesh", "31", "31", "31"],
        cwd=tmp_path,
        env={**os.environ, "PHONO_TRACE_LANG": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # Until the kernel that takes long is at work.
    while b"phono_3ph.linewidth" not in process.stderr.readline():
        assert process.poll() is None
    pressed = seconds_of(process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert seconds_of_children() - before - pressed < 1
    assert process.returncode == 130
    assert b"interrupted" in errors
    assert list(tmp_path.iterdir()) == []
