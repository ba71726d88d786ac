"""Intensities of neutrons, Debye-Waller factors and spectra against Euphonic.

From the same constants of real crystals, in any zone.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from peers_crystals import phonopy_cell
from peers_harmonic import both
from phono_dynmat import (
    Modes,
    coherent_intensities,
    mean_square_displacements,
    one_phonon_spectra,
    phonon_modes,
)
from phono_fc import ForceConstants

pytest.importorskip("phonopy")
pytest.importorskip("phono3py")
euphonic = pytest.importorskip("euphonic")
pytestmark = pytest.mark.filterwarnings("ignore")

LENGTHS = {"Si": 4.1491, "Na": 3.63, "Cl": 9.577, "Al": 3.449, "N": 9.36}
T = 300.0


def on_primitive(ours):
    """The same constants in phonopy, of a supercell that is told in primitive cells."""
    import phonopy

    cell, supercell = ours.supercell.primitive, ours.supercell.cell
    matrix = np.rint(supercell.lattice @ np.linalg.inv(cell.lattice)).T
    peer = phonopy.Phonopy(
        phonopy_cell(cell), matrix.astype(int), primitive_matrix=np.eye(3)
    )
    x = np.array(peer.supercell.scaled_positions)
    d = x[:, None] - supercell.positions
    d -= np.rint(d)
    same = np.argmin((d**2).sum(axis=-1), axis=1)
    full = ForceConstants(ours.peer.force_constants, ours.supercell).to_full()
    values = full.values if isinstance(full, ForceConstants) else full
    peer.force_constants = values[same][:, same]
    peer.nac_params = ours.peer.nac_params
    return peer


@pytest.fixture(
    scope="module",
    params=[
        ("Si", "plain"),
        ("NaCl", "plain"),
        ("NaCl", "gonze"),
        ("AlN", "gonze"),
    ],
    ids="-".join,
)
def crystals(request, data, tmp_path_factory):
    """One crystal in both programs, its phonons on a mesh and at random Q in both."""
    ours = both(*request.param, data)
    folder = tmp_path_factory.mktemp("euphonic")
    on_primitive(ours).save(folder / "phonopy.yaml", settings={"force_constants": True})
    theirs = euphonic.ForceConstants.from_phonopy(
        path=str(folder), summary_name="phonopy.yaml"
    )
    steps = [np.arange(4) / 4 + 0.06] * 3
    mesh = np.stack(np.meshgrid(*steps, indexing="ij"), -1).reshape(-1, 3)
    q = np.random.default_rng(5).uniform(-1.5, 1.5, (40, 3))
    options = {"asr": None, "use_c": False}
    return SimpleNamespace(
        series=ours.series,
        cell=ours.series.cell,
        mesh=phonon_modes(ours.series, mesh),
        modes=phonon_modes(ours.series, q),
        their_mesh=theirs.calculate_qpoint_phonon_modes(mesh, **options),
        their_modes=theirs.calculate_qpoint_phonon_modes(q, **options),
        has_dipoles=request.param[1] != "plain",
    )


def lengths(cell):
    return [LENGTHS[symbol] for symbol in cell.symbols]


def sums(frequencies, values):
    """Over degenerate sets, which are mixed at will, at the first band of each."""
    out = np.array(values)
    for f, row in zip(frequencies, out, strict=True):
        for j in range(len(f) - 1, 0, -1):
            if f[j] - f[j - 1] < 1e-4:
                row[j - 1] += row[j]
                row[j] = 0
    return out


def their_intensities(c):
    """Intensities, mbarn, of a primitive cell, with our displacements of the mesh."""
    ureg = euphonic.ureg
    b = {s: LENGTHS[s] * ureg("fm") for s in c.cell.symbols}
    waller = c.their_mesh.calculate_debye_waller(T * ureg("K"), symmetrise=False)
    theirs = c.their_modes.calculate_structure_factor(scattering_lengths=b, dw=waller)
    values = theirs.structure_factors.to("mbarn").magnitude * c.cell.n_atoms
    return values, mean_square_displacements(c.mesh, c.cell.masses, [T])


def ensure_same(f, found, expected):
    """Require intensities that agree to 1e-6 of the strongest of each Q."""
    found, expected = sums(f, found), sums(f, expected)
    scale = expected.max(axis=1, keepdims=True)
    np.testing.assert_allclose(found / scale, expected / scale, rtol=0, atol=1e-6)


def test_intensities_are_those_of_euphonic(crystals):
    c = crystals
    expected, u = their_intensities(c)
    f = c.modes.frequencies
    found = coherent_intensities(c.modes, c.cell, lengths(c.cell), u)[:, 0]
    theirs = c.their_modes.frequencies.to("THz").magnitude
    np.testing.assert_allclose(theirs, f, rtol=1e-5 if c.has_dipoles else 1e-6)
    if not c.has_dipoles:  # whose sums differ by 1e-5
        ensure_same(f, found, expected)


def test_intensities_of_the_phonons_of_euphonic_are_its_own(crystals):
    c = crystals
    expected, u = their_intensities(c)
    q, f = c.modes.qpoints, c.their_modes.frequencies.to("THz").magnitude
    # Phases are those of lattice vectors there, of positions here.
    phases = np.exp(-2j * np.pi * q @ c.cell.positions.T)
    e = c.their_modes.eigenvectors * phases[:, None, :, None]
    found = coherent_intensities(Modes(q, f, e), c.cell, lengths(c.cell), u)[:, 0]
    ensure_same(f, found, expected)


def test_displacements_are_their_debye_waller_exponents(crystals):
    ureg = euphonic.ureg
    c = crystals
    waller = c.their_mesh.calculate_debye_waller(T * ureg("K"), symmetrise=False)
    expected = waller.debye_waller.to("angstrom**2").magnitude
    u = mean_square_displacements(c.mesh, c.cell.masses, [T])[0]
    # W = Q W Q there, Q U Q / 2 here.
    np.testing.assert_allclose(u / 2, expected, atol=1e-6 * np.abs(expected).max())


def test_spectra_are_binned_as_theirs_are(crystals):
    ureg = euphonic.ureg
    c, step = crystals, 0.25
    b = {s: LENGTHS[s] * ureg("fm") for s in c.cell.symbols}
    bare = c.their_modes.calculate_structure_factor(scattering_lengths=b)
    edges = np.arange(-120, 121) * step
    cold = bare.calculate_sqw_map(
        edges * ureg("THz"), temperature=T * ureg("K"), calc_bose=True
    )
    theirs = cold.z_data.to("mbarn/THz").magnitude * c.cell.n_atoms
    f = c.modes.frequencies
    a = coherent_intensities(c.modes, c.cell, lengths(c.cell))
    points = (edges[:-1] + edges[1:]) / 2
    ours = one_phonon_spectra(f, a, [T], points)[:, 0]
    # A line is in one bin there, between two points here: sums and means over many agree.
    np.testing.assert_allclose(ours.sum(axis=1), theirs.sum(axis=1), rtol=1e-5)
    first = (theirs * points).sum(axis=1)
    scale = (theirs * np.abs(points)).sum(axis=1)
    assert (np.abs((ours * points).sum(axis=1) - first) < 0.5 * step * theirs.sum(1)).all()
    assert (scale > 0).all()
