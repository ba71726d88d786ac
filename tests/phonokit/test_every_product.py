"""Laws of all public functions of a crystal: images of q, and imaginary modes."""

import inspect
import warnings
from dataclasses import replace

import numpy as np
import phonokit
import pytest
from charged_crystals import charged
from phono_fc import ForceConstants
from phonokit import FourPhonon, ImaginaryModesWarning
from stillinger_weber import sum_of_terms
from tiny_crystal import EXAMPLE

pytestmark = pytest.mark.needs_rust
Q = np.array([[0.1, 0.2, -0.3], [0.5, 0, 0.5], [1 / 3, 0, 0]])
ENDS = {"A": [0.1, 0.0, 0.05], "B": [0.5, 0.25, 0.4]}
SHIFTS = [(-3, 2, 3), (1, 1, 1), (0, -2, 1), (2, 1, 0)]
SCATTER = {"mesh": (3, 3, 3), "temperatures": [300.0]}


def bands(crystal, g):
    """Along a line between images of its ends."""
    points = {name: np.add(q, g) for name, q in ENDS.items()}
    result = phonokit.bands(crystal, path="A B", points=points, points_per_segment=7)
    return {"frequencies": np.concatenate(result.frequencies)}


def of(function, names, **options):
    """The numbers called ``names`` of a product at some of Q."""

    def product(crystal, g):
        result = function(crystal, q=options.get("q", Q) + np.array(g), **rest)
        return {name: getattr(result, name) for name in names}

    rest = {k: v for k, v in options.items() if k != "q"}
    return product


def symmetry(crystal, g):
    """At each wave vector by itself."""
    results = [phonokit.mode_symmetry(crystal, q + g) for q in Q]
    return {
        "frequencies": np.concatenate([r.frequencies for r in results]),
        "multiplicities": np.concatenate([np.ravel(r.multiplicities) for r in results]),
    }


def pattern(crystal, g):
    """Displacements of a mode that is alone, whose phase nothing tells."""
    waves = [
        phonokit.modulate(crystal, np.add([0.25, 0, 0.5], g), 5, phase=phase)
        for phase in (0, 90)
    ]
    real, imaginary = (wave.displacements.ravel() for wave in waves)
    u = (real + 1j * imaginary) / np.hypot(*map(np.linalg.norm, (real, imaginary)))
    return {"frequencies": waves[0].frequencies, "projector": np.outer(u, u.conj())}


def scaled(crystal, size):
    """The crystal with longer axes and weaker springs."""
    old = crystal.fc2.supercell
    cells = [replace(c, lattice=c.lattice * size) for c in (old.cell, old.primitive)]
    supercell = replace(old, cell=cells[0], primitive=cells[1])
    values = crystal.fc2.values * size**-8
    return phonokit.Crystal.from_constants(
        ForceConstants(values, supercell), polar=crystal.polar
    )


def from_volumes(crystal, **where):
    """Grüneisen parameters from three volumes."""
    smaller, larger = scaled(crystal, 0.999), scaled(crystal, 1.001)
    middle = scaled(crystal, 1.0)
    return phonokit.grueneisen_from_volumes(middle, smaller, larger, **where)


ON_MESH = Q[2:]
ON_SURFACE = np.array([[0.5, 0, 0.5], [0.5, 0.5, 0.5], [0.5, 0.25, 0.75], [0.5, 0.1, 0.6]])
IMAGES = {
    "bands": bands,
    "modes": of(
        phonokit.modes, ["frequencies", "velocities"], q=np.concatenate([Q, ON_SURFACE])
    ),
    "grueneisen": of(phonokit.grueneisen, ["frequencies", "parameters"]),
    "grueneisen_from_volumes": of(from_volumes, ["frequencies", "parameters"]),
    "mode_symmetry": symmetry,
    "modulate": pattern,
    "unfold": of(phonokit.unfold, ["frequencies", "weights"]),
    "linewidths": of(phonokit.linewidths, ["linewidths"], q=ON_MESH, **SCATTER),
    "joint_dos": of(
        phonokit.joint_dos,
        ["sums", "differences"],
        q=ON_MESH,
        frequency_points=9,
        **SCATTER,
    ),
    "self_energy": of(phonokit.self_energy, ["linewidths", "shifts"], **SCATTER),
    "spectral": of(
        phonokit.spectral, ["spectral_functions"], frequency_points=9, **SCATTER
    ),
}


def takes(argument):
    """The public functions with this argument."""
    functions = {name: getattr(phonokit, name) for name in phonokit.__all__}
    return {
        name
        for name, function in functions.items()
        if inspect.isfunction(function)
        and argument in inspect.signature(function).parameters
    }


@pytest.fixture(scope="module", params=["NaCl", "silicon"])
def crystal(request):
    """A polar crystal and one that is not."""
    if request.param == "silicon":
        return phonokit.load(EXAMPLE)
    return phonokit.load(request.getfixturevalue("data") / "nacl-pbe")


def test_every_function_of_wave_vectors_is_tried():
    assert takes("q") | {"bands"} == set(IMAGES)


@pytest.mark.parametrize("name", IMAGES)
def test_nothing_depends_on_the_image_of_a_wave_vector(crystal, name):
    if name in ("mode_symmetry",):
        pytest.importorskip("spgrep")
    expected = IMAGES[name](crystal, (0, 0, 0))
    for g in SHIFTS if name in ("bands", "modes") else SHIFTS[:1]:
        found = IMAGES[name](crystal, g)
        for field, value in expected.items():
            scale = np.nanmax(np.abs(value))
            np.testing.assert_allclose(
                found[field], value, rtol=0, atol=1e-7 * scale, err_msg=field
            )


@pytest.fixture(scope="module")
def unstable():
    """Silicon of negative springs, with constants of every order."""
    silicon = phonokit.load(EXAMPLE)
    fc2 = replace(silicon.fc2, values=-silicon.fc2.values)
    crystal = phonokit.Crystal.from_constants(fc2, silicon.fc3)
    return crystal.with_fc4(sum_of_terms(silicon.primitive))


SMALL = (3, 3, 3)
LENGTHS = {"Si": 4.15}
WARNING = {
    "bands": lambda c: bands(c, (0, 0, 0)),
    "dos": lambda c: phonokit.dos(c, SMALL),
    "thermal": lambda c: phonokit.thermal(c, SMALL, [300]),
    "displacements": lambda c: phonokit.displacements(c, SMALL, [300]),
    "modes": lambda c: phonokit.modes(c, q=Q),
    "unfold": lambda c: phonokit.unfold(c, q=Q),
    "neutrons": lambda c: phonokit.neutrons(c, Q, SMALL, scattering_lengths=LENGTHS),
    "powder": lambda c: phonokit.powder(c, [2.0], SMALL, scattering_lengths=LENGTHS),
    "infrared": lambda c: phonokit.infrared(charged(c)),
    "grueneisen": lambda c: phonokit.grueneisen(c, mesh=SMALL),
    "grueneisen_from_volumes": lambda c: from_volumes(c, mesh=SMALL),
    "kappa": lambda c: phonokit.kappa(c, SMALL),
    "converge": lambda c: phonokit.converge(c, phonokit.Convergence(meshes=(SMALL,))),
    "kappa_for_widths": lambda c: phonokit.kappa_for_widths(c, [0.1, 0.2], SMALL),
    "kappa, four phonons": lambda c: phonokit.kappa(c, SMALL, four_phonon=FourPhonon()),
    **{
        name: lambda c, name=name: IMAGES[name](c, (0, 0, 0))
        for name in ("linewidths", "joint_dos", "self_energy", "spectral")
    },
}
SILENT = {
    "accumulate": "kappa has warned",
    "plan": "it computes no phonons",
    "mode_symmetry": "it lists each frequency, imaginary ones as negative",
    "modulate": "it is made for imaginary modes",
    "elasticity": "acoustic slopes have checks of their own",
    "read_charges": "it computes no phonons",
    "write_constants": "it computes no phonons",
}


WRITTEN = {
    **{name: make for name, make in WARNING.items() if name not in IMAGES},
    "modes": lambda c: phonokit.modes(c, mesh=SMALL),
    "bands": lambda c: phonokit.bands(c, path="A B", points=ENDS, points_per_segment=7),
    "elasticity": phonokit.elasticity,
    "linewidths": lambda c: phonokit.linewidths(c, q=ON_MESH, **SCATTER),
    "self_energy": lambda c: phonokit.self_energy(c, q=ON_MESH, **SCATTER),
    "spectral": lambda c: phonokit.spectral(c, q=ON_MESH, **SCATTER),
    "joint_dos": lambda c: phonokit.joint_dos(c, q=ON_MESH, mesh=SMALL),
}
WRITTEN.pop("kappa_for_widths")  # a list of kappa's


def test_every_function_of_a_crystal_is_tried():
    tried = {name.partition(",")[0] for name in WARNING}
    assert takes("crystal") - tried <= set(SILENT)
    assert not tried & set(SILENT)


@pytest.mark.parametrize("name", WARNING)
def test_imaginary_modes_are_warned_of(unstable, name):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        WARNING[name](unstable)
    assert any(issubclass(w.category, ImaginaryModesWarning) for w in caught)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", WRITTEN)
def test_a_result_of_an_unstable_crystal_is_read_as_it_was_written(
    unstable, name, tmp_path
):
    """Numbers that are none are told from damage."""
    result = WRITTEN[name](unstable)
    assert phonokit.read_result(result.write(tmp_path / "result.hdf5")) == result
