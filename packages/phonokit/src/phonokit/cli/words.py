"""Messages of the library in the words of the command line.

The library names arguments: ``memory must be positive``, ``raise memory=``,
``over_memory="disk"``. Where the argument is an option of the command, that is said.
"""

import re

BEGIN = re.compile(r"^([a-z][a-z0-9_]*)(?=:| must )")
ARGUMENT = re.compile(r"\b([a-z][a-z0-9_]*)=(?:\"([^\"]*)\"|'([^']*)'|([\w.]+))?")


PHRASES = (
    (
        ", or Grid.generalized, or use_symmetry=False",
        ", or a matrix (--mesh-matrix)",
    ),
    (
        "phonokit.displace or from_calculator (phono displace, or phono fc with a "
        "calculator)",
        "phono displace, or phono fc with a --calculator",
    ),
    (
        "which phonokit.displace makes with second_order=False",
        "which phono displace makes without --second-order",
    ),
)
"""Advice of the library that names its functions, and what it is on the command line."""


def in_options(message: str) -> str:
    """A message in the options of the command that is being carried out."""
    from phonokit.cli.invocation import current

    invocation = current.get(None)
    return message if invocation is None else as_options(message, invocation.options)


def as_options(message: str, options: frozenset[str]) -> str:
    """A message with ``--name value`` for every argument that is an option.

    Parameters
    ----------
    message : str
    options : frozenset of str
        Those of the command, ``--memory`` and the like.
    """

    def option(match: re.Match[str]) -> str:
        name = _flag(match.group(1))
        if name not in options:
            return match.group(0)
        value = next((v for v in match.groups()[1:] if v is not None), "")
        if value in ("True", "False"):
            return name if value == "True" else f"--no-{name[2:]}"
        return f"{name} {value}".strip()

    for advice, here in PHRASES:
        message = message.replace(advice, here)
    message = BEGIN.sub(lambda m: _known(m.group(1), options), message)
    return ARGUMENT.sub(option, message)


def _flag(name: str) -> str:
    """The option of an argument."""
    return "--" + name.replace("_", "-")


def _known(name: str, options: frozenset[str]) -> str:
    """The option of an argument, or the argument itself where it is none."""
    return _flag(name) if _flag(name) in options else name
