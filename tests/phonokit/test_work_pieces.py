"""Pieces of wave vectors: the same bits however they are shared out."""

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import phonokit
import pytest
from phono_grid import Backend
from phono_grid.backend import active
from phonokit import Plan, Provenance, Run, Transport
from phonokit.calc import work_pieces
from phonokit.calc.carriers import carriers_of
from phonokit.calc.scatterer import Scatterer
from phonokit.calc.work_pieces import PieceScatterer, WorkPieces
from tiny_crystal import EXAMPLE

# Of this environment, never of another: two MPI libraries do not mix.
MPIEXEC = Path(sys.executable).with_name("mpiexec")
T = [200.0, 300.0]
TRANSPORT = Transport(isotopes=True)
LENGTH = 5 if active() is Backend.RUST else 3
MESH = (LENGTH,) * 3
SMALL = {"WHOLE": 8, "PIECE": 3, "TOGETHER": 1e-9}


@pytest.fixture
def silicon():
    """Two atoms."""
    return phonokit.load(EXAMPLE)


@pytest.fixture
def small(monkeypatch):
    """Cut small work, too, and let few pieces go together."""
    for name, value in SMALL.items():
        monkeypatch.setattr(work_pieces, name, value)


def scatterer_of(crystal, transport=TRANSPORT):
    """All that scatters on the mesh."""
    from phono_mpi import Alone

    t = np.array(T)
    _, carriers, series = carriers_of(crystal, MESH, t, ranks=Alone(), transport=transport)
    return Scatterer(carriers, series, transport)


def windows(counts, windows, n_b):
    """A cut of wave vectors whose degenerate sets have two bands each, but the first."""
    sets = np.tile((np.arange(n_b) + 1) // 2, (len(counts), 1))
    return WorkPieces(counts=np.array(counts), windows=np.array(windows), sets=sets)


def test_small_problems_are_not_cut(silicon):
    assert not WorkPieces.of(scatterer_of(silicon)).any


def test_what_is_not_summed_over_triplets_alone_is_not_cut(silicon, small):
    whole = [Transport("lbte"), Transport(normal_umklapp=True)]
    assert WorkPieces.of(scatterer_of(silicon)).any
    for transport in whole:
        assert not WorkPieces.of(scatterer_of(silicon, transport)).any


def test_the_cut_has_room_for_no_more_pieces_than_the_limit(silicon, small, monkeypatch):
    scatterer = scatterer_of(silicon)
    monkeypatch.setattr(work_pieces, "PIECE", 1)
    many = WorkPieces.of(scatterer).sizes.sum()
    monkeypatch.setattr(work_pieces, "ROOM", 8 * 6 * 2 * (many - 3))
    assert 1 < WorkPieces.of(scatterer).sizes.sum() <= many - 3


def test_every_piece_is_asked_for_once_whatever_is_asked_for():
    pieces = windows([3, 5, 1], [1, 4, 5], 37)
    for i in range(3):
        size = int(pieces.sizes[i])
        assert pieces.shares(i).sum() == pytest.approx(1.0, rel=1e-12)
        for first in range(size + 1):
            for end in range(first, size + 1):
                numbers = []
                for asked, made in pieces.sums(i, first, end):
                    t, last = asked.wanted
                    assert made.shape[0] == last - t
                    assert made[0, 0] // pieces.windows[i] == t
                    bands = [pieces.window(i, n) for n in made[0].tolist()]
                    assert (bands[0].start, bands[-1].stop) == asked.bands
                    numbers += made.ravel().tolist()
                assert numbers == list(range(first, end))


def test_windows_of_a_triplet_share_its_sum_and_pieces_of_triplets_a_series():
    pieces = windows([3, 5, 1], [1, 4, 1], 37)
    assert pieces.groups.tolist() == [1, 5, 1]
    assert pieces.group_sizes.tolist() == [3, 4, 4, 4, 4, 4, 1]
    assert pieces.group_sizes.sum() == pieces.sizes.sum()


def test_what_shares_a_sum_is_made_together_wherever_a_rank_begins(silicon, small):
    scatterer = scatterer_of(silicon)
    cut = WorkPieces.of(scatterer)
    n_i, made = len(cut.counts), []
    shape = {"counts": np.full(n_i, 20), "windows": np.full(n_i, 2)}
    scatterer = PieceScatterer(scatterer, replace(cut, **shape))
    costs = scatterer.costs.sum() + scatterer.once.sum()
    assert costs == pytest.approx(scatterer.scatterer.triplets.sum(), rel=1e-12)
    object.__setattr__(
        scatterer, "scattered", lambda *asked: made.append(asked) or iter(())
    )
    list(scatterer.records(range(3, 41)))
    # Eight triplets at a time, of two windows each.
    assert made == [(0, 3, 16), (0, 16, 32), (0, 32, 40), (1, 0, 1)]


def test_windows_cut_no_degenerate_set_and_hold_all_bands():
    pieces = windows([1], [5], 37)
    sets = pieces.sets[0]
    edges = [pieces.window(0, n) for n in range(5)]
    assert [b for e in edges for b in range(e.start, e.stop)] == list(range(37))
    assert all(e.start == 0 or sets[e.start] != sets[e.start - 1] for e in edges)


def test_pieces_add_up_to_what_is_made_whole(silicon, small, monkeypatch):
    cut = phonokit.kappa(silicon, MESH, T, transport=TRANSPORT)
    monkeypatch.setattr(work_pieces, "WHOLE", 10**9)
    whole = phonokit.kappa(silicon, MESH, T, transport=TRANSPORT)
    np.testing.assert_allclose(cut.rates.phonon, whole.rates.phonon, rtol=1e-12)
    np.testing.assert_array_equal(cut.rates.isotope, whole.rates.isotope)


def test_records_do_not_depend_on_what_is_made_together(silicon, small, monkeypatch):
    scatterer = scatterer_of(silicon)
    monkeypatch.setattr(work_pieces, "LANES", 2)
    cut = PieceScatterer(scatterer, replace_windows(WorkPieces.of(scatterer)))
    n = int(cut.pieces.sizes.sum())
    each = {i: record["phonon"].copy() for i, record in cut.records(range(n))}
    assert list(each) == list(range(n))
    monkeypatch.setattr(work_pieces, "TOGETHER", 100)
    for some in (range(n), range(1, n, 2), range(n // 3, n // 2)):
        for i, record in cut.records(some):
            np.testing.assert_array_equal(record["phonon"], each[i])


def replace_windows(pieces):
    """The same with windows of single sets of bands, which larger cells have."""
    n_i = len(pieces.counts)
    return replace(pieces, windows=np.where(np.arange(n_i) % 2, 1, 2))


def test_a_run_that_was_stopped_goes_on_in_the_middle_of_a_wave_vector(
    silicon, small, tmp_path, monkeypatch
):
    expected = phonokit.kappa(silicon, MESH, T, transport=TRANSPORT)
    calls, stop_at = [], [4]
    real = work_pieces.linewidth_pieces

    def watched(*inputs):
        calls.append(1)
        if len(calls) > stop_at[0]:
            raise KeyboardInterrupt
        return real(*inputs)

    monkeypatch.setattr(work_pieces, "linewidth_pieces", watched)
    run = Run(tmp_path / "k.run")
    with pytest.raises(KeyboardInterrupt):
        phonokit.kappa(silicon, MESH, T, transport=TRANSPORT, run=run)
    stop_at[0] = 10**6
    calls.clear()
    result = phonokit.kappa(silicon, MESH, T, transport=TRANSPORT, run=run)
    rest = len(calls)
    calls.clear()
    phonokit.kappa(silicon, MESH, T, transport=TRANSPORT)
    assert rest == len(calls) - 4
    np.testing.assert_array_equal(result.kappa, expected.kappa)


PROGRAM = """
import sys
import phonokit
from phonokit.calc import work_pieces
from phono_mpi import Alone, MpiRanks
import numpy as np
ranks = MpiRanks() if "mpi" in sys.argv else Alone()
for name, value in {small}.items():
    setattr(work_pieces, name, value)
result = phonokit.kappa(
    phonokit.load({folder!r}), {mesh}, {t},
    transport=phonokit.Transport(isotopes=True), run=phonokit.Run(ranks=ranks),
)
if ranks.rank == 0:
    np.save(sys.argv[1], result.kappa)
"""


@pytest.mark.mpi
@pytest.mark.skipif(
    importlib.util.find_spec("mpi4py") is None or not MPIEXEC.exists(),
    reason="mpi4py or mpiexec is not in this environment (uv sync --group dev)",
)
def test_ranks_share_wave_vectors_to_the_same_bits(tmp_path, silicon, small):
    expected = phonokit.kappa(silicon, MESH, T, transport=TRANSPORT).kappa
    names = {"small": SMALL, "folder": str(EXAMPLE), "mesh": MESH, "t": T}
    program = [sys.executable, "-c", PROGRAM.format(**names)]
    for n in (1, 2, 4):
        out = tmp_path / f"{n}.npy"
        command = [MPIEXEC, "-n", str(n), *program, str(out), "mpi"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        np.testing.assert_array_equal(np.load(out), expected)


def plan_of(costs, pieces, groups, series):
    """A plan with these times, s."""
    about = Provenance(
        formula="Si", source="", inputs=(), lang="", settings={}, started="", finished=""
    )
    numbers = {"pieces": np.full(50, pieces), "groups": np.full(50, groups)}
    parts = {"series": series, "serial": 1.0, "memory": {}}
    return Plan(costs=costs, provenance=about, **numbers, **parts)


@pytest.mark.parametrize("ranks", [1, 7, 64, 1000, 5000])
@pytest.mark.parametrize("groups", [1, 10])
def test_a_plan_of_pieces_shares_all_work_and_what_is_done_twice(ranks, groups):
    costs = np.random.default_rng(0).uniform(1.0, 2.0, 50)
    plan = plan_of(costs, 40, groups, 0.02)
    loads = plan.loads(ranks)
    assert loads.sum() >= costs.sum() * (1 - 1e-12)
    assert loads.sum() <= costs.sum() + 0.02 * ranks
    assert plan.efficiency(ranks) == pytest.approx(costs.sum() / ranks / loads.max())
    if ranks < 1000:
        # Whole wave vectors leave most of so many ranks without.
        assert plan.efficiency(ranks) >= 0.85
    assert plan.seconds(ranks) == pytest.approx(1.0 + loads.max())
