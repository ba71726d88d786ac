"""Linewidths of every phonon of silicon against phono3py on the same force constants."""

import numpy as np
import pytest
from peers_scattering import Pair, loaded
from phono_3ph import Scattering, linewidths
from phono_grid import IrreduciblePoints

pytest.importorskip("phono3py", reason="phono3py is in the group peers")


def test_linewidths_agree(data):
    temperatures = [100.0, 300.0, 800.0]
    pair = Pair.of(loaded(data, "Si"), [11, 11, 11], average_degenerate_weights=True)
    pair.peer.run_thermal_conductivity(temperatures=temperatures)
    expected = pair.peer.thermal_conductivity.gamma[0]
    irreducible = IrreduciblePoints.of(pair.grid)
    occupations = pair.occupations(temperatures)
    mine = np.array(
        [
            linewidths(pair.series, pair.phonons, int(q), occupations, Scattering())
            for q in irreducible.points
        ]
    ).swapaxes(0, 1)
    np.testing.assert_allclose(mine, expected, rtol=1e-8, atol=1e-9 * expected.max())
