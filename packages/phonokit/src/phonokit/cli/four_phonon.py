"""Options of four-phonon scattering."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from phono_4ph import (
    ForceConstants4,
    read_force_constants4,
    read_tdep_fourth_order,
)
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError

from phonokit.cli.asked import file_hash
from phonokit.cli.options import Flat
from phonokit.cli.sizes import part_of_one
from phonokit.model.crystal import Crystal
from phonokit.settings.four_phonon import FourPhonon
from phonokit.settings.sample import Sample

NAME = "FORCE_CONSTANTS_4TH"
TDEP = "infile.forceconstant_fourthorder"
ENDINGS = ("", ".xz", ".gz")


@dataclass(frozen=True, kw_only=True)
class FourPhononOptions:
    """Options of four-phonon scattering.

    Parameters
    ----------
    four_phonon
        Add four-phonon scattering.
    fc4
        Fourth-order force constants in FourPhonon's format, or in TDEP's by its name;
        FORCE_CONSTANTS_4TH or infile.forceconstant_fourthorder beside the data without it.
    sample
        Estimate linewidths from a part of all processes: four-phonon ones, or without
        --four-phonon those of three phonons.
    error
        Relative standard error of κ that sampling aims at, 1% or 0.01.
    seed
        Seed of samples; the same one gives the same numbers, on any number of ranks.
    four_phonon_counting
        Counting of processes that matter on a coarse mesh only: by symmetry, or as
        FourPhonon does.
    """

    four_phonon: bool = False
    fc4: Path | None = None
    sample: bool = False
    error: str = "1%"
    seed: int = 0
    four_phonon_counting: Literal["symmetric", "fourphonon"] = "symmetric"

    @property
    def settings(self) -> FourPhonon | None:
        """The settings that the options mean; None without four-phonon scattering."""
        given = {f.name: getattr(self, f.name) != f.default for f in fields(self)}
        if not self.sample:
            for name in (name for name in ("error", "seed") if given[name]):
                raise DomainError(
                    f"{name}: belongs to sampling; add sample=True, or leave it out"
                )
        if not self.four_phonon:
            own = ("fc4", "four_phonon_counting")
            for name in (name for name in own if given[name]):
                raise DomainError(
                    f"{name}: belongs to four-phonon scattering; add four_phonon=True, or "
                    "leave it out"
                )
            return None
        return FourPhonon(
            sample=self.sample,
            error=part_of_one("error", self.error),
            seed=self.seed,
            counting=self.four_phonon_counting,
        )

    @property
    def of_triplets(self) -> Sample | None:
        """The sampling of three-phonon processes; None if there is none."""
        if not self.sample or self.four_phonon:
            return None
        return Sample(error=part_of_one("error", self.error), seed=self.seed)

    def compute(self, path: Path, function: Callable[..., Any], **inputs: Any) -> Any:
        """A function of a crystal: with fourth-order constants where they are wanted."""
        settings = self.settings
        if settings is None:
            return partial(function, **inputs)

        compute: Any = partial(function, four_phonon=settings, **inputs)

        def computed(crystal: Crystal, **others: Any) -> Any:
            fc4 = self.constants(path, crystal.primitive)
            return compute(crystal.with_fc4(fc4), **others)

        return computed

    def identity(self, path: Path) -> dict[str, str]:
        """A hash of the fourth-order constants, where they are wanted."""
        return (
            {"fc4": file_hash(fourth_order_file(path, self.fc4))}
            if self.four_phonon
            else {}
        )

    def constants(self, path: Path, cell: Cell) -> ForceConstants4:
        """The fourth-order constants."""
        file = fourth_order_file(path, self.fc4)
        return read_fourth_order_constants(file, cell)


def fourth_order_file(path: Path, fc4: Path | None) -> Path:
    """The file of fourth-order constants: ``fc4``, else one beside the data at ``path``."""
    if fc4 is not None:
        return fc4
    folder = path if path.is_dir() else path.parent
    if (folder / TDEP).is_file():
        return folder / TDEP
    for ending in ENDINGS:
        if (folder / f"{NAME}{ending}").is_file():
            return folder / f"{NAME}{ending}"
    raise FileError(
        f"{folder}: has no {NAME}; name the file of fourth-order constants by fc4="
    )


def read_fourth_order_constants(file: Path, cell: Cell) -> ForceConstants4:
    """Fourth-order constants of a primitive cell, of TDEP if the file is so named."""
    read = read_tdep_fourth_order if TDEP in file.name else read_force_constants4
    return read(file, cell)


FourPhonons = Annotated[FourPhononOptions, Flat]
FOUR_PHONON = FourPhononOptions()
