"""Docstrings that do not repeat what functions have in common."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

SECTION = re.compile(r"^(\w+)\n-+\n", re.MULTILINE)
ENTRY = re.compile(r"^(?=\w+(?:, \w+)*(?: : .*)?$)", re.MULTILINE)
ORDER = ("Parameters", "Returns", "Raises", "Warns", "References", "Examples")


def documented(shared: Mapping[str, str]) -> Callable[[F], F]:
    r"""Complete a docstring by what its function shares with others.

    Parameters
    ----------
    shared : dict
        Parameters by name, ``{"nac": "bool\n    Whether ..."}``, and sections by title.
        What a docstring says itself stays; parameters come in the order of the signature,
        those without words by their type alone.
    """

    def complete(function: F) -> F:
        head, *parts = SECTION.split(inspect.cleandoc(function.__doc__ or ""))
        sections = {**shared, **dict(zip(parts[::2], parts[1::2], strict=True))}
        own, signature = (
            entries(sections.get("Parameters", "")),
            inspect.signature(function),
        )
        for name, parameter in signature.parameters.items():
            if name not in own:
                text = shared.get(name) or _name(parameter.annotation)
                own[name] = f"{name} : {text}"
        texts = (own[name] for name in signature.parameters)
        sections["Parameters"] = "\n".join(filter(None, texts))
        sections.setdefault("Returns", _name(signature.return_annotation))
        titles = [title for title in ORDER if title in sections]
        texts = (f"{t}\n{'-' * len(t)}\n{sections[t].strip()}" for t in titles)
        function.__doc__ = "\n\n".join([head.strip(), *texts])
        return function

    return complete if __doc__ else lambda function: function  # -OO leaves no docstrings


def entries(text: str) -> dict[str, str]:
    """Entries of a section by name; of several names that share one the first has it."""
    found: dict[str, str] = {}
    for entry in filter(None, ENTRY.split(text)):
        first, *others = entry.partition("\n")[0].partition(" : ")[0].split(", ")
        found |= {first: entry.strip(), **dict.fromkeys(others, "")}
    return found


def _name(annotation: Any) -> str:
    """A type as it is written."""
    return getattr(annotation, "__name__", str(annotation))
