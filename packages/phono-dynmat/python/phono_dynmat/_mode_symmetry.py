"""Irreducible representations of phonons."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import DEGENERACY, Cell, Symmetry, ValueNoun, degenerate_sets
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_finite,
    ensure_positive,
    ensure_type,
    finite,
    frozen,
)

from phono_dynmat._dynamical_matrix import phonon_modes
from phono_dynmat._fourier import Dynamics
from phono_dynmat._mulliken import mulliken_names
from phono_dynmat._zone import half_open_image

SAME_POINT = 1e-9
"""Largest difference of components of one wave vector."""
SAME_PHASE = 1e-4
"""Turns; translations are as exact as positions."""
WHOLE = 0.05
"""Tolerance of multiplicities as whole numbers."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class ModeSymmetry(ValueNoun):
    """Irreducible representations of the phonons at one wave vector.

    ``n_b`` bands in ``n_s`` sets of one frequency each, ``n_i`` representations of the
    ``n_g`` operations that leave the wave vector where it is.

    Parameters
    ----------
    qpoint : (3,) array_like
        Fractional.
    frequencies : (n_b,) array_like
        THz, ascending; negative if imaginary.
    sets : (n_b,) array_like of int
        The degenerate set of each band, from 0.
    operations : (n_g,) array_like of int
        Numbers of the operations in the space group.
    names : tuple of str
        Of the representations: Mulliken's for the point group of the wave vector, with
        parities about an inversion centre; ``(A1 + B1)`` where time reversal joins two.
        D1, D2, ... in the order of spgrep where they are none of the point group, on the
        boundary of the zone of nonsymmorphic crystals, or have complex characters.
    characters : (n_i, n_g) array_like of complex
        Of the representations; where time reversal joins two, of both together.
    multiplicities : (n_s, n_i) array_like of int
        How often each is in the modes of a set.
    infrared : (n_i,) array_like of bool
        Whether modes of it have a dipole. All False but at Γ.
    raman : (n_i,) array_like of bool
        Whether they change the polarisability. All False but at Γ.
    """

    qpoint: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    sets: NDArray[np.int64]
    operations: NDArray[np.int64]
    names: tuple[str, ...]
    characters: NDArray[np.complex128]
    multiplicities: NDArray[np.int64]
    infrared: NDArray[np.bool_]
    raman: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("names", self.names, tuple, list)
        for name in self.names:
            ensure_type("names: a name", name, str)
        q = finite(self.qpoint, "qpoint", (3,))
        f = finite(self.frequencies, "frequencies", ("n_b",))
        n_i, n_b = len(self.names), len(f)
        characters = as_numbers(self.characters, "characters", np.complex128, (n_i, "n_g"))
        ensure_finite("characters", characters)
        n_g = characters.shape[1]
        object.__setattr__(self, "names", tuple(self.names))
        object.__setattr__(self, "qpoint", frozen(q, "qpoint"))
        object.__setattr__(self, "frequencies", frozen(f, "frequencies"))
        object.__setattr__(self, "characters", characters)
        for name, dtype, shape in (
            ("sets", np.int64, (n_b,)),
            ("operations", np.int64, (n_g,)),
            ("multiplicities", np.int64, ("n_s", n_i)),
            ("infrared", np.bool_, (n_i,)),
            ("raman", np.bool_, (n_i,)),
        ):
            object.__setattr__(self, name, frozen(getattr(self, name), name, dtype, shape))

    @property
    def labels(self) -> tuple[str, ...]:
        """The representation of each set, ``"T2g"``; of several ``"A1 + E"``."""
        return tuple(
            " + ".join(
                name if times == 1 else f"{times} {name}"
                for times, name in zip(row.tolist(), self.names, strict=True)
                if times
            )
            for row in self.multiplicities
        )

    def __repr__(self) -> str:
        """Wave vector and labels."""
        q = " ".join(f"{x:g}" for x in self.qpoint)
        return f"ModeSymmetry(q = {q}: {', '.join(self.labels)})"


def mode_symmetry(
    dynamics: Dynamics,
    symmetry: Symmetry,
    qpoint: ArrayLike = (0.0, 0.0, 0.0),
    *,
    degeneracy: float = DEGENERACY,
) -> ModeSymmetry:
    r"""Find the irreducible representations of the phonons at a wave vector.

    An operation :math:`\{R|t\}` with :math:`R q = q + G` takes the eigenvectors to

    .. math::

        \Gamma_{k'k} = R\, e^{-2\pi i\, (Rq) \cdot t}\, e^{2\pi i\, G \cdot \tau_{k'}},
        \qquad
        m_i = \frac{1}{n_g} \sum_g \chi_i(g)^*
              \sum_{j \in \text{set}} e_j^\dagger\, \Gamma(g)\, e_j

    with :math:`k'` the atom that :math:`k` is taken to. Representations are those of spgrep
    [1]_ (the extra ``symmetry``). Where :math:`-q = q + G`, time reversal joins those that
    are conjugate to each other.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
        At Γ of a crystal with charges: without a macroscopic field.
    symmetry : Symmetry
        Of its primitive cell.
    qpoint : (3,) array_like
        Fractional; its image with coordinates in (-1/2, 1/2] is taken.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    ModeSymmetry

    Raises
    ------
    DomainError
        If spgrep is not installed, the cell is not primitive, or a degenerate set is cut,
        since force constants break the symmetry by more than ``degeneracy``.

    References
    ----------
    .. [1] K. Shinohara, A. Togo, I. Tanaka, J. Open Source Softw. 8, 5269 (2023).
    """
    ensure_type("symmetry", symmetry, Symmetry)
    ensure_positive("degeneracy", degeneracy)
    q = half_open_image(finite(qpoint, "qpoint", (3,)))
    modes = phonon_modes(dynamics, q[None])
    cell = dynamics.cell
    _ensure_primitive(symmetry, cell)
    representations, operations = _representations(symmetry, q)
    characters = np.array([np.einsum("gii->g", r) for r in representations])
    at_gamma = np.abs(q - np.rint(q)).max() < SAME_POINT
    pairs = [(i, i) for i in range(len(characters))]
    if np.abs(2 * q - np.rint(2 * q)).max() < SAME_POINT:
        pairs = _conjugate_pairs(characters)
    names = _names(characters, pairs, symmetry, operations, q, cell)
    characters = np.array(
        [characters[i] if i == j else characters[i] + characters[j] for i, j in pairs]
    )
    f = modes.frequencies[0]
    sets = degenerate_sets(f, degeneracy)
    sets = np.cumsum(np.diff(sets, prepend=sets[0]) != 0)
    e = modes.polarizations[0].reshape(len(f), -1)
    found = np.zeros((sets[-1] + 1, len(operations)), dtype=complex)
    for g, operation in enumerate(operations):
        turned = np.einsum("jx,jx->j", e.conj(), _turn(e, q, cell, symmetry, operation))
        np.add.at(found[:, g], sets, turned)
    rotations = symmetry.rotations_cartesian[operations]
    return ModeSymmetry(
        qpoint=q,
        frequencies=f,
        sets=sets,
        operations=operations,
        names=names,
        characters=characters,
        multiplicities=_multiplicities(found, characters, sets),
        infrared=_holds(characters, rotations, _vector) & at_gamma,
        raman=_holds(characters, rotations, _symmetric_tensor) & at_gamma,
    )


def _ensure_primitive(symmetry: Symmetry, cell: Cell) -> None:
    """Require a symmetry of this cell, without centring translations."""
    n_a = symmetry.permutations.shape[1]
    if n_a != cell.n_atoms:
        raise DomainError(
            f"symmetry: is of {n_a} atoms, the primitive cell of dynamics has "
            f"{cell.n_atoms}; take Symmetry.of(cell)"
        )
    identity = (symmetry.rotations == np.eye(3, dtype=int)).all(axis=(1, 2))
    if identity.sum() > 1:
        raise DomainError(
            f"symmetry: the cell holds {identity.sum()} primitive cells; take the crystal "
            "on its primitive cell"
        )


def _representations(
    symmetry: Symmetry, q: NDArray[np.float64]
) -> tuple[list[NDArray[Any]], NDArray[np.int64]]:
    """Matrices of the irreducible representations, and the little group."""
    try:
        from spgrep import get_spacegroup_irreps_from_primitive_symmetry
    except ModuleNotFoundError:
        raise DomainError(
            "irreducible representations need spgrep, which is not installed; install it "
            "with: pip install spgrep"
        ) from None
    matrices, little = get_spacegroup_irreps_from_primitive_symmetry(
        rotations=np.array(symmetry.rotations, dtype=np.intc),
        translations=np.array(symmetry.translations),
        kpoint=np.array(q),
    )
    return list(matrices), np.asarray(little, dtype=np.int64)


def _names(
    characters: NDArray[np.complex128],
    pairs: list[tuple[int, int]],
    symmetry: Symmetry,
    operations: NDArray[np.int64],
    q: NDArray[np.float64],
    cell: Cell,
) -> tuple[str, ...]:
    """Mulliken's names of representations and joined pairs of them, else numbers."""
    numbers = tuple(f"D{n}" for n in range(1, len(pairs) + 1))
    plain = _of_point_group(characters, symmetry, operations, q)
    if plain is None:
        return numbers
    units: list[NDArray[np.complex128]] = []
    parts: list[list[int]] = []
    for i, j in pairs:
        is_conjugate = np.abs(plain[i] - plain[j].conj()).max() < WHOLE
        both = [plain[i], plain[j]]
        mine = both[:1] if i == j else [sum(both)] if is_conjugate else both
        parts.append([len(units) + n for n in range(len(mine))])
        units += mine
    if np.abs(np.imag(units)).max() > WHOLE:
        return numbers
    rotations = symmetry.rotations_cartesian[operations]
    names = mulliken_names(np.real(units), rotations, cell.lattice)
    return tuple(
        names[k[0]] if len(k) == 1 else f"({names[k[0]]} + {names[k[1]]})" for k in parts
    )


def _of_point_group(
    characters: NDArray[np.complex128],
    symmetry: Symmetry,
    operations: NDArray[np.int64],
    q: NDArray[np.float64],
) -> NDArray[np.complex128] | None:
    r"""Characters without phases of translations, where they are of the point group.

    .. math:: \chi(R) = \chi(\{R|t\})\, e^{2\pi i q \cdot t}

    if :math:`e^{2\pi i G_g \cdot t_h} = 1` for all operations, :math:`G = R q - q`, of one
    of the images of q, and translations from an inversion centre, if there is one.
    """
    w, t = symmetry.rotations[operations], symmetry.translations[operations]
    inversion = np.flatnonzero((w == -np.eye(3, dtype=int)).all(axis=(1, 2)))
    if len(inversion):
        centre = t[inversion[0]] / 2
        t = t + w @ centre - centre
    turned = np.linalg.inv(w).transpose(0, 2, 1)
    for image in sorted(product((-1, 0, 1), repeat=3), key=lambda n: sum(map(abs, n))):
        x = q + image
        factors = np.rint(turned @ x - x) @ t.T
        if np.abs(factors - np.rint(factors)).max() < SAME_PHASE:
            return np.asarray(characters * np.exp(2j * np.pi * (t @ x)))
    return None


def _turn(
    e: NDArray[np.complex128],
    q: NDArray[np.float64],
    cell: Cell,
    symmetry: Symmetry,
    operation: int,
) -> NDArray[np.complex128]:
    """Eigenvectors as rows, (n_b, 3 n_a), taken elsewhere by an operation."""
    rotated = np.linalg.inv(symmetry.rotations[operation]).T @ q
    g = np.rint(rotated - q)
    image = symmetry.permutations[operation]
    phases = np.exp(2j * np.pi * (cell.positions[image] @ g))
    phases = phases * np.exp(-2j * np.pi * (rotated @ symmetry.translations[operation]))
    u = np.einsum(
        "xy,jky,k->jkx",
        symmetry.rotations_cartesian[operation],
        e.reshape(len(e), -1, 3),
        phases,
    )
    out = np.empty_like(u)
    out[:, image] = u
    return np.asarray(out.reshape(e.shape))


def _conjugate_pairs(characters: NDArray[np.complex128]) -> list[tuple[int, int]]:
    """Representations that are conjugate to each other, or to themselves."""
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for i, x in enumerate(characters):
        if i not in taken:
            j = int(np.argmin(np.abs(characters - x.conj()).max(axis=1)))
            taken |= {i, j}
            pairs.append((i, j))
    return pairs


def _multiplicities(
    found: NDArray[np.complex128],
    characters: NDArray[np.complex128],
    sets: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Multiplicity of each representation in each set."""
    norms = (np.abs(characters) ** 2).mean(axis=1)
    m = found @ characters.conj().T / characters.shape[1] / norms
    whole = np.rint(m.real).astype(np.int64)
    broken = np.flatnonzero(np.abs(m - whole).max(axis=1) > WHOLE)
    if len(broken):
        bands = np.flatnonzero(sets == broken[0]) + 1
        raise DomainError(
            f"degeneracy: band {bands[0]} to {bands[-1]} are not whole representations, so "
            "the force constants break the symmetry by more than that; give a larger one, "
            "or symmetrised constants"
        )
    return np.asarray(whole)


def _holds(
    characters: NDArray[np.complex128],
    rotations: NDArray[np.float64],
    of: Any,
) -> NDArray[np.bool_]:
    """Whether vectors, or tensors, have a part of each representation."""
    other = np.array([of(r) for r in rotations])
    return np.asarray(np.abs(characters.conj() @ other) / len(rotations) > 0.5)


def _vector(r: NDArray[np.float64]) -> float:
    """The character of a vector."""
    return float(np.trace(r))


def _symmetric_tensor(r: NDArray[np.float64]) -> float:
    """The character of a symmetric tensor of second rank."""
    return float((np.trace(r) ** 2 + np.trace(r @ r)) / 2)
