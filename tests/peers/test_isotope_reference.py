"""What entries of κ with isotopes by tetrahedra are made of: the frequencies' rounding.

phono3py's weights are 0 between vertices closer than 1e-10 THz, and rounding puts the
frequency of a phonon between those of its star or beside them. From its own frequencies, to
the last bit, its numbers follow; from constants of second order that differ by 1e-15, even
its own program does not find them again.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import phonokit
import pytest
from peers_scattering import FILES, Pair, loaded
from phono_3ph import (
    PeriodicModes,
    Scattering,
    _isotope,
    isotope_linewidths,
    natural_mass_spread,
)
from phono_grid import IrreduciblePoints

isotope = pytest.importorskip("phono3py.other.isotope")
solver = pytest.importorskip("phono3py.phonon.solver")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

RTOL = 5e-6
"""How near entries of other kinds of scattering are met."""


@dataclass
class Case:
    """One crystal in both programs."""

    pair: Pair
    result: Any
    """Ours without isotopes."""
    expected: np.ndarray

    def __post_init__(self):
        self.points = IrreduciblePoints.of(self.pair.grid).points
        self.constants = self.peer.fc2.copy()

    @property
    def peer(self):
        return self.pair.peer

    def phonons(self, scale=1.0):
        """Frequencies and eigenvectors of the peer's own making at all its points."""
        self.peer.fc2 = self.constants * scale
        self.peer.init_phph_interaction(average_degenerate_weights=True)
        self.peer.run_phonon_solver()
        f, e, _ = self.peer.get_phonon_data()
        return f.copy(), e.copy()

    def one_image_each(self, f, e):
        """The peer's first image of each of our wave vectors, and those at all images."""
        grid, peers = self.pair.grid, self.peer.grid
        first = np.array([self.pair.theirs(q) for q in range(grid.n_q)])
        q = (peers.addresses @ peers.QDinv.T)[first]
        cell = self.pair.supercell.primitive
        phase = np.exp(2j * np.pi * q @ cell.positions.T) / np.sqrt(cell.masses)
        vectors = e[first].swapaxes(1, 2).reshape(len(q), f.shape[1], -1, 3)
        modes = PeriodicModes(grid, f[first], vectors * phase[:, None, :, None])
        return modes, (f[first][self.pair.ours], e[first][self.pair.ours])

    def ours(self, modes, kernel=isotope_linewidths):
        """Widths of ours at irreducible points."""
        spread = natural_mass_spread(self.pair.supercell.primitive)
        choices = spread, Scattering()
        return kernel(modes, self.points, *choices)

    def theirs(self, f, e):
        """Widths of the peer from these phonons."""
        run = isotope.Isotope(
            self.peer.mesh_numbers,
            self.peer.primitive,
            bz_grid=self.peer.grid,
            cutoff_frequency=1e-4,
            average_degenerate_weights=True,
        )
        phonons = solver.PhononData(
            frequencies=f,
            eigenvectors=e,
            phonon_done=np.ones(len(f), dtype="byte"),
            degenerate_ids=isotope.get_degenerate_ids(f),
        )
        run.set_phonons(phonons, dm=self.peer.dynamical_matrix)
        widths = []
        for q in self.points:
            run.set_grid_point(self.pair.theirs(int(q)))
            run.run()
            widths.append(run.gamma.copy())
        return np.array(widths)

    def away(self, widths):
        """κ with isotopes of these widths, relative to the reference: (n_T, 3)."""
        alone = self.result.rates.total
        share = np.divide(alone, alone + widths, where=alone > 0, out=np.zeros_like(alone))
        carried = self.result.mode_kappa[..., :3] * share[..., None]
        kappa = carried.sum(axis=(1, 2)) / self.pair.grid.n_q
        return kappa / self.expected - 1


@pytest.fixture(scope="module", params=FILES)
def case(request, data):
    folder = FILES[request.param][0]
    reference = json.loads((data / "reference.json").read_text())[folder]
    mesh, temperatures = reference["mesh"], reference["temperatures_K"]
    result = phonokit.kappa(phonokit.load(data / folder), mesh, temperatures)
    pair = Pair.of(loaded(data, request.param), mesh)
    return Case(pair, result, np.array(reference["rta_isotopes"])[:, :3])


def skip_unless_reproduced(away):
    """Go on only where the peer finds the reference again; processors round differently."""
    worst = np.abs(away).max()
    if worst >= RTOL:
        pytest.skip(
            f"on this processor the peer's own program is {worst:.1e} away from the "
            "reference that it has written: another rounding"
        )


def cut_where_the_peer_cuts(monkeypatch):
    """At the frequency itself, with that of each wave vector and not of its star."""
    monkeypatch.setattr(_isotope, "CUT_ABOVE", 0.0)
    monkeypatch.setattr(_isotope, "irreducible_map", lambda grid: np.arange(grid.n_q))


def test_from_the_peers_frequencies_to_the_last_bit_its_entries_follow(case, monkeypatch):
    cut_where_the_peer_cuts(monkeypatch)
    modes, images = case.one_image_each(*case.phonons())
    # Rust has its own constant; the weights may come from there.
    ours = case.ours(modes, isotope_linewidths.__wrapped__)
    theirs = case.theirs(*images)
    np.testing.assert_allclose(ours, theirs, atol=2e-8 * theirs.max())
    skip_unless_reproduced(case.away(theirs))
    assert np.abs(case.away(ours)).max() < RTOL


def test_the_peer_does_not_find_its_entries_again_from_constants_that_round_else(case):
    scales = 1 + np.arange(1, 5) * 1e-15
    spread = np.array([case.away(case.theirs(*case.phonons(s))) for s in scales])
    assert np.ptp(spread[:, 0], axis=0).max() > 10 * RTOL
    skip_unless_reproduced(case.away(case.theirs(*case.phonons())))


def test_ours_finds_its_own_again(case):
    plain, other = (
        case.away(case.ours(case.one_image_each(*case.phonons(s))[0]))
        for s in (1.0, 1 + 2e-15)
    )
    np.testing.assert_allclose(other, plain, atol=1e-8)
