"""Linewidths, self-energies, spectra and joint densities at wave vectors, from Python."""

from dataclasses import fields, replace

import numpy as np
import phonokit
import pytest
from phono_3ph import Scattering
from phono_grid import Gaussian
from phonokit import DomainError, Run, RunStore
from phonokit.calc.peaks import peak_positions
from phonokit.settings.scattering import scattering_record
from phonokit.settings.wave_vectors import wave_vector, wave_vector_name
from tiny_crystal import EXAMPLE

pytestmark = pytest.mark.needs_rust  # meshes that take the definitions minutes

MESH, T = (4, 4, 4), [200, 300]
Q = np.array([[0.25, 0, 0], [0.5, 0.5, 0], [0, 0, 0]])
OFF = np.array([[0.1, 0.2, 0], [0.25, 0, 0]])
VECTORS = np.array([[-1, 2, 0], [1, 1, -3], [0, 0, 2]])
SIGMA = Scattering(smearing=Gaussian(0.5))
PRODUCTS = {
    "linewidths": {"q": Q, "temperatures": T, "normal_umklapp": True},
    "self_energy": {"q": OFF, "temperatures": T},
    "spectral": {"q": OFF, "temperatures": T, "frequency_points": 41},
    "joint_dos": {"q": Q, "temperatures": T, "frequency_points": 41},
}
NUMBERS = {
    "linewidths": ("linewidths", "normal", "umklapp"),
    "self_energy": ("linewidths", "shifts", "frequencies"),
    "spectral": ("linewidths", "shifts", "spectral_functions", "peaks", "frequencies"),
    "joint_dos": ("sums", "differences"),
}


class StoppedError(Exception):
    """Something that ends a run."""


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.fixture(scope="module")
def results(silicon):
    """Every product once."""
    return {name: compute(silicon, name) for name in PRODUCTS}


def compute(crystal, name, **options):
    """A product with its arguments, and others."""
    return getattr(phonokit, name)(crystal, mesh=MESH, **{**PRODUCTS[name], **options})


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_reciprocal_lattice_vector_changes_no_bit(silicon, results, name):
    given = PRODUCTS[name]["q"]
    moved = compute(silicon, name, q=given + VECTORS[: len(given)])
    on_mesh = (given * MESH % 1 == 0).all(axis=1)
    for field in NUMBERS[name]:
        value, expected = getattr(moved, field), getattr(results[name], field)
        np.testing.assert_array_equal(value[on_mesh], expected[on_mesh])
        # Off the mesh the phases of other images of q round differently.
        scale = np.abs(expected).max()
        np.testing.assert_allclose(value, expected, rtol=0, atol=1e-9 * scale)


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_result_comes_back_from_its_file(results, name, tmp_path):
    result = results[name]
    path = result.write(tmp_path / "r.hdf5")
    again = phonokit.read_result(path)
    assert type(again) is type(result)
    assert again == result
    settings = again.provenance.settings
    assert settings["mesh"] == [[4, 0, 0], [0, 4, 0], [0, 0, 4]]
    assert settings["cutoff_frequency"] == Scattering().cutoff_frequency


def test_the_record_holds_every_setting_of_scattering():
    names = {f.name for f in fields(Scattering)} - {"smearing"}
    names |= {"sigma"} | {f"sigma_{f.name}" for f in fields(Gaussian) if f.name != "sigma"}
    assert scattering_record(SIGMA).keys() == names


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_stopped_run_goes_on_and_ends_with_the_same_bits(
    silicon, results, name, tmp_path
):
    def stop(done, _total):
        if done == 1:
            raise StoppedError

    with pytest.raises(StoppedError), RunStore(tmp_path / "r.run") as store:
        compute(silicon, name, run=Run(store, progress=stop))
    done = []
    with RunStore(tmp_path / "r.run") as store:
        run = Run(store, progress=lambda *n: done.append(n))
        again = compute(silicon, name, run=run)
    n = len(PRODUCTS[name]["q"])
    assert done == [(i, n) for i in range(2, n + 1)]
    for field in NUMBERS[name]:
        np.testing.assert_array_equal(getattr(again, field), getattr(results[name], field))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("linewidths", {"scattering": Scattering(cutoff_frequency=1.0)}),
        ("linewidths", {"q": Q[::-1]}),
        ("self_energy", {"epsilon": 0.1}),
        ("spectral", {"frequency_points": np.linspace(0, 30, 41)}),
        ("joint_dos", {"temperatures": [200, 301]}),
    ],
)
def test_a_run_goes_on_with_the_same_settings_only(silicon, name, other, tmp_path):
    compute(silicon, name, run=Run(tmp_path / "r.run"))
    changed = "cutoff_frequency" if "scattering" in other else next(iter(other))
    with pytest.raises(
        phonokit.FileError, match=rf"with other {changed} \(.+ there, .+ here\);"
    ):
        compute(silicon, name, run=Run(tmp_path / "r.run"), **other)


@pytest.mark.parametrize("name", PRODUCTS)
def test_constants_alone_give_the_same_bits_as_their_forces(silicon, results, name):
    third = None if name == "joint_dos" else silicon.fc3
    constants = phonokit.Crystal.from_constants(silicon.fc2, third)
    result = compute(constants, name)
    for field in NUMBERS[name]:
        np.testing.assert_array_equal(getattr(result, field), getattr(results[name], field))


@pytest.mark.parametrize("name", ["linewidths", "self_energy", "spectral"])
def test_without_third_order_constants_nothing_scatters_and_that_is_said(silicon, name):
    with pytest.raises(phonokit.PhonoError, match="third"):
        compute(phonokit.Crystal.from_constants(silicon.fc2), name)


def test_linewidths_are_those_of_the_conductivity_and_of_the_self_energy(silicon, results):
    kappa, gamma = phonokit.kappa(silicon, MESH, T), results["linewidths"]
    rows = {int(point): i for i, point in enumerate(kappa.grid_points)}
    compared = 0
    for point, widths in zip(gamma.grid_points, gamma.linewidths, strict=True):
        if int(point) in rows:
            expected = kappa.linewidths[:, rows[int(point)]]
            np.testing.assert_allclose(widths, expected, rtol=1e-9)
            compared += 1
    assert compared >= 2
    energy = phonokit.self_energy(silicon, Q, MESH, T)
    np.testing.assert_array_equal(energy.linewidths, gamma.linewidths)
    np.testing.assert_array_equal(energy.frequencies, gamma.frequencies)


def test_processes_add_up(results):
    gamma = results["linewidths"]
    np.testing.assert_allclose(
        gamma.normal + gamma.umklapp, gamma.linewidths, rtol=0, atol=1e-14
    )


def test_shifts_are_those_of_kramers_and_kronig(silicon):
    # The two ways have different widths: sharp features apart they must agree.
    points = np.linspace(0, 35, 701)
    options = {"mesh": (6, 6, 6), "temperatures": 300, "frequency_points": points}
    smooth = Scattering(smearing=Gaussian(1.0))
    energy = phonokit.self_energy(
        silicon, [0, 0, 0], scattering=smooth, epsilon=1.0, **options
    )
    spectrum = phonokit.spectral(silicon, [0, 0, 0], scattering=smooth, **options)
    low = points < 16
    one, other = (x.shifts[0, 0, 3:, low] for x in (energy, spectrum))
    np.testing.assert_allclose(one, other, rtol=0, atol=0.1 * np.abs(other).max())
    np.testing.assert_array_equal(energy.linewidths, spectrum.linewidths)


@pytest.mark.parametrize("name", PRODUCTS)
def test_no_phonon_above_the_cutoff_frequency_means_no_scattering(silicon, name):
    result = compute(silicon, name, scattering=Scattering(cutoff_frequency=100.0))
    first = NUMBERS[name][0]
    assert not getattr(result, first).any()


@pytest.mark.parametrize("name", ["linewidths", "self_energy", "spectral"])
@pytest.mark.parametrize(
    "scattering",
    [
        Scattering(cutoff_frequency=5.0),
        Scattering(degeneracy=5.0),
        Scattering(average_degenerate_weights=False),
        SIGMA,
    ],
    ids=["cutoff", "degeneracy", "average", "sigma"],
)
def test_every_setting_of_scattering_reaches_the_kernels(
    silicon, results, name, scattering
):
    result = compute(silicon, name, scattering=scattering)
    assert not np.array_equal(result.linewidths, results[name].linewidths)
    if scattering.degeneracy > 1:
        # Acoustic modes along (1/4, 0, 0) are one set, whose linewidths are their mean.
        q = -1 if name in ("self_energy", "spectral") else 0
        np.testing.assert_allclose(
            result.linewidths[q, :, 0], result.linewidths[q, :, 2], rtol=1e-12
        )


@pytest.mark.parametrize("name", PRODUCTS)
def test_imaginary_modes_are_warned_of(silicon, name):
    fc2 = silicon.fc2
    unstable = phonokit.Crystal.from_constants(
        replace(fc2, values=-fc2.values), silicon.fc3
    )
    with pytest.warns(phonokit.ImaginaryModesWarning, match="imaginary frequencies at"):
        compute(unstable, name, frequency_points=21)


@pytest.mark.parametrize("name", ["linewidths", "joint_dos"])
def test_a_wave_vector_beside_the_mesh_is_refused_with_the_nearest(silicon, name):
    with pytest.raises(
        DomainError,
        match=r"^q must be a point of the mesh 4 × 4 × 4, got 0.2,-0.1,1; the nearest is "
        r"0.25,0,1,",
    ):
        compute(silicon, name, q=[0.2, -0.1, 1])


def test_spectra_pass_through_the_mesh_and_join_where_segments_do(silicon):
    points = {"X": (0.5, 0, 0.5), "L": (0.5, 0.5, 0.5)}
    options = {"temperatures": 300, "scattering": SIGMA, "frequency_points": 41}
    result = phonokit.spectral(
        silicon,
        mesh=MESH,
        path="X G L",
        points=points,
        points_per_segment=4,
        **options,
    )
    assert result.labels.tolist() == [["X", "Γ"], ["Γ", "L"]]
    first, second = result.segments
    assert result.distances[first][-1] == result.distances[second][0]
    np.testing.assert_array_equal(result.peaks[3], result.peaks[4])
    alone = phonokit.spectral(silicon, [(0.5, 0, 0.5), (1 / 6, 0, 1 / 6)], MESH, **options)
    np.testing.assert_allclose(
        result.spectral_functions[[0, 2]],
        alone.spectral_functions,
        rtol=0,
        atol=1e-6 * alone.spectral_functions.max(),
    )


def test_one_of_wave_vectors_and_path_is_given(silicon):
    for wrong in ({}, {"q": [0, 0, 0], "path": "G X"}):
        with pytest.raises(DomainError, match="q= and path=: give one of the two"):
            phonokit.spectral(silicon, mesh=MESH, **wrong)
    with pytest.raises(DomainError, match=r"^points: give a path="):
        phonokit.spectral(silicon, [0, 0, 0], points={"X": (0.5, 0, 0.5)})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"q": [0, 0]}, r"q: expected shape"),
        ({"q": np.empty((0, 3))}, r"q: expected one wave vector or more"),
        ({"q": [0, np.nan, 0]}, r"q"),
        ({"frequency_points": 1}, r"frequency_points must be 2 or more, got 1"),
        ({"temperatures": -1}, r"temperature"),
        ({"scattering": 0.1}, r"scattering must be"),
        ({"crystal": "silicon"}, r"crystal must be"),
        ({"run": "r.run"}, r"run must be"),
    ],
)
@pytest.mark.parametrize("name", PRODUCTS)
def test_bad_arguments_are_refused_by_name(silicon, name, options, message):
    crystal = options.get("crystal", silicon)
    others = {key: value for key, value in options.items() if key != "crystal"}
    with pytest.raises(phonokit.PhonoError, match=message):
        compute(crystal, name, **others)


@pytest.mark.parametrize("centre", [3.03, 3.5, 3.97, 0.62, 9.4])
@pytest.mark.parametrize("width", [1e-4, 0.01, 0.3])
def test_the_peak_of_a_lorentzian_is_seen_between_points(centre, width):
    w = np.linspace(0, 10, 11)
    values = width / ((w - centre) ** 2 + width**2)
    peak = peak_positions(w, np.array([[values]]), lorentzian=True)
    np.testing.assert_allclose(peak, [[centre]], rtol=0, atol=1e-9)


def test_the_peak_of_a_parabola_is_seen_between_uneven_points():
    w = np.array([0.0, 1.0, 1.5, 4.0, 4.2])
    np.testing.assert_allclose(peak_positions(w, 9 - (w - 2.1) ** 2), 2.1, rtol=1e-12)
    assert peak_positions(w, w) == 4.2
    assert peak_positions(w, np.zeros(5)) == 0
    assert peak_positions(w[:2], np.array([1.0, 2.0])) == 1


def test_peaks_do_not_depend_on_the_step_of_the_frequencies(silicon):
    options = {"q": Q[:2], "mesh": (6, 6, 6), "temperatures": 300, "scattering": SIGMA}
    options["q"] = [[1 / 3, 0, 0], [0.5, 0.5, 0]]
    fine = phonokit.spectral(silicon, frequency_points=1601, **options)
    coarse = phonokit.spectral(silicon, frequency_points=201, **options)
    step = coarse.frequency_points[1]
    np.testing.assert_allclose(coarse.peaks, fine.peaks, rtol=0, atol=0.1 * step)


def test_wave_vectors_are_written_as_they_are_read():
    for text in ("0,0,0", "0.25,0,-0.5", "1/3,1/3,0", "-2/3,1/7,0.1"):
        assert wave_vector_name(wave_vector(text)) == text
    assert wave_vector_name((-0.1 * 3, 0.1, -0.0)) == "-0.3,0.1,0"
    assert wave_vector_name((-3.7e-17, 3.7e-17, 0.5)) == "0,0,0.5"  # of seekpath


@pytest.mark.parametrize(
    ("name", "options", "n"),
    [
        ("linewidths", {}, 1),
        ("linewidths", {"frequency_points": 21}, 3),
        ("self_energy", {}, 2),
        ("self_energy", {"frequency_points": 21}, 4),
        ("spectral", {}, 2),
        ("joint_dos", {}, 3),
        (
            "spectral",
            {
                "q": None,
                "path": "X G",
                "points": {"X": (0.5, 0, 0.5)},
                "points_per_segment": 3,
            },
            2,
        ),
    ],
)
def test_pictures_are_drawn_on_the_axes_that_are_given(silicon, name, options, n, tmp_path):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    result = compute(silicon, name, **options)
    plot = getattr(phonokit, f"plot_{name}")
    panels = list(np.atleast_1d(Figure().subplots(1, n)).flat)
    assert plot(result, ax=panels if n > 1 else panels[0]) == panels
    assert all(axes.has_data() for axes in panels)
    drawn = plot(result, tmp_path / "p.svg", unit="meV")
    assert len(drawn) == n
    assert "meV" in "".join(axes.get_xlabel() + axes.get_ylabel() for axes in drawn)
    assert (tmp_path / "p.svg").read_bytes().startswith(b"<?xml")
    with pytest.raises(DomainError, match=r"^ax must be"):
        plot(result, ax=[*panels, panels[0]])
    with pytest.raises(DomainError, match=r"^unit must be"):
        plot(result, unit="furlong")


def test_dots_of_linewidths_are_the_linewidths(silicon, results):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    gamma = results["linewidths"]
    axes = Figure().subplots()
    phonokit.plot_linewidths(gamma, ax=axes)
    for k, line in enumerate(axes.lines):
        np.testing.assert_array_equal(line.get_xdata(), gamma.frequencies.ravel())
        np.testing.assert_array_equal(line.get_ydata(), gamma.linewidths[:, k].ravel())
        assert line.get_label() == f"{T[k]} K"
