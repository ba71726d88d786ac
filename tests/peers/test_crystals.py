"""Crystals from the objects of phonopy and phono3py are those of their files."""

import dataclasses

import numpy as np
import phonokit
import pytest
from peers_crystals import CRYSTALS, phonopy_cell
from phono_3ph import Scattering
from phono_grid import Gaussian
from phono_grid.errors import DomainError
from phonokit import Crystal, Transport
from phonokit.calc.modes import modes

phono3py = pytest.importorskip("phono3py")
phonopy = pytest.importorskip("phonopy")
pytestmark = pytest.mark.filterwarnings("ignore")

Q = [[0.01, 0.02, 0.03], [0.1, -0.3, 0.2], [0.5, 0, 0.5]]
RTOL = 1e-12
TETRAHEDRA = Transport()
GAUSSIANS = Transport(scattering=Scattering(smearing=Gaussian(0.3)))
"""Acoustic frequencies at Γ are the square root of what rounding leaves of zero, 1e-7 THz,
and vertices of tetrahedra: there κ feels digits that files lack from the eighth on."""


def charges(n: int) -> dict:
    """Charges of rocksalt's or wurtzite's symmetry, neutral."""
    z = np.array([1.1 * np.eye(3)] * (n // 2) + [-1.1 * np.eye(3)] * (n // 2))
    return {"born": z, "dielectric": 2.5 * np.eye(3), "factor": 14.4}


SUPERCELL = [3, 1, 1]
"""In fewer cells every atom is its own image under inversion: no third order is left."""
REACH, CENTRAL, SIDEWAYS, CUBIC = 3.0, 5.0, 1.0, -20.0
"""Bonds of model crystals: Å, eV/Å² along and across them, eV/Å³."""


def forces_of_bonds(u, rest):
    """Forces of anharmonic bonds for displacements of all atoms, (n, n_s, 3)."""
    images = np.array(list(np.ndindex(3, 3, 3))) - 1
    x = rest.scaled_positions
    d = (x[None, :, None] - x[:, None, None] + images) @ rest.cell
    length = np.linalg.norm(d, axis=-1)
    i, j, n = np.nonzero((length < REACH) & (length > 1e-8))
    along = d[i, j, n] / length[i, j, n, None]
    forces = np.zeros_like(u)
    for f, moved in zip(forces, u, strict=True):
        change = moved[j] - moved[i]
        stretch = np.sum(change * along, axis=1)[:, None]
        pull = (CENTRAL - SIDEWAYS) * stretch + CUBIC / 2 * stretch**2
        np.add.at(f, i, SIDEWAYS * change + pull * along)
    return forces


def peers_phono3py(name, *, phonon=None, compact=True, calculator=None):
    """A Phono3py object with forces that hold its crystal together."""
    unit = CRYSTALS[name]
    peer = phono3py.Phono3py(
        phonopy_cell(unit),
        SUPERCELL,
        phonon_supercell_matrix=phonon,
        primitive_matrix="auto",
        log_level=0,
        calculator=calculator,
    )
    peer.generate_displacements(distance=0.03)

    def forces_in(supercells, rest):
        u = np.array([s.scaled_positions - rest.scaled_positions for s in supercells])
        return forces_of_bonds((u - np.rint(u)) @ rest.cell, rest)

    peer.forces = forces_in(peer.supercells_with_displacements, peer.supercell)
    if phonon is not None:
        cells = peer.phonon_supercells_with_displacements
        peer.phonon_forces = forces_in(cells, peer.phonon_supercell)
    peer.produce_fc3(fc_calculator="traditional", is_compact_fc=compact)
    peer.produce_fc2(fc_calculator="traditional", is_compact_fc=compact)
    if name != "Si":
        peer.nac_params = charges(len(peer.primitive))
    return peer


def written(peer, folder) -> Crystal:
    """The crystal of the files that phono3py writes."""
    from phono3py.file_IO import write_fc2_to_hdf5, write_fc3_to_hdf5

    peer.save(
        folder / "phono3py.yaml", settings={"force_sets": False, "displacements": False}
    )
    p2s = peer.primitive.p2s_map
    own = peer.phonon_primitive.p2s_map
    write_fc2_to_hdf5(peer.fc2, filename=folder / "fc2.hdf5", p2s_map=own)
    write_fc3_to_hdf5(peer.fc3, filename=folder / "fc3.hdf5", p2s_map=p2s)
    return phonokit.load(folder)


def ensure_same(one: Crystal, other: Crystal, transport=TETRAHEDRA) -> None:
    """The same frequencies and conductivity."""
    assert (one.polar is None) == (other.polar is None)
    first, second = (modes(crystal, q=Q).frequencies for crystal in (one, other))
    np.testing.assert_allclose(first, second, rtol=RTOL, atol=RTOL * second.max())
    kappas = [
        phonokit.kappa(c, (3, 3, 3), [300], transport=transport).kappa for c in (one, other)
    ]
    limit = RTOL * np.abs(kappas[1]).max()
    np.testing.assert_allclose(*kappas, rtol=0, atol=limit)


@pytest.mark.parametrize("name", ["si-pbesol", "nacl-pbe", "aln-lda"])
def test_a_phono3py_object_of_real_forces_is_the_crystal_of_its_files(data, tmp_path, name):
    (path,) = (data / name).glob("phono3py_*.yaml*")
    forces = data / name / "FORCES_FC3"
    peer = phono3py.load(
        path,
        forces_fc3_filename=forces if forces.is_file() else None,
        produce_fc=False,
        log_level=0,
    )
    peer.produce_fc3(fc_calculator="traditional", is_compact_fc=True)
    peer.produce_fc2(fc_calculator="traditional", is_compact_fc=True)
    peer.symmetrize_fc3()
    peer.symmetrize_fc2()
    crystal = Crystal.from_phono3py(peer)
    assert (crystal.polar is not None) == (name != "si-pbesol")
    transport = GAUSSIANS if name == "aln-lda" else TETRAHEDRA
    ensure_same(crystal, written(peer, tmp_path), transport)


@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize("name", ["Si", "NaCl"])
def test_a_phono3py_object_is_the_crystal_of_its_files(tmp_path, name, compact):
    peer = peers_phono3py(name, compact=compact)
    crystal = Crystal.from_phono3py(peer)
    assert crystal.origin.source == "a Phono3py object"
    assert (crystal.polar is not None) == (name != "Si")
    transport = TETRAHEDRA if name == "Si" else GAUSSIANS
    ensure_same(crystal, written(peer, tmp_path), transport)


@pytest.mark.parametrize("compact", [True, False])
def test_a_phono3py_object_with_two_supercells_is_the_crystal_of_its_files(
    tmp_path, compact
):
    peer = peers_phono3py("NaCl", phonon=[2, 1, 1], compact=compact)
    crystal = Crystal.from_phono3py(peer)
    assert crystal.phonon_supercell.cell.n_atoms == 16
    ensure_same(crystal, written(peer, tmp_path), GAUSSIANS)


@pytest.mark.parametrize("method", ["gonze", "wang"])
@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize("name", CRYSTALS)
def test_a_phonopy_object_has_its_frequencies(name, compact, method):
    peer = phonopy.Phonopy(phonopy_cell(CRYSTALS[name]), [2, 1, 1], primitive_matrix="auto")
    peer.generate_displacements(distance=0.03)
    rng = np.random.default_rng(4)
    rest = peer.supercell
    u = np.array(
        [
            s.scaled_positions - rest.scaled_positions
            for s in peer.supercells_with_displacements
        ]
    )
    u = (u - np.rint(u)) @ rest.cell
    peer.forces = -5.0 * u + 0.01 * rng.normal(size=u.shape)
    peer.produce_force_constants(
        fc_calculator="traditional", calculate_full_force_constants=not compact
    )
    if name != "Si":
        peer.nac_params = {**charges(len(peer.primitive)), "method": method}
    crystal = Crystal.from_phonopy(peer)
    if name != "Si":
        assert crystal.polar.method == method
    peer.run_qpoints(Q)
    theirs = peer.get_qpoints_dict()["frequencies"]
    ours = modes(crystal, q=Q).frequencies
    # phonopy's constant of frequencies has other digits from the ninth on.
    limit = 1e-7 * np.abs(theirs).max()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=limit)


def test_constants_in_other_units_are_converted(tmp_path):
    peer = peers_phono3py("NaCl")
    in_ev = Crystal.from_phono3py(peer)
    bohr, rydberg = 0.52917720742395, 27.211398230888 / 2
    cell = dataclasses.replace(CRYSTALS["NaCl"], lattice=CRYSTALS["NaCl"].lattice / bohr)
    other = phono3py.Phono3py(
        phonopy_cell(cell), SUPERCELL, primitive_matrix="auto", log_level=0, calculator="qe"
    )
    other.fc2 = peer.fc2 * bohr**2 / rydberg
    other.fc3 = peer.fc3 * bohr**3 / rydberg
    e2 = 14.4 / (bohr * rydberg)
    other.nac_params = {**charges(2), "factor": e2}
    crystal = Crystal.from_phono3py(other)
    assert crystal.origin.calculator == "qe"
    np.testing.assert_allclose(crystal.fc2.values, in_ev.fc2.values, rtol=1e-12)
    assert crystal.polar.charges.factor == pytest.approx(14.4, rel=1e-12)
    ensure_same(crystal, in_ev, GAUSSIANS)


def test_what_an_object_lacks_is_said():
    peer = peers_phono3py("NaCl")
    peer.fc3 = None
    with pytest.raises(DomainError, match=r"phonon has no fc3; call .* produce_fc3\(\)"):
        Crystal.from_phono3py(peer)
    peer = phonopy.Phonopy(phonopy_cell(CRYSTALS["Si"]), [1, 1, 1])
    with pytest.raises(DomainError, match=r"no force_constants; call .*produce_force_con"):
        Crystal.from_phonopy(peer)
    with pytest.raises(DomainError, match="phonon must be a Phonopy object, got float"):
        Crystal.from_phonopy(1.0)
