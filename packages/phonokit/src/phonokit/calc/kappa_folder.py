"""Finished conductivities in a folder, and those that are being computed there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Grid
from phono_grid.errors import FileError, ensure_callable, ensure_flag, ensure_type
from phono_grid.files import make_folder, path_of
from phono_grid.hdf5 import open_hdf5
from phono_mpi import Ranks

from phonokit.model.crystal import Crystal
from phonokit.results.finished import reason_of_difference
from phonokit.results.kappa import KappaResult
from phonokit.results.reading import read_result
from phonokit.run.run import on_first_rank
from phonokit.run.store import RunStore
from phonokit.settings.transport import Transport

Asked = Callable[[Crystal, Grid, Transport], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KappaFolder:
    """A folder of conductivities, a file for each, as ``phono kappa`` writes them.

    What is finished is read from there; a run that was stopped goes on from its file.

    Parameters
    ----------
    folder : str or Path
    overwrite : bool
        Compute and replace what is there.
    restart : bool
        Start from the beginning what was stopped.
    command : str
        The command line, to be kept in the files.
    asked : callable, optional
        Everything that a conductivity depends on, by name, of crystal, grid and transport;
        what `phonokit.converge` knows if not given.
    tell : callable, optional
        Called with a sentence if a run goes on where another has ended.
    """

    folder: Path | str = "."
    overwrite: bool = False
    restart: bool = False
    command: str = ""
    asked: Asked | None = None
    tell: Callable[[str], None] | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        object.__setattr__(self, "folder", path_of(self.folder))
        for name in ("overwrite", "restart"):
            ensure_flag(name, getattr(self, name))
        ensure_type("command", self.command, str)
        ensure_callable("asked", self.asked)
        ensure_callable("tell", self.tell)

    def find(self, target: Path, asked: Mapping[str, str]) -> NDArray[np.float64] | None:
        """The conductivity of a finished file, (n_T, 6); None if there is none.

        Raises
        ------
        FileError
            If there is another one, which is not to be replaced.
        """
        self.ensure_usable(target, asked)
        if self.overwrite or not target.is_file():
            return None
        result = read_result(target)
        assert isinstance(result, KappaResult)  # asked for as such
        return result.kappa

    def ensure_usable(self, target: Path, asked: Mapping[str, str]) -> None:
        """Refuse a finished conductivity of other settings.

        Raises
        ------
        FileError
            If there is one, which is not to be replaced.
        """
        if self.overwrite or not target.is_file():
            return
        with open_hdf5(target) as file:
            why = reason_of_difference(file, asked)
        if why:
            raise FileError(
                f"{target}: is there already: {why}; move it, name another folder, or "
                "replace it with overwrite=True"
            )

    @contextmanager
    def store(self, target: Path, ranks: Ranks) -> Iterator[RunStore | None]:
        """The store of a run beside its target, on the first rank. Collective."""
        with ExitStack() as stack:
            stores: list[RunStore] = []

            def enter() -> None:
                make_folder(target.parent)
                path = target.with_name(f"{target.name}.run")
                store = RunStore(path, restart=self.restart, tell=self.tell)
                stores.append(stack.enter_context(store))

            on_first_rank(ranks, enter)
            yield stores[0] if stores else None

    def keep(
        self, result: KappaResult, target: Path, asked: Mapping[str, str], store: RunStore
    ) -> None:
        """Write a finished conductivity, and remove its run."""
        result.write(target, command=self.command, asked=asked)
        store.remove()
