"""Neon against FourPhonon, process by process, on 3 × 3 × 3 and 4 × 4 × 4."""

import numpy as np
import pytest
from fourphonon_loops import Loops
from neon_four_phonon import FOLDER, fourphonon, irreducible, neon
from phono_4ph import AdaptiveGaussian, Counting, Scattering4, conjugate_gauge, linewidths4
from phono_grid import BrillouinZone, degenerate_sets

KINDS = "plusplus", "plusminus", "minusminus"
MIXED, ANGLE = (2, 1, 3), np.pi / 4 + 0.003
"""A corner W of the zone, in quarters, and how far FourPhonon's eigenvectors there are
turned from those that have a velocity; read off its numbers of processes. Rounding in
LAPACK turns them: the two frequencies are the same."""


@pytest.fixture(autouse=True)
def neon_is_here(data):
    if not (data / "four-phonon").is_dir():
        pytest.skip("the folder of real force data has no neon")


def theirs(mesh):
    """FourPhonon's numbers of processes and rates, [irreducible q, band, kind]."""
    counts = np.loadtxt(FOLDER / f"mesh{mesh}" / "BTE.Numprocess_4ph", dtype=int)
    rates = np.stack([fourphonon(mesh, f"w_4ph_{kind}") for kind in KINDS], axis=-1)
    return counts.reshape(-1, 3, 3), rates


def as_fourphonon(mesh):
    """Neon with the eigenvectors that FourPhonon must have had, as far as they matter."""
    crystal = neon(mesh)
    e = crystal.phonons.polarizations[:, :, 0].copy()
    v = crystal.velocities.copy()
    if mesh == 4:
        corner = int(crystal.phonons.grid.index(np.array([MIXED]))[0])
        cosine, sine = np.cos(ANGLE), np.sin(ANGLE)
        e[corner, 1:] = np.array([[cosine, sine], [-sine, cosine]]) @ e[corner, 1:]
        v[corner, 1:] *= np.cos(2 * ANGLE)
    return Loops(crystal, e, v)


@pytest.fixture(scope="module")
def counted():
    """Sums over processes of both meshes, by row of FourPhonon's files."""
    if not FOLDER.is_dir():
        pytest.skip("the folder of real force data has no neon")
    return {
        mesh: {
            row: as_fourphonon(mesh).count(q)
            for row, q in enumerate(irreducible(mesh))
            if row
        }
        for mesh in (3, 4)
    }


@pytest.mark.needs_rust
@pytest.mark.parametrize("mesh", [3, 4])
def test_linewidths_are_sums_over_processes_that_are_written_out(mesh):
    crystal = neon(mesh)
    phonons = conjugate_gauge(crystal.phonons)
    # The same pairing at q and -q for both.
    v = crystal.velocities.copy()
    for q, minus in enumerate(phonons.grid.index(-phonons.grid.addresses)):
        if minus > q:
            v[minus] = -v[q]
    widths = AdaptiveGaussian.of(phonons, crystal.velocities, counting=Counting.FOURPHONON)
    scattering = Scattering4(smearing=widths, cutoff_frequency=0.02)
    zone = BrillouinZone.of(phonons.grid)
    loops = Loops(crystal, phonons.polarizations[:, :, 0], v)
    for q in irreducible(mesh)[1:]:
        arguments = crystal.fc4, phonons, q, crystal.occupations, scattering, zone
        gamma = linewidths4(*arguments)[..., 0, :].sum(axis=0)
        sets = degenerate_sets(phonons.frequencies[q], scattering.degeneracy)
        for kind, rates in enumerate(loops.count(q).rate.T[::-1]):
            means = [rates[sets == s].mean() for s in sets]
            got = 4 * np.pi * gamma[kind]
            # Not closer: the file of constants is symmetric under exchange to 1e-5.
            np.testing.assert_allclose(got, means, rtol=1e-4, atol=1e-8)


def test_fourphonon_counts_the_same_processes(counted):
    for mesh, rows in counted.items():
        expected, _ = theirs(mesh)
        for row, got in rows.items():
            more = expected[row] - got.number
            assert (more[:, [0, 2]] == 0).all()
            # Rounding chooses among those without a width; 3 of 20 000 are nearly so.
            assert (more >= -3).all()
            assert (more <= got.undecided).all()


@pytest.mark.parametrize(("row", "bands"), [(1, [2]), (3, [0, 1, 2]), (4, [0, 1, 2])])
def test_rates_are_fourphonons_where_its_eigenvectors_do_not_matter(counted, row, bands):
    expected = theirs(4)[1].sum(axis=-1)[row]
    got = counted[4][row].rate.sum(axis=-1)
    sets = degenerate_sets(neon(4).phonons.frequencies[irreducible(4)[row]], 1e-4)
    means = np.array([[x[sets == s].mean() for s in sets] for x in (got, expected)])
    # Two of the 21 000 processes of the lowest mode of row 4 are among the undecided.
    np.testing.assert_allclose(*means[:, bands], rtol=3e-3 if row == 4 else 1e-3)


@pytest.mark.parametrize("row", [4, 5])
def test_rates_lie_between_those_without_and_with_undecided_processes(counted, row):
    expected = theirs(4)[1].sum(axis=-1)[row]
    got = counted[4][row]
    assert (got.rate.sum(axis=-1) <= expected * 1.001).all()
    assert ((got.rate + got.undecided_rate).sum(axis=-1) >= expected * 0.999).all()
