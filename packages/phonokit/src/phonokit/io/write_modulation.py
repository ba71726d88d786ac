"""Frames of a modulated supercell, as one file of any format that ASE writes."""

import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from phono_grid.errors import DomainError, ensure_type
from phono_grid.files import path_of, replacing

from phonokit.io.ase import ase, atoms_of
from phonokit.io.program_inputs import WRITERS
from phonokit.io.write_structures import NOT_FOR_CRYSTALS, structure_writer
from phonokit.model.modulation import Modulation


def write_modulation(
    modulation: Modulation, path: str | Path, *, format: str | None = None
) -> Path:
    """Write the frames of a modulation with ASE: structures, or an animation.

    Parameters
    ----------
    modulation : Modulation
    path : str or Path
    format : str, optional
        By ASE's name, such as ``"extxyz"``, ``"vasp"``, ``"vasp-xdatcar"``; told by the
        name of the file if not given.

    Raises
    ------
    DomainError
        If ASE does not write the format, or it holds no crystals, or one structure only
        while there are several frames.
    FileError
        If the file cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> wave = phonokit.modulate(silicon, q=[0.5, 0, 0.5], bands=0, frames=12)
    >>> phonokit.write_modulation(wave, "wave.extxyz").name
    'wave.extxyz'
    """
    ensure_type("modulation", modulation, Modulation)
    target = path_of(path, "path")
    if format is not None:
        ensure_type("format", format, str)
    form = _format(target, format)
    if len(modulation) == 1:
        write = structure_writer(form)
        with replacing(target) as beside:
            write(beside, modulation.supercell.cell, modulation.positions(0))
        return target
    if form in WRITERS or ase("ase.io.formats").ioformats[form].single:
        raise DomainError(
            f"format: {form} holds one structure, there are {len(modulation)} frames; take "
            "another, such as extxyz or vasp-xdatcar"
        )
    images = [_atoms(modulation, frame) for frame in range(len(modulation))]
    with replacing(target) as beside, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what ASE plans
        try:
            ase("ase.io").write(beside, images, format=form)
        except OSError:
            raise
        except Exception as error:  # ASE's writers raise what they like
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise DomainError(
                f"format: ASE cannot write these structures as {form} ({reason[:200]}); "
                "take another"
            ) from None
    return target


def _format(path: Path, form: str | None) -> str:
    """The format that is asked for, or that the name of the file means."""
    if form in WRITERS:
        return str(form)
    formats = ase("ase.io.formats")
    named, found = form is not None, form or ""
    if not named:
        with suppress(formats.UnknownFileTypeError):
            found = str(formats.filetype(str(path), read=False, guess=False))
    known = formats.ioformats
    if found in known and known[found].can_write and found not in NOT_FOR_CRYSTALS:
        return found
    if named:
        raise DomainError(
            f"format: {form!r} is no format of structures that ASE writes; take another, "
            "such as extxyz or vasp"
        )
    raise DomainError(
        f"format: the name {path.name!r} does not tell one; give format=, such as extxyz "
        "or vasp"
    )


def _atoms(modulation: Modulation, frame: int) -> Any:
    """A frame as ``ase.Atoms``."""
    atoms = atoms_of(modulation.supercell.cell)
    atoms.set_positions(modulation.positions(frame))
    return atoms
