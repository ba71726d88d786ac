"""Images under symmetry of tensor fields about a few displaced atoms."""

import numpy as np
from numpy.typing import NDArray
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, ensure_shape

from phono_fc._extension import rust


@accelerated_by(rust.rows_by_symmetry)
def rows_by_symmetry(
    fields: NDArray[np.float64],
    atoms: NDArray[np.int64],
    targets: NDArray[np.int64],
    rotations: NDArray[np.float64],
    permutations: NDArray[np.int64],
) -> NDArray[np.float64]:
    r"""Sum of all images, about target atoms, of fields about given atoms.

    .. math::

        \Psi_{\alpha\beta\dots}(t, j, \dots) = \sum_{g\,:\; g t = i}
            R_{\alpha'\alpha} R_{\beta'\beta} \cdots
            F_{\alpha'\beta'\dots}(i, g j, \dots)

    over all operations :math:`g` that take target :math:`t` to an atom :math:`i` with a
    field. A target that no operation takes to such an atom gets zero.

    Parameters
    ----------
    fields : (n_i, n_s, …, 3, 3, …) array
        ``F``: one Cartesian axis more than axes over supercell atoms.
    atoms : (n_i,) array of int
        The supercell atom of each field, all different.
    targets : (n_t,) array of int
        Supercell atoms.
    rotations : (n_r, 3, 3) array
        ``R``, Cartesian.
    permutations : (n_r, n_s) array of int
        ``g j = permutations[g, j]``.

    Returns
    -------
    (n_t, n_s, …, 3, 3, …) array
        ``Ψ``, in the unit of ``fields``.
    """
    order = fields.ndim // 2
    n_r, n_s = permutations.shape
    if fields.ndim % 2 or order < 2:
        raise DomainError(
            f"fields: expected as many Cartesian axes as others, at least two, got "
            f"{fields.ndim} axes"
        )
    block = (*[n_s] * (order - 1), *[3] * order)
    ensure_shape("fields", fields, (len(atoms), *block))
    ensure_shape("rotations", rotations, (n_r, 3, 3))
    for name, values in (
        ("atoms", atoms),
        ("targets", targets),
        ("permutations", permutations),
    ):
        if values.size and not ((values >= 0) & (values < n_s)).all():
            raise DomainError(f"{name}: expected atoms 0 to {n_s - 1}")

    rows = np.zeros((len(targets), *block))
    for row, t in zip(rows, targets, strict=True):
        for g, i in np.argwhere(permutations[:, t, None] == atoms):
            image = fields[i][np.ix_(*[permutations[g]] * (order - 1))]
            for _ in range(order):
                # Contract the first Cartesian axis; its image becomes the last one.
                image = np.tensordot(image, rotations[g], axes=(order - 1, 0))
            row += image
    return rows
