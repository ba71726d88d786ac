"""What a run will take on many ranks."""

import io
from dataclasses import replace

import numpy as np
import phonokit
import pytest
from phono_grid import Backend
from phono_grid.backend import active
from phonokit import Plan, Provenance
from phonokit.cli.app import main
from phonokit.cli.kappa_tables import plan_table
from phonokit.cli.terminal import duration
from phonokit.results.plan import DISTRIBUTIONS, FETCH
from rich.console import Console
from tiny_crystal import EXAMPLE

COSTS = np.random.default_rng(0).choice([0.1, 0.5, 1.0], 300)


def made(costs, serial):
    """A plan with these times, s."""
    about = Provenance(
        formula="Si", source="", inputs=(), lang="", settings={}, started="", finished=""
    )
    whole = np.ones(len(costs), dtype=int)
    uncut = {"pieces": whole, "groups": whole, "series": 0.0}
    return Plan(costs=costs, serial=serial, memory={}, provenance=about, **uncut)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("ranks", [1, 2, 7, 299, 300, 1000])
def test_ranks_share_all_work_and_the_slowest_has_at_least_its_part(name, ranks):
    loads = DISTRIBUTIONS[name](COSTS, ranks)
    assert len(loads) <= ranks
    asking = FETCH * len(COSTS) if name == "dynamic" else 0
    np.testing.assert_allclose(loads.sum(), COSTS.sum() + asking, rtol=1e-12)
    assert loads.max() >= max(COSTS.sum() / ranks, COSTS.max()) * (1 - 1e-12)


def test_better_distributions_take_less_time():
    # The first half is expensive.
    costs = np.repeat([1.0, 0.1], 150)
    plan = made(costs, 1.0)
    gains = {name: plan.speed_up(8, name) for name in DISTRIBUTIONS}
    assert gains["contiguous"] < 0.6 * gains["weighted"]
    assert gains["contiguous"] < 0.6 * gains["dynamic"]
    assert gains["largest first"] >= 0.999 * max(gains.values())
    # Amdahl: the second that everybody spends first, and 165 s shared by eight.
    assert gains["largest first"] == pytest.approx(166 / (1 + 165 / 8), rel=0.01)


def test_more_ranks_than_wave_vectors_gain_nothing():
    plan = made(COSTS, 0.0)
    for name in ("contiguous", "largest first"):
        assert plan.seconds(10_000, name) == pytest.approx(COSTS.max(), rel=1e-12)


@pytest.mark.parametrize("pieces", [1, 50])
def test_the_table_fits_eighty_columns(pieces):
    plan = replace(
        made(COSTS * 1000, 123.0),
        pieces=np.full(len(COSTS), pieces),
        groups=np.full(len(COSTS), pieces),
    )
    console = Console(file=io.StringIO(), width=80)
    console.print(plan_table(plan))
    text = console.file.getvalue()
    assert "…" not in text
    table, _, _ = text.partition("For ranks")
    rows = [line.split() for line in table.splitlines() if " %" in line]
    assert [row[0] for row in rows] == [str(4**i) for i in range(8)]
    assert len({len(row) for row in rows}) == 1
    assert rows[0][3:6] == ["1", "100", "%"]


def test_the_command_tells_the_plan_and_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    mesh, number = (5, 10) if active() is Backend.RUST else (3, 4)
    words = [str(mesh)] * 3
    argv = ["kappa", str(EXAMPLE), "--mesh", *words, "--method", "lbte", "--plan"]
    assert main(argv) == 0
    out = capsys.readouterr().out
    assert f"{number} wave vectors of" in out
    assert "16384" in out
    assert "collision operator over all ranks" in " ".join(out.split())
    assert list(tmp_path.iterdir()) == []


def test_a_plan_is_a_result_that_is_written_and_read_again(tmp_path):
    silicon = phonokit.load(EXAMPLE)
    plan = phonokit.plan(silicon, (3, 3, 3), transport=phonokit.Transport("lbte"))
    assert len(plan.costs) == 4
    assert (plan.costs > 0).all()
    assert plan.memory["collision operator over all ranks"] > 0
    assert plan.seconds(2) <= plan.seconds(1)
    assert phonokit.read_result(plan.write(tmp_path / "plan.hdf5")) == plan


def test_durations_are_told_in_units_that_fit():
    told = [duration(s) for s in (0.0021, 6.7, 100, 774, 36000)]
    assert told == ["2.1 ms", "6.7 s", "100 s", "12.9 min", "10 h"]
