"""Ctrl-C in the middle of a calculation, and how soon it is heeded.

In seconds of the processor: what other programs take of a busy machine does not count.
"""

import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from phono_grid import using


def seconds_to_end(run: Callable[[], object], after: float) -> float:
    """What this process still computes after the key, pressed in the middle of ``run``."""
    pressed: list[float] = []
    ended: list[object] = []

    def press() -> None:
        pressed.append(time.process_time())
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    def run_and_press() -> None:
        key = threading.Timer(after, press)
        key.start()
        ended.append(run())
        # The key must not reach the next test.
        key.join()

    with using("Rust"), pytest.raises(KeyboardInterrupt):
        run_and_press()
    taken = time.process_time() - pressed[0]
    assert not ended, "it was over before the key was pressed: nothing is shown"
    return taken


def seconds_of(running: subprocess.Popen) -> float:
    """What a process has computed so far."""
    # Its name, in brackets, may hold anything.
    fields = Path(f"/proc/{running.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seconds_of_children() -> float:
    """What all processes have computed that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
