"""Input for the kernels of phono_3ph."""

import numpy as np
from model_crystals import zincblende
from phono_3ph import (
    AtomMaps,
    EvaluationPoints,
    GivenTriplets,
    MappedForceConstants3,
    PeriodicModes,
    QStars,
    Scattering,
    Series3,
    Strengths,
    SumPieces,
    ThermalFactors,
    ZoneModes,
    image_cells,
)
from phono_dynmat import Modes
from phono_grid import (
    BrillouinZone,
    Gaussian,
    Grid,
    IrreduciblePoints,
    ShortestVectors,
    Triplets,
)


def phonons_on(mesh):
    """The series of the model, and its phonons on a grid."""
    model = zincblende()
    cell = model.supercell.primitive
    grid = Grid.of(cell, mesh)
    modes = Modes(grid.qpoints, *model.modes(grid.qpoints))
    return Series3.of(model.fc3), PeriodicModes.of(grid, modes, cell)


def series3(rng):
    fc3 = zincblende().fc3
    vectors = ShortestVectors.of(fc3.supercell)
    return (fc3, vectors.multiplicities, image_cells(fc3.supercell, vectors)), {}


def series3_of_maps(rng):
    (fc3, m, cells), _ = series3(rng)
    maps = fc3.supercell.primitive_to_supercell, fc3.supercell.supercell_to_primitive
    alike = rng.uniform(size=fc3.values.shape[:3]) < 0.5
    constants = MappedForceConstants3(fc3.values, AtomMaps(*maps))
    return (constants, m, cells), {"alike": alike}


def zone_phonons(mesh, rng):
    """Phonons whose eigenvectors differ between images, and triplets that mix these."""
    series, phonons = phonons_on(mesh)
    zone = BrillouinZone.of(phonons.grid)
    shape = (len(zone.addresses), 6, 2, 3)
    e = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    f = np.sort(rng.uniform(1, 20, shape[:2]), axis=1)
    q = int(rng.integers(phonons.grid.n_q))
    triplets = Triplets.of(phonons.grid, q)
    count = np.diff(zone.first)[triplets.points]
    images = zone.first[triplets.points] + (rng.uniform(size=count.shape) * count).astype(
        int
    )
    modes = ZoneModes(zone, f, e, phonons.tetrahedra)
    normal = rng.uniform(size=len(images)) < 0.5
    return series, modes, GivenTriplets(images, triplets.weights, normal)


def zone_linewidths(rng):
    series, modes, triplets = zone_phonons([4, 4, 4], rng)
    occupations = rng.uniform(0, 3, (*modes.frequencies.shape, 2))
    return (series, modes, triplets, occupations, Scattering(), [0, 1, 4]), {}


def zone_linewidths_smeared(rng):
    series, modes, triplets = zone_phonons([3, 3, 3], rng)
    triplets = GivenTriplets(triplets.points, triplets.weights)
    occupations = rng.uniform(0, 3, (*modes.frequencies.shape, 1))
    scattering = Scattering(smearing=Gaussian(0.5, 3.0))
    return (series, modes, triplets, occupations, scattering), {}


def interaction_strengths_in_zone(rng):
    series, modes, triplets = zone_phonons([4, 4, 4], rng)
    same_q = triplets.points[:, 0] == triplets.points[0, 0]
    chosen = Triplets(triplets.points[same_q], triplets.weights[same_q])
    return (series, modes, chosen), {"cutoff_frequency": 1e-3, "bands": [0, 1, 3]}


def interaction_strengths(rng):
    series, phonons = phonons_on([3, 3, 3])
    triplets = Triplets.of(phonons.grid, int(rng.integers(27)))
    return (series, phonons, triplets), {"cutoff_frequency": 1e-3}


def linewidths(rng):
    series, phonons = phonons_on([4, 4, 4])
    occupations = rng.uniform(0, 3, (*phonons.frequencies.shape, 3))
    q = int(rng.integers(64))
    return (series, phonons, q, occupations, Scattering()), {}


def linewidth_pieces(rng):
    (series, phonons, q, occupations, scattering), _ = linewidths(rng)
    count = int(rng.integers(1, 9))
    first, end = sorted(rng.integers(0, count + 1, 2).tolist())
    some = tuple(range(first, end, 2)) if rng.random() < 0.5 else None
    pieces = SumPieces(count=count, wanted=(first, end), bands=(1, 4), numbers=some)
    return (series, phonons, q, pieces, occupations, scattering), {}


def linewidths_together(rng):
    (*inputs, scattering), _ = linewidth_pieces(rng)
    widths = rng.uniform(0.1, 1, 2)
    gaussians = [Gaussian(widths[0], 3), Gaussian(widths[1], None)]
    each = [Scattering(smearing=gaussian) for gaussian in gaussians]
    return (*inputs, [*each, scattering]), {}


def imaginary_self_energies(rng):
    series, phonons = phonons_on([3, 3, 3])
    occupations = rng.uniform(0, 3, (*phonons.frequencies.shape, 2))
    q = int(rng.integers(27))
    normal = rng.uniform(size=len(Triplets.of(phonons.grid, q).weights)) < 0.5
    evaluation = EvaluationPoints(q, rng.uniform(0, 30, 17), normal)
    return (series, phonons, evaluation, occupations, Scattering()), {}


def real_self_energies(rng):
    series, phonons = phonons_on([3, 3, 3])
    occupations = rng.uniform(0, 3, (*phonons.frequencies.shape, 2))
    q = int(rng.integers(27))
    strengths = Strengths.of(series, phonons, q)
    return (strengths, phonons, EvaluationPoints(q), occupations, Scattering(), 0.3), {}


def detailed_linewidths(rng):
    series, phonons = phonons_on([3, 3, 3])
    occupations = rng.uniform(0, 3, (*phonons.frequencies.shape, 2))
    smeared = Scattering(smearing=Gaussian(0.5, 3.0))
    return (series, phonons, int(rng.integers(27)), occupations, smeared), {}


def collision_row(rng):
    series, phonons = phonons_on([4, 4, 4])
    shape = (*phonons.frequencies.shape, 2)
    thermal = ThermalFactors(rng.uniform(0, 3, shape), rng.uniform(0, 3, shape))
    return (series, phonons, int(rng.integers(64)), thermal, Scattering()), {}


def reduced_row(rng):
    _, phonons = phonons_on([4, 4, 4])
    stars = QStars.of(phonons.grid, IrreduciblePoints.of(phonons.grid))
    return (rng.normal(size=(2, 6, 64, 6)), stars), {}


def isotope_linewidths(rng):
    _, phonons = phonons_on([4, 4, 4])
    points = rng.integers(64, size=3)
    return (phonons, points, rng.uniform(0, 1, 2), Scattering()), {}


CASES = {
    f"phono_3ph.{case.__name__}": case
    for case in (
        linewidths,
        linewidth_pieces,
        linewidths_together,
        imaginary_self_energies,
        real_self_energies,
        detailed_linewidths,
        collision_row,
        reduced_row,
        isotope_linewidths,
    )
} | {
    "phono_3ph.series3": (series3, series3_of_maps),
    "phono_3ph.zone_linewidths": (zone_linewidths, zone_linewidths_smeared),
    "phono_3ph.interaction_strengths": (
        interaction_strengths,
        interaction_strengths_in_zone,
    ),
}
