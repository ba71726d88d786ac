"""Every public function of phonokit has an example, and every example runs."""

import doctest
import inspect
import re
from pathlib import Path

import phonokit
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
FUNCTIONS = sorted(
    name for name in phonokit.__all__ if inspect.isfunction(getattr(phonokit, name))
)

WITH = {
    "fit_trajectory": "symfc",
    "from_object": "ase",
    "mode_symmetry": "spgrep",
    "write_modulation": "ase",
}
"""Libraries that examples need without importing them."""


def code(example: doctest.DocTest) -> str:
    """The statements of an example."""
    return "".join(statement.source for statement in example.examples)


@pytest.mark.needs_rust  # examples are of the size that people try
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_has_an_example_that_runs(name, tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(EXAMPLES)
    monkeypatch.chdir(tmp_path)
    function = inspect.unwrap(getattr(phonokit, name))
    (example,) = doctest.DocTestFinder(recurse=False).find(function, name)
    assert example.examples, f"{name}: add an Examples section with >>> to its docstring"
    for module in re.findall(r"^(?:from|import) (\w+)", code(example), re.MULTILINE):
        pytest.importorskip(module)
    if name.startswith("plot"):
        pytest.importorskip("matplotlib")
    if name in WITH:
        pytest.importorskip(WITH[name])
    said: list[str] = []
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    outcome = doctest.DocTestRunner(optionflags=options).run(example, out=said.append)
    assert not outcome.failed, "".join(said)


def test_all_public_names_are_there_and_have_a_docstring():
    for name in phonokit.__all__:
        assert inspect.getdoc(getattr(phonokit, name)), name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_of_a_public_function_is_in_its_docstring(name):
    function = getattr(phonokit, name)
    text = inspect.getdoc(function)
    for parameter in inspect.signature(function).parameters:
        words = re.findall(
            r"^[\w, ]*\b" + parameter + r"\b[\w, ]* : \S", text, re.MULTILINE
        )
        assert len(words) == 1, parameter


def test_every_quantity_of_a_result_is_in_its_docstring():
    results = [getattr(phonokit, n) for n in phonokit.__all__ if n.endswith("Result")]
    for kind in results:
        for parameter in inspect.signature(kind).parameters:
            assert re.search(rf"\b{parameter}\b.* : ", inspect.getdoc(kind)), parameter
