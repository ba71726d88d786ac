"""Crystals with displaced forces, as phono3py and phonopy write them."""

import dataclasses
from pathlib import Path

from phono_grid.errors import FileError
from phono_grid.files import path_of

from phonokit.io.born import read_born_charges
from phonokit.io.crystal_file import CrystalFile
from phonokit.io.displaced_forces import read_displaced_forces
from phonokit.io.files import DataSet, in_file, sha256
from phonokit.model.force_data import ForceData
from phonokit.model.provenance import InputFile


def read(path: str | Path, *, nac: bool = True) -> ForceData:
    """Read a crystal with its displaced forces.

    Parameters
    ----------
    path : str or Path
        A yaml file of phono3py or phonopy, or a folder that holds one:
        ``phono3py_params*.yaml``, else ``phono3py_disp.yaml``, else those of phonopy.
        Forces are inside, or beside it: ``FORCES_FC3`` and, for a separate supercell of
        second order, ``FORCES_FC2``; ``FORCES_FC2`` or ``FORCE_SETS`` for phonopy; else
        ``forces.hdf5`` of ``phono forces``. Files of forces have three columns, or six with
        the displacements of all atoms. Text may be compressed (``.xz``, ``.lzma``, ``.gz``,
        ``.bz2``). Born charges are those of the file, else of ``BORN`` beside it.

        A file of forces that is named is taken, whatever else there is.
    nac : bool
        Whether Born charges are wanted: if not, those that cannot be read are left out with
        a warning.

    Raises
    ------
    FileError
        If a file is missing or does not hold what it should; the message names the file
        and the key or line. Or if two files hold different forces.

    Examples
    --------
    >>> import phonokit
    >>> phonokit.read("examples/silicon")
    ForceData(Si, 64 atoms, 1 + 110 displacements)
    """
    source = DataSet.of(path_of(path))
    return read_forces_of(CrystalFile.read(source.yaml), source.forces, nac=nac)


def read_forces_of(
    file: CrystalFile, named: Path | None = None, *, nac: bool = True
) -> ForceData:
    """Read the forces that belong to a yaml file, from a named file if there is one."""
    place, phonon_place = file.place, file.phonon_place
    phonon = None
    if phonon_place is not None and file.phonon is not None:
        own = _named(named, phonon_place.files)
        phonon = read_displaced_forces(file, phonon_place, file.phonon, own)
    data = read_displaced_forces(file, place, file.supercell, _named(named, place.files))
    primitive = file.supercell.primitive
    born, born_file = read_born_charges(file.tree, primitive, file.units, nac=nac)
    beside = (data.file, None if phonon is None else phonon.file)
    if named is not None and named not in beside:
        raise FileError(
            f"{named}: is of no use to {file.path.name} beside it; name the yaml file it "
            "belongs to, or the folder"
        )
    paths = (file.path, *beside, born_file)
    supercells = data.supercells
    if phonon is not None:
        supercells = dataclasses.replace(supercells, phonon=phonon.supercells)
    with in_file(data.file or file.path):
        force_data = ForceData.from_supercells(
            supercells,
            data.forces,
            phonon_forces=None if phonon is None else phonon.forces,
            born=born,
            calculator=file.units.calculator,
            files=tuple(InputFile(f, sha256(f)) for f in paths if f is not None),
        )
    return force_data


def _named(path: Path | None, names: tuple[str, ...]) -> Path | None:
    """The file that is named, if its name is one of these."""
    return path if path is not None and path.name.startswith(names) else None
