"""Neon, mode by mode, against FourPhonon on the same constants."""

from dataclasses import replace

import numpy as np
import pytest
from neon_four_phonon import cell, fourphonon, irreducible, neon, second_order
from phono_4ph import (
    AdaptiveGaussian,
    Counting,
    Scattering4,
    asymmetry4,
    conjugate_gauge,
    drift4,
    linewidths4,
    symmetrize4,
)
from phono_grid import BrillouinZone, Gaussian, Grid, degenerate_sets, using

KIND_NAMES = ("minusminus", "plusminus", "plusplus")


@pytest.fixture
def crystal(data):
    """Neon on 3 × 3 × 3."""
    if not (data / "four-phonon").is_dir():
        pytest.skip("the folder of real force data has no neon")
    return neon(3)


def rates(crystal, mesh, counting):
    """1/τ in 1/ps, [q, kind, j], of normal and umklapp processes together."""
    phonons = conjugate_gauge(crystal.phonons)
    smearing = AdaptiveGaussian.of(phonons, crystal.velocities, counting=counting)
    scattering = Scattering4(smearing=smearing, cutoff_frequency=0.02)
    zone = BrillouinZone.of(phonons.grid)
    n = crystal.occupations
    return np.array(
        [
            4 * np.pi * linewidths4(crystal.fc4, phonons, q, n, scattering, zone)[..., 0, :]
            for q in irreducible(mesh)
        ]
    ).sum(axis=1)


def test_the_sum_rule_is_mended_without_losing_exchange_or_symmetry(crystal):
    largest = np.abs(crystal.fc4.values).max()
    assert asymmetry4(crystal.fc4) < 1e-5 * largest
    assert drift4(crystal.fc4) > 0.1 * largest  # as the file has it
    mended = symmetrize4(crystal.fc4)
    assert len(mended) == len(crystal.fc4)
    assert asymmetry4(mended) < 1e-13 * largest
    assert drift4(mended) < 1e-12 * largest
    assert np.abs(mended.values - crystal.fc4.values).max() < 0.1 * largest


@pytest.mark.needs_rust
def test_modes_have_the_rates_of_fourphonon(crystal):
    got = rates(crystal, 3, Counting.FOURPHONON)
    # Longitudinal modes on lines of symmetry; every kind of process.
    for q, j in ((1, 2), (2, 2)):
        np.testing.assert_allclose(
            got[q, :, j].sum(), fourphonon(3, "w_4ph")[q, j], rtol=1e-3
        )
        for kind, name in enumerate(KIND_NAMES):
            expected = fourphonon(3, f"w_4ph_{name}")[q, j]
            np.testing.assert_allclose(got[q, kind, j], expected, rtol=1e-3, atol=1e-7)


@pytest.mark.needs_rust
def test_all_modes_have_the_rates_of_fourphonon_in_its_own_eigenvectors(crystal):
    # FourPhonon leaves out forward scattering into the very same band alone, so that rates
    # depend on the eigenvectors inside degenerate sets: those of LAPACK's zheev.
    lapack = pytest.importorskip("scipy.linalg.lapack")
    phonons = in_eigenvectors_of(crystal.phonons, lapack.zheev)
    got = rates(replace(crystal, phonons=phonons), 3, Counting.FOURPHONON)
    frequencies = phonons.frequencies[irreducible(3)]
    for kind, name in enumerate((*KIND_NAMES, "")):
        ours = got[:, kind] if name else got.sum(axis=1)
        theirs = fourphonon(3, f"w_4ph_{name}" if name else "w_4ph")
        means = [set_means(f, rows) for f, rows in zip(frequencies, theirs, strict=True)]
        # Γ of a set is its mean here; absorption is a thousandth of the rates or less.
        np.testing.assert_allclose(ours[1:3], means[1:3], rtol=1e-3, atol=1e-6)
        np.testing.assert_allclose(ours[3, 1:], means[3][1:], rtol=1e-3, atol=1e-6)
        # Its eigenvectors at -q are not always the conjugates of those at q.
        np.testing.assert_allclose(ours[3, 0], means[3][0], rtol=2.5e-3)


def in_eigenvectors_of(phonons, zheev):
    """The same phonons with the eigenvectors that a solver finds, q in [0, 1)."""
    harmonic, mesh = second_order(), phonons.grid.mesh
    e = phonons.polarizations.copy()
    for place, address in enumerate(phonons.grid.addresses):
        phase = np.exp(-2j * np.pi * harmonic.cells @ (address % mesh / mesh))
        d = np.einsum("r,rab->ab", phase, harmonic.values)
        _, vectors, info = zheev(d, compute_v=1, lower=0)
        assert info == 0
        e[place] = vectors.T[:, None] / np.sqrt(cell().masses[0])
    return replace(phonons, polarizations=e)


def set_means(frequencies, values):
    """Means over degenerate sets."""
    sets = degenerate_sets(frequencies, 1e-4)
    return np.array([values[sets == s].mean() for s in sets])


@pytest.mark.needs_rust
@pytest.mark.parametrize("adaptive", [False, True])
def test_symmetry_changes_nothing(crystal, adaptive):
    phonons = crystal.phonons
    grid = phonons.grid
    plain = Grid(grid.mesh, grid.reciprocal_lattice, np.eye(3, dtype=int)[None])
    without = replace(phonons, grid=plain)
    smearing = Gaussian(0.2, 3.0)
    if adaptive:
        smearing = AdaptiveGaussian.of(phonons, crystal.velocities)
    scattering = Scattering4(smearing=smearing, cutoff_frequency=0.02)
    for q in (1, 4):
        gamma, other = (
            linewidths4(
                crystal.fc4, p, q, crystal.occupations, scattering, BrillouinZone.of(p.grid)
            )
            for p in (phonons, without)
        )
        np.testing.assert_allclose(gamma, other, rtol=1e-5, atol=1e-7 * gamma.max())


@pytest.mark.needs_rust
def test_the_definition_needs_no_symmetry(crystal):
    smearing = AdaptiveGaussian.of(crystal.phonons, crystal.velocities)
    scattering = Scattering4(smearing=smearing, cutoff_frequency=0.02)
    zone = BrillouinZone.of(crystal.phonons.grid)
    arguments = crystal.fc4, crystal.phonons, 4, crystal.occupations, scattering, zone
    gamma = linewidths4(*arguments)
    with using("Python"):
        definition = linewidths4(*arguments)
    np.testing.assert_allclose(gamma, definition, rtol=1e-5, atol=1e-7 * gamma.max())
