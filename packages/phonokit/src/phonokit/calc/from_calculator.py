"""From a structure and a calculator to a crystal, in one call."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Backend, Cell
from phono_grid.errors import ensure_flag
from phono_grid.files import make_folder, path_of

from phonokit.calc.displace import displace, displace_fourth_order
from phonokit.calc.fit_fourth_order import fit_fourth_order
from phonokit.calc.forces import compute_forces
from phonokit.calc.relax import RELAXED
from phonokit.calc.relax import relax as relaxed
from phonokit.model.crystal import Crystal
from phonokit.model.dipoles import Dipoles
from phonokit.model.displaced_supercells import AnySupercells
from phonokit.model.force_data import ForceData
from phonokit.model.fourth_order import FourthOrderData, FourthOrderSupercells
from phonokit.settings.displace import Displace
from phonokit.settings.fit import Fit

STORE, PHONON_STORE, FOURTH_STORE = "forces.hdf5", "forces_fc2.hdf5", "forces_fc4.hdf5"
Progress = Callable[[int, int], None]


def from_calculator(
    structure: str | Path | Cell | Any,
    calculator: Any,
    settings: Displace | None = None,
    *,
    fit: Fit | None = None,
    fc4_cutoff: float | None = None,
    folder: str | Path | None = None,
    residual: bool = False,
    relax: bool = False,
    born: Dipoles | None = None,
    format: str | None = None,
    lang: Backend | str | None = None,
    progress: Progress | None = None,
) -> Crystal:
    """Make a crystal of a structure and a calculator of its forces.

    The same as `displace`, `compute_forces`, `ForceData.from_supercells` and
    `Crystal.from_forces`, one after the other.

    Parameters
    ----------
    structure : str, Path, Cell or ase.Atoms
        The unit cell; a path is of any file that ASE reads.
    calculator : ase.calculators.calculator.Calculator
    settings : Displace, optional
        Supercell, distance, kind of displacements.
    fit : Fit, optional
        How force constants are solved for from the forces.
    fc4_cutoff : float, optional
        Å; fourth-order constants too, of four atoms any two of which are nearer, see
        `displace_fourth_order`.
    folder : str or Path, optional
        Where every finished supercell is kept, ``forces.hdf5`` (``forces_fc4.hdf5``): call
        again with the same folder, and only what is missing is computed. Nothing is kept if
        not given.
    residual : bool
        Compute the undisplaced supercell too, and subtract its forces from all others.
    relax : bool
        Relax positions and cell first, see `phonokit.relax`.
    born : Dipoles, optional
        Born charges.
    format : str, optional
        Of the file, by ASE's name; told by what is in it if not given.
    lang : "Rust" or "Python", optional
        The implementation of the kernels; the one that is active if not given.
    progress : callable, optional
        Called with the supercells that are done, and how many there are.

    Returns
    -------
    Crystal

    Raises
    ------
    DomainError
        If the structure is not a crystal, or the calculator fails.
    FileError
        If what is in ``folder`` is of other supercells.

    Examples
    --------
    >>> import phonokit
    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> settings = phonokit.Displace(supercell=(3, 3, 3))
    >>> copper = phonokit.from_calculator(bulk("Cu"), EMT(), settings)
    >>> copper
    Crystal(Cu, 27 atoms, 1 + 48 displacements, from forces)
    >>> bool(phonokit.kappa(copper, (3, 3, 3), [300]).kappa[0, 0] > 0)
    True
    """
    ensure_flag("relax", relax)
    with TemporaryDirectory() as temporary:
        kept = Path(temporary) if folder is None else path_of(folder, "folder")
        make_folder(kept)
        name = type(calculator).__name__
        if relax:
            file = kept / RELAXED
            structure = relaxed(
                structure, calculator, kept=file, origin=name, format=format
            )
        supercells = displace(structure, settings, format=format)
        fourth = None
        if fc4_cutoff is not None:
            fourth = displace_fourth_order(
                structure, settings, cutoff=fc4_cutoff, format=format
            )

        def forces_in(
            part: AnySupercells | FourthOrderSupercells, store: str
        ) -> NDArray[np.float64]:
            return compute_forces(
                part,
                calculator,
                kept / store,
                origin=name,
                residual=residual,
                progress=progress,
            )

        forces = forces_in(supercells, STORE)
        phonon = supercells.phonon
        own = None if phonon is None else forces_in(phonon, PHONON_STORE)
        fc4 = None
        if fourth is not None:
            in_triples = forces_in(fourth, FOURTH_STORE)
            fc4 = fit_fourth_order(FourthOrderData(supercells=fourth, forces=in_triples))
    data = ForceData.from_supercells(
        supercells, forces, phonon_forces=own, born=born, calculator=name
    )
    crystal = Crystal.from_forces(data, fit=fit, lang=lang)
    return crystal if fc4 is None else crystal.with_fc4(fc4)
