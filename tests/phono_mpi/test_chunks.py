"""Cutting arrays by rows into messages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phono_mpi import MAX_MPI_BYTES, chunk_step, row_chunks

sizes = st.integers(0, 1000)


def test_the_limit_is_what_a_signed_32_bit_count_holds():
    assert np.iinfo(np.int32).max == MAX_MPI_BYTES
    assert chunk_step(16, 2**20) == 127


def test_empty_rows_and_rows_above_the_limit_are_sent_one_message_each_at_least():
    assert chunk_step(8, 0, limit=64) == 8
    assert chunk_step(8, 100, limit=64) == 1
    assert list(row_chunks(3, 8, 100, limit=64)) == [(0, 1), (1, 2), (2, 3)]


def test_no_rows_are_no_messages():
    assert list(row_chunks(0, 8, 4)) == []


@given(sizes, st.integers(1, 16), sizes, st.integers(1, 5000))
def test_chunks_cover_every_row_once_and_respect_the_limit(n_rows, itemsize, width, limit):
    chunks = list(row_chunks(n_rows, itemsize, width, limit))
    assert [i for a, b in chunks for i in range(a, b)] == list(range(n_rows))
    assert all(b - a == 1 or (b - a) * itemsize * width <= limit for a, b in chunks)


@pytest.mark.parametrize("limit", [1, 100, 10**6])
def test_all_chunks_but_the_last_are_as_long_as_the_step(limit):
    chunks = list(row_chunks(77, 8, 3, limit))
    step = chunk_step(8, 3, limit)
    assert {b - a for a, b in chunks[:-1]} <= {step}
