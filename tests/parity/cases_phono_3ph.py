"""Input for the kernels of phono_3ph."""

from model_crystals import zincblende
from phono_3ph import (
    EvaluationPoints,
    PeriodicModes,
    QStars,
    Scattering,
    Series3,
    Strengths,
    ThermalFactors,
)
from phono_3ph._series3 import image_cells
from phono_dynmat import Modes
from phono_grid import Gaussian, Grid, IrreduciblePoints, ShortestVectors, Triplets


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


def interaction_strengths(rng):
    series, phonons = phonons_on([3, 3, 3])
    triplets = Triplets.of(phonons.grid, int(rng.integers(27)))
    return (series, phonons, triplets), {"cutoff_frequency": 1e-3}


def linewidths(rng):
    series, phonons = phonons_on([4, 4, 4])
    occupations = rng.uniform(0, 3, (*phonons.frequencies.shape, 3))
    q = int(rng.integers(64))
    return (series, phonons, q, occupations, Scattering()), {}


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
        series3,
        interaction_strengths,
        linewidths,
        imaginary_self_energies,
        real_self_energies,
        detailed_linewidths,
        collision_row,
        reduced_row,
        isotope_linewidths,
    )
}
