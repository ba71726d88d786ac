"""What is no argument of phonokit's functions is refused by name."""

import numpy as np
import phonokit
import pytest
from phono_grid.errors import PhonoError
from phonokit import RandomSupercells, Run, RunStore, Transport

CALLS = {
    "path": lambda bad: phonokit.load(bad),
    "crystal": lambda bad: phonokit.kappa(bad),
    "result": lambda bad: phonokit.plot_kappa(bad, "k.png"),
    "data": lambda bad: phonokit.fit(bad),
    "constants": lambda bad: phonokit.write_force_constants(bad, "fc2.hdf5"),
    "supercell": lambda bad: phonokit.read_force_constants("fc2.hdf5", bad),
    "supercell2": lambda bad: phonokit.read_shengbte(".", bad),
    "fc2": lambda bad: phonokit.write_shengbte(bad, bad, "."),
    "forces": lambda bad: phonokit.write_forces("F", bad, ["# 1\n"]),
    "displacements": lambda bad: phonokit.write_snapshots("F", bad, np.zeros((1, 2, 3))),
    "comments": lambda bad: phonokit.write_forces("F", np.zeros((1, 2, 3)), bad),
    "unit_cell": lambda bad: RandomSupercells(bad, bad, np.zeros((1, 2, 3))),
    "scattering": lambda bad: Transport(scattering=bad),
    "isotopes": lambda bad: Transport(isotopes=bad),
    "normal_umklapp": lambda bad: Transport(normal_umklapp=bad),
    "full_zone": lambda bad: Transport(full_zone=bad),
    "method": lambda bad: Transport(method=bad),
    "boundary_mfp": lambda bad: Transport(boundary_mfp=bad),
    "progress": lambda bad: Run(progress=bad),
    "memory": lambda bad: Run(memory=bad),
    "over_memory": lambda bad: Run(over_memory=bad),
    "store": lambda bad: Run(bad),
    "batch_size": lambda bad: Run(batch_size=bad),
    "ranks": lambda bad: Run(ranks=bad),
    "conductivity": lambda bad: phonokit.accumulate(bad),
    "temperature": lambda bad: phonokit.accumulate("k.hdf5", temperature=bad),
    "sigma": lambda bad: phonokit.accumulate("k.hdf5", sigma=bad),
    "points": lambda bad: phonokit.accumulate("k.hdf5", points=bad),
    "restart": lambda bad: RunStore("x.run", restart=bad),
    "tell": lambda bad: RunStore("x.run", tell=bad),
}


@pytest.mark.parametrize("bad", [1j, object()], ids=["a number", "an object"])
@pytest.mark.parametrize("argument", CALLS)
def test_whatever_is_no_argument_is_named(argument, bad, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PhonoError, match=rf"^{argument}\b"):
        CALLS[argument](bad)
    assert not any(tmp_path.iterdir())


def test_a_cap_on_memory_is_positive():
    with pytest.raises(PhonoError, match="memory must be positive, got -1"):
        Run(memory=-1.0)
