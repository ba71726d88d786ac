"""Limits of yaml text, looked at before a parser is.

Parsers recurse: a text of dashes ends them, and the process with them. A kilobyte of
aliases of aliases stands for a billion values. No file of a crystal has either.
"""

import re

DEEPEST = 40
"""Lists and mappings inside one another; files of phonopy and phono3py have six."""
MOST_ALIASES = 16
"""Values that are written once and meant again; phonopy and phono3py write none."""

_ALIAS = re.compile(r"(?:^|[\s\[{,])\*[^\s\[\]{},]")
_OPENING = re.compile(r"[ ]*((?:[-?:][ ]+)*)")
"""The indent of a line, and the dashes that begin lists in lists."""


def ensure_within_limits(text: str) -> None:
    """Refuse text that is nested deeper than any crystal, or has aliases in numbers.

    Raises
    ------
    ValueError
        With the line.
    """
    aliases = 0
    indents: list[int] = []
    brackets = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.isspace():
            continue
        opening = _OPENING.match(line)
        dashes = opening[1] if opening else ""
        indent = len(line) - len(line.lstrip(" "))
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        # "-" alone on its line begins a list too; what stands further in pops it not.
        depth = len(indents) + len(dashes.split())
        if "[" in line or "{" in line:
            brackets, most = _brackets(line, brackets)
            depth += most
        elif "]" in line or "}" in line:
            brackets, _ = _brackets(line, brackets)
        if depth + brackets > DEEPEST:
            raise ValueError(
                f"line {number}: lists are nested deeper than {DEEPEST}; no crystal is"
            )
        if "*" in line:
            aliases += len(_ALIAS.findall(line))
            if aliases > MOST_ALIASES:
                raise ValueError(
                    f"line {number}: more than {MOST_ALIASES} aliases (*name); write the "
                    "values themselves"
                )


def _brackets(line: str, before: int) -> tuple[int, int]:
    """Brackets that are open after a line, and the most that were on it."""
    if "#" in line or '"' in line or "'" in line:
        # Text may hold brackets of its own.
        line = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", line)
    now = most = 0
    for character in line:
        if character in "[{":
            now += 1
            most = max(most, now)
        elif character in "]}":
            now -= 1
    return max(0, before + now), most
