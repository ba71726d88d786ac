"""Files that are a little wrong: each is made of a good one and a few random numbers."""

import bz2
import gzip
import lzma
import re
from collections.abc import Callable

import numpy as np

Random = np.random.Generator
Mutation = Callable[[bytes, Random], bytes]
NUMBER = re.compile(rb"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:[eEdD][-+]?\d+)?")
WORD = re.compile(rb"[A-Za-z_]\w*")
NUMBERS = [
    *(
        b"0",
        b"-1",
        b"1",
        b"2",
        b"3",
        b"1e-300",
        b"1e300",
        b"1e999",
        b"-0.0",
        b"nan",
        b"inf",
    ),
    *(b"4294967297", b"2147483648", b"9223372036854775808", b"1" + b"0" * 40, b"1_000"),
    *(b"1,5", b"1.5D0", b"0x10", b"1/3", b"true", b"~", b"", b"-", b".", b"1.2.3", b"3*1"),
    *(b"999999999", b"'1'", "½".encode(), "１".encode(), b"1j", b"[1, 2]", b"{}"),
]
"""What may stand where a number is expected."""
WORDS = [
    *(
        b"X",
        b"Xx",
        b"H",
        b"U238",
        b"null",
        b"!!python/object:os.system",
        b"&a",
        b"*a",
        b"<<",
    ),
    *(b"%s%n", b"../../x", b"\xff\xfe", b"\0", b"a" * 5000, "ß".encode(), b"[", b"]", b"{"),
    *(b"- ", b": ", b"#", b"!", b"/", b"&", b"<a>", b"</a>", b"\t", b"\x1b[2J", b"\r"),
]
"""What may stand where a word is expected."""


def flipped(data: bytes, rng: Random) -> bytes:
    """A few bits are others."""
    changed = bytearray(data)
    for place in rng.integers(len(data), size=int(rng.integers(1, 5))):
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def other_bytes(data: bytes, rng: Random) -> bytes:
    """A few bytes are others."""
    changed = bytearray(data)
    for place in rng.integers(len(data), size=int(rng.integers(1, 9))):
        changed[place] = int(rng.integers(256))
    return bytes(changed)


def cut(data: bytes, rng: Random) -> bytes:
    """The end is missing."""
    return data[: int(rng.integers(len(data)))]


def without_piece(data: bytes, rng: Random) -> bytes:
    """A piece is missing."""
    place = int(rng.integers(len(data)))
    return data[:place] + data[place + int(rng.integers(1, 1 + min(len(data), 400))) :]


def with_piece(data: bytes, rng: Random) -> bytes:
    """Something stands between."""
    place = int(rng.integers(len(data)))
    return data[:place] + rng.bytes(int(rng.integers(1, 40))) + data[place:]


def doubled_piece(data: bytes, rng: Random) -> bytes:
    """A piece is there several times."""
    place = int(rng.integers(len(data)))
    piece = data[place : place + int(rng.integers(1, 200))]
    return data[:place] + piece * int(rng.integers(2, 20)) + data[place:]


def zeros(data: bytes, rng: Random) -> bytes:
    """A block was never written."""
    place = int(rng.integers(len(data)))
    n = min(int(rng.integers(1, 4097)), len(data) - place)
    return data[:place] + bytes(n) + data[place + n :]


def replaced(pattern: re.Pattern[bytes], others: list[bytes]) -> Mutation:
    """A mutation that puts something else in the place of a match or two."""

    def mutation(data: bytes, rng: Random) -> bytes:
        for _ in range(int(rng.integers(1, 3))):
            found = list(pattern.finditer(data))
            if not found:
                return data
            match = found[int(rng.integers(len(found)))]
            new = others[int(rng.integers(len(others)))]
            if rng.random() < 0.2:  # of the same file
                new = found[int(rng.integers(len(found)))][0]
            data = data[: match.start()] + new + data[match.end() :]
        return data

    return mutation


def other_lines(data: bytes, rng: Random) -> bytes:
    """Lines are missing, twice there, in another order, joined or indented."""
    lines = data.split(b"\n")
    i, j = sorted(int(x) for x in rng.integers(len(lines), size=2))
    match int(rng.integers(7)):
        case 0:
            del lines[i : i + int(rng.integers(1, 4))]
        case 1:
            lines[i:i] = [lines[j]] * int(rng.integers(1, 50))
        case 2:
            lines[i], lines[j] = lines[j], lines[i]
        case 3:
            lines[i : i + 2] = [b" ".join(lines[i : i + 2])]
        case 4:
            lines[i] = b" " * int(rng.integers(1, 9)) + lines[i]
        case 5:
            lines[i] = lines[i].lstrip()
        case 6:
            lines[i : j + 1] = lines[i : j + 1][::-1]
    return b"\n".join(lines)


def other_words(data: bytes, rng: Random) -> bytes:
    """A line lacks a word, or has one more."""
    lines = data.split(b"\n")
    i = int(rng.integers(len(lines)))
    words = lines[i].split(b" ")
    k = int(rng.integers(len(words)))
    if rng.random() < 0.5:
        del words[k]
    else:
        words.insert(k, NUMBERS[int(rng.integers(len(NUMBERS)))])
    lines[i] = b" ".join(words)
    return b"\n".join(lines)


def other_text(data: bytes, rng: Random) -> bytes:
    """The whole text in another form."""
    latin = data.decode("latin-1")
    forms = [
        lambda: b"\xef\xbb\xbf" + data,
        lambda: latin.encode("utf-16"),
        lambda: data.replace(b"\n", b"\r\n"),
        lambda: data.replace(b"\n", b"\r"),
        lambda: data.replace(b".", b","),
        lambda: data.replace(b" ", b"\t"),
        lambda: data.upper(),
        lambda: data.lower(),
        lambda: data + data,
        lambda: b"",
        lambda: b"\n" * int(rng.integers(1, 5)),
        lambda: data.replace(b"\n", b"\n\n"),
        lambda: data.replace(b"e", b"D"),
    ]
    return forms[int(rng.integers(len(forms)))]()


def packed(data: bytes, rng: Random) -> bytes:
    """The file is compressed, whole or damaged."""
    pack = [gzip.compress, bz2.compress, lzma.compress][int(rng.integers(3))]
    if data[:2] in (b"\x1f\x8b", b"BZ", b"\xfd7"):
        return pack(data) if rng.random() < 0.2 else other_bytes(data, rng)
    small = pack(data)
    return small if rng.random() < 0.3 else other_bytes(small, rng)


def inside(data: bytes, rng: Random) -> bytes:
    """What is in a compressed file is mutated; all of another file otherwise."""
    for magic, unpack, pack in (
        (b"\x1f\x8b", gzip.decompress, gzip.compress),
        (b"BZh", bz2.decompress, bz2.compress),
        (b"\xfd7z", lzma.decompress, lzma.compress),
    ):
        if data.startswith(magic):
            return pack(mutated_text(unpack(data), rng))
    return mutated_text(data, rng)


BYTES: list[Mutation] = [
    *(flipped, other_bytes, cut, without_piece, with_piece, doubled_piece, zeros),
]
TEXT: list[Mutation] = [
    *(replaced(NUMBER, NUMBERS),) * 4,
    *(replaced(WORD, WORDS),) * 2,
    replaced(WORD, NUMBERS),
    *(other_lines, other_lines, other_words, other_words, other_text),
    *(flipped, other_bytes, cut, without_piece, with_piece, doubled_piece),
]


def mutated_text(data: bytes, rng: Random) -> bytes:
    """A text with something wrong in it."""
    for _ in range(1 + (rng.random() < 0.25)):
        data = TEXT[int(rng.integers(len(TEXT)))](data, rng) if data else data
    return data


def mutated(data: bytes, rng: Random) -> bytes:
    """A file with something wrong in it."""
    if not data:
        return rng.bytes(20)
    if b"\0" not in data[:4096] and rng.random() < 0.95:
        return packed(data, rng) if rng.random() < 0.03 else mutated_text(data, rng)
    if rng.random() < 0.3:
        return inside(data, rng)
    return BYTES[int(rng.integers(len(BYTES)))](data, rng)
