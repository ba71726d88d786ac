"""How far a calculation is, and how long it will take, is said while it runs."""

import io
import re
import subprocess
import sys
import time

import numpy as np
import phonokit
import pytest
from phono_grid.progress import listening
from phonokit.cli import progress
from phonokit.cli.progress import Display, progress_of
from rich.console import Console
from tiny_crystal import EXAMPLE


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is told to go."""

    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(progress, "perf_counter", clock)
    return clock


class Recorded(Display):
    """Keeps the names of stages."""

    def __init__(self, *arguments):
        self.names = []
        super().__init__(*arguments)

    def stage(self, what):
        self.names.append(what)
        super().stage(what)


def console(terminal=False):
    return Console(file=io.StringIO(), force_terminal=terminal, width=100)


def printed(console):
    return console.file.getvalue()


@pytest.mark.parametrize(("seconds", "told"), [(0.05, False), (2.0, True)])
def test_more_than_a_minute_is_announced_before(clock, seconds, told):
    out = console()
    display = Display(out, "pieces")
    display.stage("force constants")
    clock.now += 30  # does not count as a piece
    display.pieces(0, 100)
    for i in range(1, 101):
        clock.now += seconds
        display.report(i, 100)
    lines = printed(out).splitlines()
    announced = [i for i, line in enumerate(lines) if "of work" in line]
    assert bool(announced) is told
    if told:
        assert "about 3.33 min of work" in lines[announced[0]]
        assert "pieces 10/100" in lines[announced[0] + 1]
        assert lines[announced[0] + 1].endswith("3 min left")


@pytest.mark.parametrize(("seconds", "lines"), [(0.004, 1), (0.02, 2), (1.0, 11)])
def test_a_log_gets_a_line_a_second_at_most(clock, seconds, lines):
    out = console()
    display = Display(out, "pieces")
    display.pieces(0, 100)
    for i in range(1, 101):
        clock.now += seconds
        display.report(i, 100)
    assert printed(out).count("pieces") == lines


def test_one_long_piece_is_announced_from_its_parts(clock):
    out = console()
    display = Display(out, "pieces")
    display.pieces(0, 1)
    clock.now += 5  # what comes before the first part is slow
    for i in range(1, 101):
        clock.now += 1
        display.part(i, 100)
    display.report(1, 1)
    assert re.search(r"about 10\d s of work", printed(out))


def test_what_is_stored_does_not_count_in_the_estimate(clock):
    out = console()
    display = Display(out, "pieces")
    display.pieces(90, 100)
    for i in range(91, 101):
        clock.now += 1
        display.report(i, 100)
    assert "pieces 91/100, 1.0 s elapsed, 9 s left" in printed(out)
    assert "of work" not in printed(out)


def test_a_silent_stage_is_told(monkeypatch):
    monkeypatch.setattr(progress, "SILENCE", 0.05)
    out = console()
    with progress_of(out, "pieces"):
        end = time.monotonic() + 10
        while "reading" not in printed(out) and time.monotonic() < end:
            time.sleep(0.01)
    assert re.search(r"^reading, \d\.\d s elapsed$", printed(out), re.M)


@pytest.mark.needs_rust
def test_the_stages_of_a_calculation_have_names():
    display = Recorded(console(), "pieces")
    with display.listening():
        phonokit.linewidths(phonokit.load(EXAMPLE), [0, 0, 0], (3, 3, 3))
    constants = ["second-order constants", "third-order constants", "Fourier series"]
    assert {*constants, "phonons at 27 wave vectors"} <= set(display.names)
    assert display.names[-1] == "pieces"


def test_a_terminal_has_a_bar_and_a_log_has_none():
    texts = []
    for terminal in (True, False):
        out = console(terminal)
        with progress_of(out, "pieces") as report:
            report(1, 2)
            report(2, 2)
        texts.append(printed(out))
    assert "\x1b[" in texts[0]
    assert "pieces 2/2" in texts[0]
    assert texts[1].count("\n") == 1


@pytest.mark.needs_rust
def test_a_long_sum_tells_how_far_it_is():
    silicon = phonokit.load(EXAMPLE)
    told = []
    with listening(lambda *parts: told.append(parts)):
        phonokit.linewidths(silicon, [0, 0, 0], (5, 5, 5))
        told.clear()  # those of the meshes
        phonokit.spectral(silicon, [0.1, 0.2, 0.3], (21, 21, 21), frequency_points=301)
    kernel = [parts for parts in told if parts[1] > 100]
    assert len(kernel) >= 2
    done = np.array(kernel)[:, 0] / np.array(kernel)[:, 1]
    assert (np.diff(done) >= 0).all()
    assert done[-1] > 0.5


@pytest.mark.needs_rust
def test_a_listener_that_raises_ends_the_kernel():
    silicon = phonokit.load(EXAMPLE)

    def stop(done, total):
        if total > 100:
            raise KeyboardInterrupt

    with listening(stop), pytest.raises(KeyboardInterrupt):
        phonokit.spectral(silicon, [0.1, 0.2, 0.3], (21, 21, 21), frequency_points=301)


def test_nobody_has_to_listen():
    code = "from phono_grid.progress import tell; tell(1, 2); print('well')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "well\n"
