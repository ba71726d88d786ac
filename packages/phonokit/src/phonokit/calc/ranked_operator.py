"""The collision operator on many ranks: each keeps rows and multiplies with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    CollisionOperator,
    CollisionRows,
    collision_row_blocks,
    collision_row_products,
)
from phono_mpi import Ranks

Array = NDArray[np.float64]

Question = tuple[str, Any]
"""Question of the first rank: ``products`` with a vector, ``own``, or ``row`` i."""


@dataclass(frozen=True, slots=True, eq=False)
class SomeRows:
    """Some rows of an operator.

    Parameters
    ----------
    numbers : (m,) array of int
        Which ones, ascending.
    values : (m, n_T, n_b, 3, n_i, n_b, 3) array
    n : int
        How many there are with those of other ranks.
    """

    numbers: NDArray[np.int64]
    values: Array
    n: int

    def __len__(self) -> int:
        """Number of rows, with those of other ranks."""
        return self.n

    def __getitem__(self, i: int, /) -> Array:
        """One that is here."""
        row: Array = self.values[int(np.searchsorted(self.numbers, i))]
        return row


@dataclass(frozen=True, slots=True, eq=False)
class RankedRows:
    """The rows of all ranks.

    The first rank may ask for anything; meanwhile the others `serve`, until it calls
    `release`.

    Parameters
    ----------
    here : CollisionRows
        Those of this rank.
    numbers : (m,) array of int
        Their numbers, whole blocks of `collision_row_blocks`.
    ranks : Ranks
    """

    here: CollisionRows
    numbers: NDArray[np.int64]
    ranks: Ranks

    def __len__(self) -> int:
        """Number of rows on all ranks."""
        return len(self.here)

    def __getitem__(self, i: int, /) -> Array:
        """A row, from the rank that has it."""
        (row,) = self.ask(("row", i))
        checked: Array = row
        return checked

    def ask(self, question: Question) -> list[Any]:
        """The answers of all ranks, in the order of rows. On the first rank."""
        self.ranks.bcast(question)
        answers = self.ranks.gather(self._answer(question))
        merged = {number: value for answer in answers for number, value in answer.items()}
        return [merged[number] for number in sorted(merged)]

    def serve(self) -> None:
        """Answer the first rank until it is ready. On the other ranks."""
        nothing: Question | None = None
        while (question := self.ranks.bcast(nothing)) is not None:
            self.ranks.gather(self._answer(question))

    def release(self) -> None:
        """Let the other ranks go on. On the first rank."""
        self.ranks.bcast(None)

    def _answer(self, question: Question) -> dict[int, Any]:
        """Answer of this rank, by the number of the row or block."""
        own_numbers = set(self.numbers.tolist())
        match question:
            case ("products", z):
                blocks = enumerate(collision_row_blocks(len(self)))
                return {
                    k: collision_row_products(self.here, b, z)
                    for k, b in blocks
                    if b.start in own_numbers
                }
            case ("row", i):
                return {i: self.here[i]} if i in own_numbers else {}
            case _:
                return {i: self.here[i][:, :, :, i] for i in sorted(own_numbers)}


@dataclass(frozen=True, slots=True, eq=False)
class RankedOperator(CollisionOperator):
    """Collision operator whose rows are on all ranks, as the first rank sees it.

    Products are made block by block where the rows are, and added in the order of blocks,
    as one process does it.
    """

    rows: RankedRows

    def products(self, z: Array) -> Iterable[tuple[Array, Array]]:
        """Each block from the rank that has it."""
        return self.rows.ask(("products", z))

    def own(self) -> Iterable[Array]:
        """Each point from the rank that has its row."""
        return self.rows.ask(("own", None))
