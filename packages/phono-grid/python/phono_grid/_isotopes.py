"""Natural isotopes of the elements and their standard masses.

Facts of J. R. de Laeter et al., Atomic weights of the elements: review 2000, Pure Appl.
Chem. 75, 683 (2003); masses of isotopes are good to some 1e-6 Da.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid.errors import DomainError, ShapeError, ensure_finite, frozen


def natural_isotopes(symbol: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Masses (Da) and mole fractions of an element's natural isotopes.

    ``symbol`` may carry a number, as in ``Fe2``.

    Raises
    ------
    DomainError
        If the element has no natural isotopes.
    """
    name = element(symbol)
    if name not in ISOTOPES:
        raise DomainError(
            f"symbols: no natural isotopes of {symbol!r} are known; give mass_variances="
        )
    masses, percent = np.array(ISOTOPES[name]).reshape(-1, 2).T
    return masses, percent / percent.sum()


def mass_variance(masses: ArrayLike, fractions: ArrayLike) -> float:
    r"""Relative variance of the masses of an atom's isotopes.

    .. math:: g = \sum_i c_i (1 - m_i / \bar m)^2, \qquad \bar m = \sum_i c_i m_i

    Parameters
    ----------
    masses : n numbers
        Da.
    fractions : n numbers
        ``c``; they sum to 1.
    """
    m, c = frozen(masses, "masses"), frozen(fractions, "fractions")
    if m.ndim != 1 or m.shape != c.shape:
        raise ShapeError(
            f"fractions: expected one for each mass, {list(m.shape)}, got {list(c.shape)}"
        )
    ensure_finite("masses", m)
    if not ((c >= 0).all() and abs(c.sum() - 1) < 1e-6 and (m > 0).all()):
        raise DomainError("fractions must sum to 1 and masses be positive")
    mean = (c * m).sum()
    return float((c * (1 - m / mean) ** 2).sum())


def mass_variances(symbols: Sequence[str]) -> NDArray[np.float64]:
    """The `mass_variance` of every atom with natural isotopes, (n_a,)."""
    ensure_symbols(symbols)
    known = {symbol: mass_variance(*natural_isotopes(symbol)) for symbol in set(symbols)}
    return np.array([known[symbol] for symbol in symbols])


def standard_masses(symbols: Sequence[str]) -> NDArray[np.float64]:
    """Standard atomic masses, Da, (n_a,).

    Raises
    ------
    DomainError
        If a symbol is no element, or one without a standard mass.
    """
    ensure_symbols(symbols)
    for symbol in symbols:
        if element(symbol) not in STANDARD_MASSES:
            raise DomainError(
                f"symbols: no standard mass of {symbol!r} is known; give masses"
            )
    return np.array([STANDARD_MASSES[element(symbol)] for symbol in symbols])


def ensure_symbols(symbols: Sequence[str]) -> None:
    """Require a list of strings."""
    is_list = np.iterable(symbols) and not isinstance(symbols, str)
    if not (is_list and all(isinstance(symbol, str) for symbol in symbols)):
        raise DomainError(f"symbols must be a list of chemical symbols, got {symbols!r}")


def element(symbol: str) -> str:
    """The letters of a symbol."""
    ensure_symbols([symbol])
    match = re.match(r"[A-Z][a-z]?", symbol)
    return match[0] if match else symbol


_TABLE = """
H 1.0078250 99.9885 2.0141018 0.0115
He 3.0160293 0.000134 4.0026033 99.999866
Li 6.0151223 7.59 7.0160041 92.41
Be 9.0121822 100
B 10.0129371 19.9 11.0093055 80.1
C 12.0 98.93 13.0033548 1.07
N 14.0030740074 99.636 15.000108973 0.364
O 15.9949146 99.757 16.9991315 0.038 17.9991604 0.205
F 18.9984032 100
Ne 19.9924402 90.48 20.9938467 0.27 21.9913855 9.25
Na 22.9897697 100
Mg 23.9850419 78.99 24.9858370 10.00 25.9825930 11.01
Al 26.9815384 100
Si 27.97692649 92.223 28.97649468 4.685 29.97377018 3.092
P 30.9737615 100
S 31.9720707 94.99 32.9714585 0.75 33.9678668 4.25 35.9670809 0.01
Cl 34.9688527 75.76 36.9659026 24.24
Ar 35.9675463 0.3365 37.9627322 0.0632 39.9623831 99.6003
K 38.9637069 93.2581 39.9639987 0.0117 40.9618260 6.7302
Ca 39.9625912 96.941 41.9586183 0.647 42.9587668 0.135 43.9554811 2.086
Ca 45.9536928 0.004 47.9525335 0.187
Sc 44.9559102 100
Ti 45.9526295 8.25 46.9517638 7.44 47.9479471 73.72 48.9478708 5.41 49.9447921 5.18
V 49.9471628 0.250 50.9439637 99.750
Cr 49.9460496 4.345 51.9405119 83.789 52.9406538 9.501 53.9388849 2.365
Mn 54.9380496 100
Fe 53.9396148 5.845 55.9349421 91.754 56.9353987 2.119 57.9332805 0.282
Co 58.9332002 100
Ni 57.9353479 68.0769 59.9307906 26.2231 60.9310604 1.1399 61.9283488 3.6345
Ni 63.9279696 0.9256
Cu 62.9296011 69.15 64.9277937 30.85
Zn 63.9291466 48.268 65.9260368 27.975 66.9271309 4.102 67.9248476 19.024
Zn 69.9253250 0.631
Ga 68.9255810 60.108 70.9247050 39.892
Ge 69.9242504 20.38 71.9220762 27.31 72.9234594 7.76 73.9211782 36.72 75.9214027 7.83
As 74.9215964 100
Se 73.9224766 0.89 75.9192141 9.37 76.9199146 7.63 77.9173095 23.77 79.9165218 49.61
Se 81.9167000 8.73
Br 78.9183376 50.69 80.9162910 49.31
Kr 77.920386 0.355 79.916378 2.286 81.9134846 11.593 82.914136 11.500
Kr 83.911507 56.987 85.9106103 17.279
Rb 84.9117893 72.17 86.9091835 27.83
Sr 83.913425 0.56 85.9092624 9.86 86.9088793 7.00 87.9056143 82.58
Y 88.9058479 100
Zr 89.9047037 51.45 90.9056450 11.22 91.9050401 17.15 93.9063158 17.38 95.908276 2.80
Nb 92.9063775 100
Mo 91.906810 14.77 93.9050876 9.23 94.9058415 15.90 95.9046789 16.68 96.9060210 9.56
Mo 97.9054078 24.19 99.907477 9.67
Ru 95.907604 5.54 97.905287 1.87 98.9059385 12.76 99.9042189 12.60 100.9055815 17.06
Ru 101.9043488 31.55 103.905430 18.62
Rh 102.905504 100
Pd 101.905607 1.02 103.904034 11.14 104.905083 22.33 105.903484 27.33 107.903895 26.46
Pd 109.905153 11.72
Ag 106.905093 51.839 108.904756 48.161
Cd 105.906458 1.25 107.904183 0.89 109.903006 12.49 110.904182 12.80 111.9027577 24.13
Cd 112.9044014 12.22 113.9033586 28.73 115.904756 7.49
In 112.904062 4.29 114.903879 95.71
Sn 111.904822 0.97 113.902783 0.66 114.903347 0.34 115.901745 14.54 116.902955 7.68
Sn 117.901608 24.22 118.903311 8.59 119.9021985 32.58 121.9034411 4.63 123.9052745 5.79
Sb 120.9038222 57.21 122.9042160 42.79
Te 119.904026 0.09 121.9030558 2.55 122.9042711 0.89 123.9028188 4.74 124.9044241 7.07
Te 125.9033049 18.84 127.9044615 31.74 129.9062229 34.08
I 126.904468 100
Xe 123.9058954 0.0952 125.904268 0.0890 127.9035305 1.9102 128.9047799 26.4006
Xe 129.9035089 4.0710 130.9050828 21.2324 131.9041546 26.9086 133.9053945 10.4357
Xe 135.907220 8.8573
Cs 132.905447 100
Ba 129.906311 0.106 131.905056 0.101 133.904504 2.417 134.905684 6.592 135.904571 7.854
Ba 136.905822 11.232 137.905242 71.698
La 137.907108 0.090 138.906349 99.910
Ce 135.907140 0.185 137.905986 0.251 139.905435 88.450 141.909241 11.114
Pr 140.907648 100
Nd 141.907719 27.2 142.909810 12.2 143.910083 23.8 144.912569 8.3 145.913113 17.2
Nd 147.916889 5.7 149.920887 5.6
Sm 143.911996 3.07 146.914894 14.99 147.914818 11.24 148.917180 13.82 149.917272 7.38
Sm 151.919729 26.75 153.922206 22.75
Eu 150.919846 47.81 152.921227 52.19
Gd 151.919789 0.20 153.920862 2.18 154.922619 14.80 155.922120 20.47 156.923957 15.65
Gd 157.924101 24.84 159.927051 21.86
Tb 158.925343 100
Dy 155.924278 0.056 157.924405 0.095 159.925194 2.329 160.926930 18.889 161.926795 25.475
Dy 162.928728 24.896 163.929171 28.260
Ho 164.930319 100
Er 161.928775 0.139 163.929197 1.601 165.930290 33.503 166.932046 22.869 167.932368 26.978
Er 169.935461 14.910
Tm 168.934211 100
Yb 167.933895 0.13 169.934759 3.04 170.936323 14.28 171.936378 21.83 172.938207 16.13
Yb 173.938858 31.83 175.942569 12.76
Lu 174.9407682 97.41 175.9426827 2.59
Hf 173.940042 0.16 175.941403 5.26 176.9432204 18.60 177.9436981 27.28 178.9458154 13.62
Hf 179.9465488 35.08
Ta 179.947466 0.012 180.947996 99.988
W 179.946706 0.12 181.948205 26.50 182.9502242 14.31 183.9509323 30.64 185.954362 28.43
Re 184.952955 37.40 186.9557505 62.60
Os 183.952491 0.02 185.953838 1.59 186.9557476 1.96 187.9558357 13.24 188.958145 16.15
Os 189.958445 26.26 191.961479 40.78
Ir 190.960591 37.3 192.962923 62.7
Pt 189.959930 0.014 191.961035 0.782 193.962663 32.967 194.964774 33.832 195.964934 25.242
Pt 197.967875 7.163
Au 196.966551 100
Hg 195.965814 0.15 197.966752 9.97 198.968262 16.87 199.968309 23.10 200.970285 13.18
Hg 201.970625 29.86 203.973475 6.87
Tl 202.972329 29.52 204.974412 70.48
Pb 203.973028 1.4 205.974449 24.1 206.975880 22.1 207.976636 52.4
Bi 208.980384 100
Th 232.038050 100
Pa 231.035880 100
U 234.040945 0.0054 235.043922 0.7204 238.050784 99.2742
"""

_STANDARD = """
H 1.00794 He 4.002602 Li 6.941 Be 9.012182 B 10.811 C 12.0107 N 14.0067 O 15.9994
F 18.9984032 Ne 20.1797 Na 22.98976928 Mg 24.3050 Al 26.9815386 Si 28.0855 P 30.973762
S 32.065 Cl 35.453 Ar 39.948 K 39.0983 Ca 40.078 Sc 44.955912 Ti 47.867 V 50.9415
Cr 51.9961 Mn 54.938045 Fe 55.845 Co 58.933195 Ni 58.6934 Cu 63.546 Zn 65.38 Ga 69.723
Ge 72.64 As 74.92160 Se 78.96 Br 79.904 Kr 83.798 Rb 85.4678 Sr 87.62 Y 88.90585
Zr 91.224 Nb 92.90638 Mo 95.96 Ru 101.07 Rh 102.90550 Pd 106.42 Ag 107.8682 Cd 112.411
In 114.818 Sn 118.710 Sb 121.760 Te 127.60 I 126.90447 Xe 131.293 Cs 132.9054519
Ba 137.327 La 138.90547 Ce 140.116 Pr 140.90765 Nd 144.242 Sm 150.36 Eu 151.964
Gd 157.25 Tb 158.92535 Dy 162.500 Ho 164.93032 Er 167.259 Tm 168.93421 Yb 173.054
Lu 174.9668 Hf 178.49 Ta 180.94788 W 183.84 Re 186.207 Os 190.23 Ir 192.217 Pt 195.084
Au 196.966569 Hg 200.59 Tl 204.3833 Pb 207.2 Bi 208.98040 Th 232.03806 Pa 231.03588
U 238.02891
"""
# M. E. Wieser and M. Berglund, Atomic weights of the elements 2007, Pure Appl. Chem. 81,
# 2131 (2009): what phonopy uses too.

ISOTOPES: dict[str, list[float]] = {}
"""Natural isotopes by element: mass in Da and abundance in %, one after the other."""
for _line in _TABLE.split("\n"):
    if _line:
        _name, *_numbers = _line.split()
        ISOTOPES.setdefault(_name, []).extend(map(float, _numbers))
_words = _STANDARD.split()
_pairs = zip(_words[::2], _words[1::2], strict=True)
STANDARD_MASSES = {name: float(mass) for name, mass in _pairs}
"""Standard masses by element, Da."""
