"""Lists of numbers on the command line, temperatures above all."""

import pytest
from cyclopts import Token
from phonokit.cli.app import main
from phonokit.cli.temperatures import shortened, spread, temperatures_of


def understood(*texts):
    """Temperatures that are meant by some arguments."""
    return temperatures_of(tuple, [Token(value=text) for text in texts])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["300"], (300,)),
        (["100,200", "3e2"], (100, 200, 300)),
        (["100:300:50"], (100, 150, 200, 250, 300)),
        (["100:310:100,7"], (100, 200, 300, 7)),
        (["0:0.5:0.1"], (0, 0.1, 0.2, 0.3, 0.4, 0.5)),
        (["300:100:-100"], (300, 200, 100)),
        (["300:300:10"], (300,)),
    ],
)
def test_numbers_lists_and_ranges_are_understood(texts, expected):
    assert understood(*texts) == expected


@pytest.mark.parametrize(
    "text", ["", "a", "1:2", "1:2:0", "2:1:1", "1:2:3:4", "1,,2", "0:1e9:1", "1:nan:2"]
)
def test_what_is_no_list_says_how_to_write_one(text):
    with pytest.raises(ValueError, match=r"expected numbers as in 300, 100,200,300 or"):
        understood(text)


def test_numbers_belong_to_the_option_before_them_and_a_path_does_not():
    tokens = [
        "kappa",
        "--temperature",
        "100",
        "200:300:50",
        "data",
        "--mesh",
        "3",
        "3",
        "3",
    ]
    assert spread(tokens) == [
        "kappa",
        "--temperature=100",
        "--temperature=200:300:50",
        *tokens[4:],
    ]


def test_wave_vectors_may_begin_with_a_minus_sign_and_be_fractions():
    tokens = ["gamma", "data", "--q", "0,0,0", "-0.25,0,0", "1/3,-1/3,0", "--unit", "meV"]
    assert spread(tokens) == [
        "gamma",
        "data",
        "--q=0,0,0",
        "--q=-0.25,0,0",
        "--q=1/3,-1/3,0",
        *tokens[-2:],
    ]


def test_an_option_without_its_number_is_refused(capsys):
    assert main(["kappa", "data", "--temperature", "--isotopes"]) == 2
    assert "--temperature: expected a number, got nothing" in capsys.readouterr().err


def test_moments_may_be_counted_as_in_an_incar():
    tokens = ["displace", "POSCAR", "--magnetic-moments", "2*1.5", "-0.5", "2*-1"]
    moments = [t.partition("=")[2] for t in spread(tokens)[2:]]
    assert moments == ["1.5", "1.5", "-0.5", "-1", "-1"]
    assert spread(["--q", "2*1"]) == ["--q", "2*1"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([10.0 * i for i in range(11)], "0:100:10"),
        ([300.0 - 20 * i for i in range(11)], "300:100:-20"),
        ([0.0, 0.0, 1.8, 0.0, 0.0, -1.8, *[0.0] * 6], None),
        ([1.0, 1, 1, -1, -1, -1, *[0.0] * 6], None),
        ([0.0, 1e-9, *[1.0] * 9], None),
        ([5.0] * 12, None),
    ],
)
def test_many_numbers_are_told_as_a_range_only_if_they_are_one(values, text):
    values = [float(x) for x in values]
    assert shortened(values) == (values if text is None else text)
