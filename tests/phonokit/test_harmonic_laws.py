"""Harmonic phonons from Python: laws, runs, ranks, results, pictures."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from model_crystals import springs
from phono_dynmat import dynamical_matrices, standard_points
from phono_fc import ForceConstants
from phono_grid import Cell, Grid, units
from phonokit import Crystal, DomainError, ImaginaryModesWarning, Run
from phonokit.settings.band_path import label_of
from tiny_crystal import EXAMPLE

MPIEXEC = Path(sys.executable).with_name("mpiexec")
POINTS = {"X": (0.5, 0, 0.5), "L": (0.5, 0.5, 0.5), "K": (0.375, 0.375, 0.75)}
BANDS = {"path": "L G X | K G", "points": POINTS, "points_per_segment": 9}
MESH = (9, 9, 9)
"""729 wave vectors, two slabs of work."""
PRODUCTS = {
    "bands": lambda crystal, run=None: phonokit.bands(crystal, **BANDS, run=run),
    "dos": lambda crystal, run=None: phonokit.dos(
        crystal, MESH, frequency_points=31, run=run
    ),
    "thermal": lambda crystal, run=None: phonokit.thermal(
        crystal, MESH, [0, 300], by="atom", displacements=True, run=run
    ),
    "displacements": lambda crystal, run=None: phonokit.displacements(
        crystal, MESH, [0, 300], run=run
    ),
    "modes": lambda crystal, run=None: phonokit.modes(
        crystal, q=np.linspace(0, 0.5, 729 * 3).reshape(-1, 3), run=run
    ),
}
PICTURES = {"bands": 1, "dos": 1, "thermal": 2, "displacements": 1, "modes": 1}
"""How many panels each has."""


class StoppedError(Exception):
    """Something that ends a run."""


def stop(done, _total):
    """Progress that ends a run after its first piece of work."""
    raise StoppedError


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.fixture(scope="module")
def unstable(silicon):
    """Silicon without so much of its springs that transverse modes are imaginary."""
    fc2 = silicon.fc2
    values = fc2.values - 1.4 * springs(fc2.supercell)
    return Crystal.from_constants(ForceConstants(values, fc2.supercell))


@pytest.fixture(scope="module")
def results(silicon):
    """All products of one crystal."""
    return {name: compute(silicon) for name, compute in PRODUCTS.items()}


def assert_same_bits(a, b):
    """Two results hold the same numbers, to the last bit."""
    one, two = a.datasets(), b.datasets()
    assert one.keys() == two.keys()
    for name in one:
        np.testing.assert_array_equal(one[name].value, two[name].value, err_msg=name)


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_run_that_is_stopped_goes_on_and_ends_with_the_same_bits(
    silicon, results, tmp_path, name
):
    path = tmp_path / "a.run"
    with pytest.raises(StoppedError):
        PRODUCTS[name](silicon, Run(path, progress=stop))
    done = []
    again = Run(path, progress=lambda *pieces: done.append(pieces))
    assert_same_bits(PRODUCTS[name](silicon, again), results[name])
    n = 3 if name == "bands" else 2
    assert done == [(i, n) for i in range(2, n + 1)]


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_run_does_not_go_on_with_that_of_another_crystal(
    silicon, unstable, tmp_path, name
):
    path = tmp_path / "a.run"
    PRODUCTS[name](silicon, Run(path))
    with pytest.raises(phonokit.FileError, match="other crystal"):
        PRODUCTS[name](unstable, Run(path))


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_result_that_was_written_is_given_back_as_it_was(results, tmp_path, name):
    result = results[name]
    path = result.write(tmp_path / "r.hdf5")
    assert phonokit.read_result(path) == result
    assert result.kind == name
    assert "(Si:" in repr(result)


@pytest.mark.mpi
@pytest.mark.skipif(
    importlib.util.find_spec("mpi4py") is None or not MPIEXEC.exists(),
    reason="mpi4py or mpiexec is not in this environment (uv sync --group dev)",
)
@pytest.mark.parametrize(
    "words",
    [
        ["bands", "--path", "L G X", "--point", "X=0.5,0,0.5", "--point", "L=0.5,0.5,0.5"],
        ["dos", "--mesh", "9", "9", "9"],
        ["thermal", "--mesh", "9", "9", "9", "--by", "band", "--displacements"],
        ["modes", "--mesh", "20", "20", "20"],
    ],
    ids=lambda words: words[0],
)
def test_two_ranks_share_the_work_and_give_the_bits_of_one(tmp_path, words):
    command = [sys.executable, "-m", "phonokit", words[0], str(EXAMPLE), *words[1:]]
    for n, name in ((1, "one.hdf5"), (2, "two.hdf5")):
        launcher = [MPIEXEC, "-n", str(n)] if n > 1 else []
        ended = subprocess.run(
            [*launcher, *command, "--output", name],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.count(f"wrote {name}") == 1
    one, two = (phonokit.read_result(tmp_path / f"{x}.hdf5") for x in ("one", "two"))
    assert_same_bits(one, two)
    assert "on each of 2 ranks" in ended.stdout


@pytest.mark.parametrize("name", PRODUCTS)
def test_imaginary_modes_are_never_silent(unstable, name):
    with pytest.warns(ImaginaryModesWarning, match="the worst -") as caught:
        result = PRODUCTS[name](unstable)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    if name == "dos":
        assert result.lowest_frequency < -0.1
        assert result.debye_temperature is None
        below = result.cumulative[result.frequency_points < 0][-1]
        assert below > 0.01
    if name == "thermal":
        with pytest.warns(ImaginaryModesWarning):
            modes = phonokit.modes(
                unstable, mesh=MESH, eigenvectors=False, velocities=False
            )
        expected = (modes.frequencies <= 1e-4).sum(axis=1) @ modes.weights
        assert result.n_left_out == expected > 10


def test_a_picture_of_a_density_begins_at_the_lowest_frequency(silicon, unstable):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    with pytest.warns(ImaginaryModesWarning):
        dos = phonokit.dos(unstable, MESH, frequency_points=31)
    axes = phonokit.plot_dos(dos, ax=Figure().subplots())
    step = dos.frequency_points[1] - dos.frequency_points[0]
    assert dos.lowest_frequency - 2 * step < axes.get_xlim()[0] <= dos.lowest_frequency
    stable = phonokit.dos(silicon, MESH, frequency_points=31)
    assert phonokit.plot_dos(stable, ax=Figure().subplots()).get_xlim()[0] == 0


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_drawn_on_given_axes_or_to_a_file(results, tmp_path, name):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    plot = getattr(phonokit, f"plot_{name}")
    panels = Figure().subplots(1, PICTURES[name], squeeze=False)[0]
    ax = panels if PICTURES[name] > 1 else panels[0]
    drawn = plot(results[name], ax=ax)
    drawn = drawn if isinstance(drawn, list) else [drawn]
    assert [a is b for a, b in zip(drawn, panels, strict=True)] == [True] * len(panels)
    assert all(panel.has_data() for panel in panels)
    plot(results[name], tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 5_000


def test_modes_at_rest_are_seen_in_their_picture(silicon):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    phonokit.plot_modes(phonokit.modes(silicon, q=[0, 0, 0]), ax=axes)
    (dots,) = axes.lines
    low, high = axes.get_ylim()
    assert low == 0 < high
    assert not dots.get_clip_on()  # those on the axis are whole
    x, (left, right) = dots.get_xdata(), axes.get_xlim()
    assert left <= x.min() < x.max() < right


def test_bands_beside_a_density_share_the_axis_of_frequencies(results, tmp_path):
    pytest.importorskip("matplotlib")
    left, right = phonokit.plot_bands(
        results["bands"], tmp_path / "a.svg", dos=results["dos"], unit="cm-1"
    )
    assert left.get_ylim() == right.get_ylim()
    assert left.get_ylim()[1] > 400  # cm⁻¹


@pytest.mark.parametrize(
    "path",
    ["L G X, K G", "L GAMMA X|K Γ", [["L", "G", "X"], ["K", "Gamma"]]],
)
def test_a_path_is_text_or_labels(silicon, results, path):
    result = phonokit.bands(silicon, **(BANDS | {"path": path}))
    assert_same_bits(result, results["bands"])
    assert result.labels.tolist() == [["L", "Γ"], ["Γ", "X"], ["K", "Γ"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "G"}, "path: a line needs two labels or more, got 'G'"),
        ({"path": "G X,"}, "path: a line needs two labels or more, got ''"),
        ({"path": [["L", "X"], "KG"]}, "path: expected labels such as"),
        ({"path": 3}, "path: expected labels such as .* got 3"),
        ({"path": "G Y"}, "there is no point 'Y'; there are Γ, X, L, K"),
        ({"path": None}, "points: give a path= of these points too"),
        ({"points": {"X": (1, 2)}}, "points: X"),
        ({"points": ["X"]}, "points: expected wave vectors by label"),
        ({"points_per_segment": 1}, "points_per_segment must be 2 or more"),
    ],
)
def test_a_path_that_cannot_be_is_one_error(silicon, change, message):
    with pytest.raises((DomainError, phonokit.ShapeError), match=message):
        phonokit.bands(silicon, **(BANDS | change))


def test_bands_are_the_frequencies_of_modes(silicon, results):
    bands = results["bands"]
    modes = phonokit.modes(silicon, q=bands.qpoints.reshape(-1, 3))
    f = modes.frequencies.reshape(bands.frequencies.shape)
    np.testing.assert_allclose(bands.frequencies, f, atol=1e-6)


def test_connected_bands_are_those_of_each_wave_vector_in_another_order(silicon, results):
    connected = phonokit.bands(silicon, **BANDS, connect=True).frequencies
    sorted_ones = np.sort(connected, axis=-1)
    np.testing.assert_allclose(sorted_ones, results["bands"].frequencies, atol=1e-6)
    assert not np.array_equal(sorted_ones, connected)


def test_eigenvectors_diagonalise_the_dynamical_matrix(silicon):
    q = [[0.1, 0.2, 0.3], [0.5, 0, 0.5]]
    modes = phonokit.modes(silicon, q=q)
    e = modes.eigenvectors.reshape(2, 6, 6)
    one = np.broadcast_to(np.eye(6), (2, 6, 6))
    np.testing.assert_allclose(e.conj() @ e.swapaxes(1, 2), one, atol=1e-12)
    d = dynamical_matrices(silicon.dynamics(), q)
    squares = np.einsum("qja,qab,qjb->qj", e.conj(), d, e).real * units.FREQUENCY**2
    np.testing.assert_allclose(squares, modes.frequencies**2, atol=1e-8)
    assert phonokit.modes(silicon, q=q[0]).frequencies.shape == (1, 6)


def test_velocities_are_slopes_of_frequencies(silicon):
    q, h = np.array([0.11, 0.23, 0.31]), 1e-5
    modes = phonokit.modes(silicon, q=q)
    lattice = silicon.primitive.lattice
    for axis in range(3):
        step = h * lattice[:, axis]  # fractional, of a Cartesian step h along the axis
        f = phonokit.modes(silicon, q=[q + step, q - step], eigenvectors=False).frequencies
        slope = (f[0] - f[1]) / (2 * h)
        np.testing.assert_allclose(modes.velocities[0, :, axis], slope, atol=1e-4)


def test_modes_of_a_mesh_are_the_phonons_that_carry_heat(silicon, result):
    modes = phonokit.modes(silicon, mesh=(3, 3, 3))
    np.testing.assert_array_equal(modes.weights, result.weights)
    np.testing.assert_array_equal(modes.grid_points, result.grid_points)
    np.testing.assert_array_equal(modes.qpoints, result.qpoints)
    np.testing.assert_allclose(modes.frequencies, result.frequencies, atol=1e-9)
    # Acoustic modes at Γ have no velocity in a conductivity, nor here.
    np.testing.assert_allclose(modes.velocities, result.group_velocities, atol=1e-6)


def test_thermal_properties_are_sums_over_the_modes_of_a_mesh(silicon, results):
    modes = phonokit.modes(silicon, mesh=MESH, eigenvectors=False, velocities=False)
    # Rounding leaves the acoustic modes at Γ less than 1e-4 THz.
    f = np.where(modes.frequencies > 1e-4, modes.frequencies, 0)
    zero_point = (modes.weights @ f.sum(axis=1)) / modes.weights.sum() * units.THZ_TO_EV / 2
    thermal = results["thermal"]
    assert thermal.zero_point_energy == pytest.approx(zero_point, rel=1e-12)
    assert thermal.n_modes == 729 * 6
    np.testing.assert_allclose(thermal.energy[0], zero_point, rtol=1e-12)
    warm = phonokit.thermal(silicon, MESH, [5000])
    assert warm.heat_capacity[0] == pytest.approx(warm.limit, rel=0.01)


def test_thermal_totals_do_not_depend_on_what_is_asked_for_beside(silicon, results):
    alone, all_of_it = phonokit.thermal(silicon, MESH, [0, 300]), results["thermal"]
    for name in ("free_energy", "entropy", "heat_capacity", "zero_point_energy"):
        total = getattr(alone, name)
        np.testing.assert_array_equal(total, getattr(all_of_it, name))
        parts = all_of_it.atoms[name].sum(axis=-1)
        np.testing.assert_allclose(parts, total, rtol=1e-6)


def test_displacements_do_not_depend_on_who_asks_for_them(results):
    a, b = results["displacements"], results["thermal"]
    np.testing.assert_array_equal(a.displacements, b.displacements)
    np.testing.assert_array_equal(a.displacements_cif, b.displacements_cif)
    assert a.atom_names.tolist() == b.atom_names.tolist() == ["Si1", "Si2"]


def test_densities_of_parts_add_up_to_the_total(silicon):
    for by in ("element", "atom"):
        for axes in (False, True):
            projection = phonokit.Projection(by=by, axes=axes)
            dos = phonokit.dos(silicon, (4, 4, 4), projection=projection)
            total = sum(dos.parts.values())
            np.testing.assert_allclose(total, dos.total, atol=1e-8 * dos.total.max())
    assert dos.cumulative[-1] == pytest.approx(6)


def test_a_crystal_of_constants_alone_has_the_same_phonons(silicon, results):
    alone = Crystal.from_constants(silicon.fc2)
    for name, compute in PRODUCTS.items():
        assert_same_bits(compute(alone), results[name])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: phonokit.modes(c, q=[0, 0, 0], mesh=MESH), "exclude each other"),
        (lambda c: phonokit.modes(c, q=np.zeros((0, 3))), "q: expected one wave vector"),
        (lambda c: phonokit.modes(c, q=[1, 2]), "q"),
        (
            lambda c: phonokit.dos(c, MESH, frequency_points=1),
            "frequency_points must be 2 or more",
        ),
        (lambda c: phonokit.dos(c, MESH, sigma=-1), "sigma must be positive"),
        (lambda c: phonokit.dos(c, (0, 1, 1)), "mesh"),
        (lambda c: phonokit.thermal(c, MESH, [-1]), "0 K or above"),
        (lambda c: phonokit.thermal(c, MESH, by="element"), "band"),
        (lambda c: phonokit.thermal(c, MESH, cutoff_frequency=-1), "cutoff_frequency"),
        (
            lambda c: phonokit.displacements(c, MESH, cutoff_frequency=-1),
            "cutoff_frequency",
        ),
        (lambda _: phonokit.Projection(by="band"), "by: expected"),
        (lambda _: phonokit.Projection(direction=(0, 0, 0)), "direction: .* not all zero"),
        (lambda _: phonokit.dos("examples/silicon", MESH), "crystal"),
    ],
)
def test_what_cannot_be_is_an_error_that_names_the_argument(silicon, call, message):
    with pytest.raises((DomainError, phonokit.ShapeError), match=message):
        call(silicon)


def test_a_mesh_of_one_wave_vector_has_a_density(silicon, tmp_path):
    dos = phonokit.dos(silicon, (1, 1, 1), sigma=0.2)
    assert dos.states == pytest.approx(6, rel=1e-2)
    path = phonokit.dos(silicon, (1, 1, 1)).write(tmp_path / "dos.hdf5")
    with h5py.File(path) as file:
        assert np.isfinite(file["total"][:]).all()


def test_shares_of_a_mesh_are_those_of_its_grid(silicon):
    grid = Grid.of(silicon.primitive, MESH, silicon.symmetry)
    assert phonokit.modes(silicon, mesh=MESH).weights.sum() == grid.n_q


def test_labels_are_those_of_seekpath_however_they_are_typed():
    pytest.importorskip("seekpath")
    a, c = 3.0, 8.0
    lattice = np.array([[-a, a, c], [a, -a, c], [a, a, -c]]) / 2
    cell = Cell(lattice, [[0, 0, 0]], ["In"], [114.8])
    points, _ = standard_points(cell)
    # Body-centred tetragonal crystals have a G beside Γ.
    assert label_of("G", points) == "G" in points
    assert label_of("GAMMA", points) == "Γ"
    assert label_of("S_0", points) == "S₀" in points
    assert label_of("SIGMA_0", points) == "Σ₀"
    assert label_of("G", POINTS) == "Γ"
