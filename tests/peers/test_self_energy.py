"""Strengths, self-energies, spectra and joint densities against phono3py, real crystals.

Both programs have the same phonons, those of `peers_scattering.Pair`, and average weights
over degenerate sets; phono3py's default does not, and depends on the eigenvectors.
"""

import numpy as np
import pytest
from peers_scattering import Pair, loaded, sums_over_sets
from phono_3ph import (
    EvaluationPoints,
    Scattering,
    Strengths,
    default_frequency_points,
    detailed_linewidths,
    imaginary_self_energy,
    interaction_strengths,
    joint_dos,
    real_self_energy,
    spectral_function,
)
from phono_grid import BrillouinZone, Gaussian, Triplets

pytest.importorskip("phono3py", reason="phono3py is in the group peers")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

GRIDS = {
    "Si": ("Si", [7, 7, 7], False),
    "Si generalised": ("Si", 30.0, True),
    "NaCl": ("NaCl", [7, 7, 7], False),
    "AlN": ("AlN", [6, 6, 3], False),
}
TEMPERATURES = [0.0, 100.0, 300.0]
SMEARINGS = {
    "tetrahedra": None,
    "Gaussian": Gaussian(0.2),
    "Gaussian with cutoff": Gaussian(0.2, 3.0),
}
CLOSE = 1e-8


@pytest.fixture(scope="module", params=GRIDS)
def pair(request, data):
    name, mesh, generalized = GRIDS[request.param]
    peer = loaded(data, name, use_grg=generalized)
    return Pair.of(peer, mesh, generalized=generalized, average_degenerate_weights=True)


@pytest.fixture(scope="module")
def q(pair):
    """A wave vector of no symmetry."""
    q = pair.low_symmetry()
    assert len(Triplets.of(pair.grid, q).weights) == (pair.grid.n_q + 1) // 2
    return q


@pytest.fixture(scope="module")
def occupations(pair):
    return pair.occupations(TEMPERATURES)


@pytest.fixture(params=SMEARINGS)
def smearing(request):
    return SMEARINGS[request.param]


def points_of(pair, n=23):
    """Frequencies that no phonon has: where bands meet, weights may jump."""
    return default_frequency_points(pair.phonons.frequencies, n=n)[1:] - 0.0123


def imaginary_part(pair, q, smearing, points=None, *, detail=False):
    """The peer's calculation at ``q``, before a temperature is chosen."""
    from phono3py.phonon3.imag_self_energy import ImagSelfEnergy

    ise = ImagSelfEnergy(pair.interaction, with_detail=detail)
    ise.set_grid_point(pair.theirs(q))
    if smearing is not None:
        ise.set_sigma(smearing.sigma, sigma_cutoff=smearing.cutoff)
    ise.frequency_points = points
    ise.run_interaction()
    ise.run_integration_weights()
    return ise


def at_temperatures(calculation, result):
    """``result`` of a calculation of the peer at all temperatures."""
    found = []
    for t in TEMPERATURES:
        calculation.temperature = t
        calculation.run()
        found.append(np.copy(result(calculation)))
    return np.array(found)


def assert_close(ours, theirs, accuracy=CLOSE):
    """Equal, beside the largest."""
    assert np.abs(theirs).max() > 0
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=accuracy * np.abs(theirs).max())


def test_strengths_summed_over_degenerate_sets(pair, q):
    triplets = pair.their_triplets(q)
    pair.interaction.run()
    theirs = pair.interaction.interaction_strength
    ours = interaction_strengths(pair.series, pair.phonons, triplets)
    for t, mine, expected in zip(triplets.points, ours, theirs, strict=True):
        f = pair.phonons.frequencies[t]
        np.testing.assert_allclose(
            sums_over_sets(mine, f),
            sums_over_sets(expected, f),
            rtol=0,
            atol=1e-10 * theirs.max(),
        )


def test_imaginary_part_at_bands_and_its_normal_and_umklapp_parts(
    pair, q, occupations, smearing
):
    scattering = Scattering(smearing=smearing)
    evaluation = EvaluationPoints.normal_umklapp(BrillouinZone.of(pair.grid), q)
    ours = imaginary_self_energy(
        pair.series, pair.phonons, evaluation, occupations, scattering
    )
    plain = imaginary_part(pair, q, smearing)
    assert_close(ours.total, at_temperatures(plain, lambda c: c.imag_self_energy))
    detailed = imaginary_part(pair, q, smearing, detail=True)
    parts = at_temperatures(detailed, lambda c: c.get_imag_self_energy_N_and_U())
    assert_close(ours.normal, parts[:, 0])
    assert_close(ours.umklapp, parts[:, 1])


def test_imaginary_part_of_every_triplet(pair, q, occupations, smearing):
    run = (pair.phonons, q, occupations, Scattering(smearing=smearing))
    ours = detailed_linewidths(pair.series, *run)
    detailed = imaginary_part(pair, q, smearing, detail=True)
    theirs = at_temperatures(detailed, lambda c: c.detailed_imag_self_energy)
    mine, their = Triplets.of(pair.grid, q), pair.their_triplets(q)
    second = {int(p[1]): t for t, p in enumerate(mine.points)}
    third = {int(p[2]): t for t, p in enumerate(mine.points)}
    expected = np.empty_like(ours)
    seen = set()
    for t, (_, q1, _) in enumerate(their.points):
        # q' and q'' may have changed places.
        swapped = int(q1) not in second
        place = third[int(q1)] if swapped else second[int(q1)]
        seen.add(place)
        expected[:, place] = theirs[:, t].swapaxes(-1, -2) if swapped else theirs[:, t]
        assert mine.weights[place] == their.weights[t]
    assert len(seen) == len(mine.weights)
    # Weights are averaged over sets, strengths are not: sums over sets are compared.
    n_t = len(TEMPERATURES)
    for place, p in enumerate(mine.points):
        f = pair.phonons.frequencies[p]
        for i in range(n_t):
            np.testing.assert_allclose(
                sums_over_sets(ours[i, place], f),
                sums_over_sets(expected[i, place], f),
                rtol=0,
                atol=CLOSE * expected[i].max(),
            )


def test_imaginary_part_at_frequency_points(pair, q, occupations, smearing):
    points = points_of(pair)
    scattering = Scattering(smearing=smearing)
    ours = imaginary_self_energy(
        pair.series, pair.phonons, EvaluationPoints(q, points), occupations, scattering
    )
    theirs = imaginary_part(pair, q, smearing, points)
    expected = at_temperatures(theirs, lambda c: c.imag_self_energy)
    assert_close(ours.total, expected.swapaxes(1, 2))


@pytest.mark.parametrize("at_bands", [True, False])
def test_real_part(pair, q, occupations, at_bands):
    from phono3py.phonon3.real_self_energy import RealSelfEnergy

    points = None if at_bands else points_of(pair)
    theirs = RealSelfEnergy(pair.interaction)
    theirs.grid_point = pair.theirs(q)
    for epsilon in (0.05, 0.3):
        theirs.epsilon = epsilon
        if points is not None:
            theirs.frequency_points = points
        theirs.run_interaction()
        expected = at_temperatures(theirs, lambda c: c.real_self_energy)
        if points is not None:
            expected = expected.swapaxes(1, 2)
        evaluation = EvaluationPoints(q, points)
        run = (pair.series, pair.phonons, evaluation, occupations)
        assert_close(real_self_energy(*run, epsilon=epsilon), expected)


@pytest.mark.parametrize("smearing", ["tetrahedra", "Gaussian"], indirect=True)
def test_spectral_function(pair, q, occupations, smearing):
    from phono3py.phonon3.spectral_function import SpectralFunction

    points = default_frequency_points(pair.phonons.frequencies, n=101)
    theirs = SpectralFunction(
        pair.interaction,
        [pair.theirs(q)],
        frequency_points=points,
        sigmas=[smearing and smearing.sigma],
        temperatures=TEMPERATURES,
    )
    theirs.run()
    ours = spectral_function(
        pair.series,
        pair.phonons,
        EvaluationPoints(q, points),
        occupations,
        Scattering(smearing=smearing),
    )
    gamma = theirs.half_linewidths[0, :, 0]
    assert_close(ours.imaginary[..., 1:], gamma[..., 1:])
    # Γ is odd, so 0 at 0. There δ(f' − f'') and δ(f'' − f') of one band jump, phono3py's
    # tetrahedra take the two from different sides, its Γ(0) is up to 1e-5 of the largest,
    # of either sign, and is counted in the sum of Kramers and Kronig as −Γ(0).
    assert np.abs(ours.imaginary[..., 0]).max() < 1e-70
    assert np.abs(gamma[..., 0]).max() < 2e-5 * gamma.max()
    gamma[..., 0] = 0
    theirs._run_delta(0, 0)
    theirs._run_spectral_function(0, pair.theirs(q), 0)
    assert_close(ours.real, theirs.shifts[0, :, 0])
    assert_close(ours.values, theirs.spectral_functions[0, :, 0], 1e-6)


def test_joint_densities_bare_and_at_each_temperature(pair, q, occupations, smearing):
    from phono3py.phonon3.joint_dos import JointDos

    peer, points = pair.peer, points_of(pair)
    joint = JointDos(
        peer.primitive,
        peer.supercell,
        peer.grid,
        peer.fc2,
        sigma=smearing and smearing.sigma,
        sigma_cutoff=smearing and smearing.cutoff,
        cutoff_frequency=1e-4,
    )
    joint.phonons.frequencies[:] = pair.phonons.frequencies[pair.ours]
    joint.phonons.phonon_done[:] = 1
    joint.set_grid_point(pair.theirs(q))
    joint.frequency_points = points
    run = (pair.phonons, q, points)
    scattering = Scattering(smearing=smearing)
    bare = joint_dos(*run, scattering=scattering)
    joint.temperature = None
    joint.run()
    assert_close(np.stack([bare.differences, bare.sums], axis=1), joint.joint_dos)
    weighted = joint_dos(*run, occupations, scattering)
    for i, t in enumerate(TEMPERATURES):
        if t == 0:
            continue
        joint.temperature = t
        joint.run()
        ours = np.stack([weighted.differences[i], weighted.sums[i]], axis=1)
        assert_close(ours, joint.joint_dos)


def test_averaged_strengths_by_their_definition_which_phono3py_cannot_run(
    pair, q, occupations
):
    # phono3py 4.8.2 still has the mean, ave_pp; its option use_ave_pp ends in an
    # AssertionError. Our averaged strengths are held to the mean, and to what the peer's
    # own kernel makes of strengths that are all equal to it.
    strengths = Strengths.of(pair.series, pair.phonons, q)
    pair.interaction.set_grid_point(pair.theirs(q))
    pair.interaction.run()
    mean = pair.interaction.averaged_interaction
    np.testing.assert_allclose(strengths.mean.sum(), mean.sum(), rtol=1e-10)
    ours = imaginary_self_energy(
        strengths.averaged(), pair.phonons, EvaluationPoints(q), occupations, Scattering()
    ).total
    theirs = imaginary_part(pair, q, None)
    equal = np.empty_like(pair.interaction.interaction_strength)
    equal[:] = (strengths.mean / pair.grid.n_q)[:, None, None]
    theirs.set_interaction_strength(equal)
    assert_close(ours, at_temperatures(theirs, lambda c: c.imag_self_energy))
