"""Texts of other programs in the variants that people and editors make of them."""

import re
from functools import cache

import numpy as np
import phonokit
import pytest
from constants_of_programs import write_d3q, write_q2r_xml, write_sparse_d3q
from format_crystals import CUBIC
from model_crystals import random_cubic, springs
from phono_fc import ForceConstants, symmetrize
from phono_grid import Supercell

NUMBER = re.compile(r"(?<=\s)(-?)(\d+\.\d+)(?:e([-+]\d+))?(?=[\s,])")


def fortran(text):
    """D exponents and plus signs."""
    return NUMBER.sub(lambda m: f"{m[1] or '+'}{m[2]}D{m[3] or '+00'}", text)


def tabs(text):
    return re.sub(r"(?<=\S) +(?=\S)", "\t", text)


def blanks(text):
    """Empty lines between all lines, and blanks around them."""
    return "".join(f"   {line}  \n \n" for line in text.split("\n"))


VARIANTS = {
    "fortran": fortran,
    "tabs": tabs,
    "blank lines": blanks,
    "windows": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
    "all": lambda text: blanks(tabs(fortran(text))).replace("\n", "\r\n").rstrip(),
}


@cache
def crystal():
    """Few atoms, so that files are short; masses of the elements."""
    cells = Supercell.of(CUBIC.primitive, [1, 1, 1], np.eye(3))
    fc3 = random_cubic(cells, np.random.default_rng(3))
    fc2 = symmetrize(ForceConstants(springs(cells), cells))
    return phonokit.Crystal.from_constants(fc2, symmetrize(ForceConstants(fc3, cells)))


def xml(given, folder):
    phonokit.write_constants(given, folder / "text", format="espresso")
    write_q2r_xml(folder / "text", folder / "x.xml", old=True)
    (folder / "text").unlink()


def force_constants(given, folder):
    phonokit.write_constants(given, folder, format="phonopy")
    phonokit.write_force_constants(phonokit.load(folder).fc2, folder / "FORCE_CONSTANTS")
    (folder / "fc2.hdf5").unlink()


WRITERS = {
    "shengbte": lambda c, d: phonokit.write_constants(c, d, format="shengbte"),
    "tdep": lambda c, d: phonokit.write_constants(c, d, format="tdep"),
    "d3q": write_d3q,
    "sparse d3q": write_sparse_d3q,
    "xml": xml,
    "FORCE_CONSTANTS": force_constants,
}


@pytest.mark.filterwarnings("ignore::phonokit.io.formats.asymmetry.AsymmetryWarning")
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", WRITERS)
def test_variants_of_a_text_are_read_as_it_is(name, variant, tmp_path):
    WRITERS[name](crystal(), tmp_path)
    there = phonokit.load(tmp_path)
    for file in tmp_path.iterdir():
        if file.suffix not in (".yaml", ".hdf5"):
            text = VARIANTS[variant](file.read_text())
            file.write_bytes(text.encode())
    again = phonokit.load(tmp_path)
    assert again.order == there.order
    assert again.primitive.symbols == there.primitive.symbols
    np.testing.assert_allclose(again.primitive.masses, there.primitive.masses, rtol=1e-9)
    np.testing.assert_allclose(again.fc2.values, there.fc2.values, atol=1e-12)
    if there.order == 3:
        np.testing.assert_allclose(again.fc3.values, there.fc3.values, atol=1e-12)


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ("&end", "/"),
        ("&", "$"),
        (r"\(:,(\d)\)", r"( 1:3 , \1 )"),
        (r",\n +", ", "),
        ("scell.*", "SCELL = 3*1"),
        (r'elements="Ga" "As"', "elements(1)='Ga', elements(2)='As'"),
        ("&crystal", "&CRYSTAL ! GaAs, a = 5.65\n ! nothing &end here"),
        ("^", "CONTROL of GaAs\n"),
    ],
)
def test_control_may_be_written_as_fortran_allows(pattern, replacement, tmp_path):
    phonokit.write_constants(crystal(), tmp_path, format="shengbte")
    there = phonokit.load(tmp_path)
    control = tmp_path / "CONTROL"
    text = re.sub(pattern, replacement, control.read_text())
    assert text != control.read_text()
    control.write_text(text)
    again = phonokit.load(tmp_path)
    np.testing.assert_allclose(again.fc2.values, there.fc2.values, atol=1e-12)
    np.testing.assert_allclose(again.primitive.lattice, there.primitive.lattice)
