"""Options from the library's settings: each field is an option, its docstring the help."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

from cyclopts import Parameter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Option:
    """Properties of an option that its field does not give.

    Parameters
    ----------
    also : tuple of str
        Other names.
    also_off : tuple of str
        Other names of what turns a flag off that is on unless it is told otherwise.
    help : str
        In place of the field's own text.
    """

    also: tuple[str, ...] = ()
    also_off: tuple[str, ...] = ()
    help: str = ""


def options_of(
    settings: type[Any], *, without: tuple[str, ...] = (), **special: Option
) -> type[Any]:
    """A class whose fields, read by cyclopts, are the options of some settings.

    A flag that is on unless it is told otherwise becomes ``--no-name`` too.

    Parameters
    ----------
    settings : type
        A dataclass that documents its fields.
    without : tuple of str
        Fields that are no options.
    special : Option
        By field.
    """
    hints, texts = get_type_hints(settings), field_texts(settings)
    made = []
    for f in fields(settings):
        if f.name in without:
            continue
        option = special.get(f.name, Option())
        flag = "--" + f.name.replace("_", "-")
        on = f.default is True
        parameter = Parameter(
            name=(flag, *option.also),
            negative=(f"--no-{flag[2:]}", *option.also_off) if on else (),
            help=option.help or texts.get(f.name, ""),
        )
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        if isinstance(default, Enum):
            default = default.value
        hint = _choices(hints[f.name])
        made.append((f.name, Annotated[hint, parameter], field(default=default)))
    options = make_dataclass(f"{settings.__name__}Options", made, frozen=True, kw_only=True)
    # Of no module of the standard library, whose classes cyclopts does not look into.
    options.__module__ = __name__
    return options


def _choices(hint: Any) -> Any:
    """A type in which an enum or its names are the names alone, as people type them."""
    parts = get_args(hint)
    for enum in (p for p in parts if isinstance(p, type) and issubclass(p, Enum)):
        names: Any = Literal.__getitem__(tuple(member.value for member in enum))
        return names | None if type(None) in parts else names
    return hint


def is_whole(hint: Any) -> bool:
    """Whether a type is of whole numbers alone, one or several."""
    if hint is int or hint is type(None) or hint is Ellipsis:
        return True
    parts = get_args(hint)
    return bool(parts) and all(is_whole(part) for part in parts)


def settings_from(settings: type[T], options: object, **others: Any) -> T:
    """Make settings of their options, and of fields that are no options."""
    # Its class was made by `options_of`: a dataclass, which mypy cannot know.
    given = {f.name: getattr(options, f.name) for f in fields(options)}  # type: ignore[arg-type]
    return settings(**given, **others)


def field_texts(settings: object) -> Mapping[str, str]:
    """Texts of fields or parameters in the docstring of a class or function."""
    lines = inspect.cleandoc(settings.__doc__ or "").splitlines()
    texts: dict[str, str] = {}
    names: list[str] = []
    for line in lines:
        head = re.match(r"^(\w+(?:, \w+)*)(?: : .*)?$", line)
        if head:
            names = head.group(1).split(", ")
        elif line.startswith("    "):
            for name in names:
                texts[name] = f"{texts.get(name, '')} {line.strip()}".strip()
    return {name: re.sub(r"[`]+", "", text) for name, text in texts.items()}
