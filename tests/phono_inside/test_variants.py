"""Every way in which phono3py computes a conductivity, without and with ours inside.

Meshes are small ones of both parities; ``PHONO_FULL_MESHES=1`` takes those on which both
were compared in earnest, which needs minutes.
"""

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import phono_inside
import pytest
from peers_scattering import loaded

pytest.importorskip("phono3py", reason="phono3py is in the group peers")
pytestmark = pytest.mark.usefixtures("inside_phonors")

FULL = "PHONO_FULL_MESHES" in os.environ
MESHES = {
    "Si": ([8, 8, 8], [9, 9, 9]) if FULL else ([4, 4, 4], [3, 3, 3]),
    "NaCl": ([8, 8, 8], [9, 9, 9]) if FULL else ([4, 4, 4], [3, 3, 3]),
    "AlN": ([6, 6, 4], [7, 7, 5]) if FULL else ([2, 2, 2], [3, 3, 1]),
}
GENERALISED = (6 if FULL else 3) * np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]])


@dataclass(frozen=True)
class Variant:
    """One way: options of loading, of the interaction and of the run."""

    load: dict[str, Any] = field(default_factory=dict)
    interaction: dict[str, Any] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)
    sigma: float | None = None
    mask: float | None = None
    batch: int = 0
    function: str = "collision_at_grid_point"


VARIANTS = {
    "plain": Variant(),
    "normal and umklapp": Variant(run={"is_N_U": True}),
    "101 temperatures": Variant(run={"temperatures": np.linspace(0, 1000, 101)}),
    # On a coarse grid narrow ones leave widths, and so κ, to rounding.
    "Gaussians, cutoff 3": Variant(sigma=0.1 if FULL else 0.5),
    "averaged weights": Variant(interaction={"average_degenerate_weights": True}),
    "symmetrised tetrahedra": Variant(interaction={"symmetrize_tetrahedra": True}),
    "one origin": Variant(load={"make_r0_average": False}),
    "full constants": Variant(load={"is_compact_fc": False}),
    "cutoff mask": Variant(mask=5.0),
    "full constants, cutoff mask": Variant(load={"is_compact_fc": False}, mask=5.0),
    "batches of 8": Variant(batch=8, function="collision_at_grid_points_batched"),
    "isotopes": Variant(run={"is_isotope": True}),
    "full equation": Variant(run={"is_LBTE": True}, function="interaction"),
    "full equation, isotopes": Variant(
        run={"is_LBTE": True, "is_isotope": True}, function="interaction"
    ),
}


@cache
def crystal(data: Path, name: str, **load: Any) -> Any:
    """phono3py with the constants of one set of data."""
    return loaded(data, name, **load)


def within(ph3: Any, radius: float, *, compact: bool) -> np.ndarray:
    """Which constants join atoms that are all closer than ``radius``, as int8."""
    cell = ph3.supercell.cell
    x = ph3.supercell.scaled_positions
    d = x[:, None] - x
    images = np.array(list(np.ndindex(3, 3, 3))) - 1
    d = (d - np.rint(d))[:, :, None] + images
    near = np.linalg.norm(d @ cell, axis=-1).min(axis=-1) < radius
    rows = ph3.primitive.p2s_map if compact else np.arange(len(x))
    mask = near[rows][:, :, None] & near[rows][:, None, :] & near
    return mask.astype(np.int8)


def conductivity(ph3: Any, mesh: Any, variant: Variant) -> dict[str, np.ndarray]:
    """κ and everything that it is made of."""
    ph3.mesh_numbers = mesh
    ph3.sigmas = [variant.sigma]
    ph3.sigma_cutoff = None if variant.sigma is None else 3.0
    ph3.init_phph_interaction(**variant.interaction)
    ph3.run_thermal_conductivity(**{"temperatures": [0.0, 300.0]} | variant.run)
    result = ph3.thermal_conductivity
    names = "kappa", "kappa_RTA", "gamma", "gamma_isotope"
    found = {name: getattr(result, name, None) for name in names}
    if variant.run.get("is_N_U"):
        found["gamma_N"], found["gamma_U"] = result.get_gamma_N_U()
    return {name: np.array(x) for name, x in found.items() if x is not None}


@pytest.mark.parametrize(
    ("name", "mesh", "variant"),
    [
        (name, mesh, variant)
        for name, (even, odd) in MESHES.items()
        for mesh in (even, odd)
        for variant in VARIANTS
        if FULL or mesh is even or variant == "plain"
    ],
    ids=str,
)
def test_every_way_is_served_and_theirs(data, monkeypatch, name, mesh, variant):
    compare(data, monkeypatch, name, mesh, VARIANTS[variant])


@pytest.mark.parametrize("variant", ["plain", "averaged weights", "normal and umklapp"])
@pytest.mark.parametrize("name", ["Si", "NaCl"])
def test_generalised_grids_are_served_and_theirs(data, monkeypatch, name, variant):
    compare(data, monkeypatch, name, GENERALISED, VARIANTS[variant])


def compare(data, monkeypatch, name, mesh, variant):
    """Compare γ to 10⁻¹⁰ of the largest and κ to 10⁻⁹."""
    ph3 = crystal(data, name, **variant.load)
    compact = variant.load.get("is_compact_fc", True)
    ph3.fc3_nonzero_indices = (
        None if variant.mask is None else within(ph3, variant.mask, compact=compact)
    )
    monkeypatch.setenv("PHONO3PY_RUST_GP_BATCH_SIZE", str(variant.batch))
    ours = conductivity(ph3, mesh, variant)
    state = phono_inside.status()[variant.function]
    assert state.served > 0
    assert not state.passed_on
    with phono_inside.original():
        theirs = conductivity(ph3, mesh, variant)
    assert ours.keys() == theirs.keys()
    for quantity, x in ours.items():
        y = theirs[quantity]
        largest = np.nanmax(np.abs(y), initial=0)
        atol = (1e-10 if "gamma" in quantity else 1e-9) * largest
        rtol = 0 if "gamma" in quantity else 1e-9
        np.testing.assert_allclose(x, y, rtol=rtol, atol=atol, err_msg=quantity)
