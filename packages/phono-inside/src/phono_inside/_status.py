"""Counters of the calls that run inside another program."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class FunctionStatus:
    """One function of phonors, or method of phonopy.

    Attributes
    ----------
    name : str
    replaced : bool
        Whether a kernel of ours stands in its place.
    served : int
        Calls that ours did.
    passed_on : Counter
        Calls that were left to the original, by reason.
    """

    name: str
    replaced: bool = False
    served: int = 0
    passed_on: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """One line: ``interaction: 12 calls served, 1 passed on (sparse grid: 1)``."""
        if not self.replaced:
            why = ", ".join(self.passed_on) or "not asked for"
            return f"{self.name}: the original ({why})"
        n = sum(self.passed_on.values())
        reasons = ", ".join(f"{why}: {count}" for why, count in self.passed_on.items())
        more = f", {n} passed on ({reasons})" if n else ""
        return f"{self.name}: {self.served} calls served{more}"


@dataclass(frozen=True, kw_only=True)
class Status:
    """Which functions are replaced, and what they did in this process.

    Attributes
    ----------
    functions : tuple of FunctionStatus
    phonors : str
        Its version; empty if it is not installed.
    """

    functions: tuple[FunctionStatus, ...]
    phonors: str

    def __str__(self) -> str:
        """A line for each function."""
        head = f"phonors {self.phonors}" if self.phonors else "phonors is not installed"
        return "\n".join([head, *map(str, self.functions)])

    __repr__ = __str__

    def __getitem__(self, name: str) -> FunctionStatus:
        """The function called ``name``."""
        return {function.name: function for function in self.functions}[name]
