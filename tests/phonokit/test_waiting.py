"""Who sits at a terminal sees something at once."""

import os
import pty
import subprocess
import sys

import pytest
from tiny_crystal import EXAMPLE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a terminal is needed")


def seen(*words):
    """The text that a terminal gets on stderr."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "phonokit", *map(str, words)]
    with subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL) as process:
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 4096):
                text += part
        except OSError:  # Linux's way to say that nobody writes any more
            pass
        process.wait()
    os.close(ours)
    return text.decode()


def test_a_terminal_is_told_at_once_and_nothing_is_left_on_its_line():
    text = seen("symmetry", EXAMPLE, "--q", "G", "--json", "--nothing")
    assert text.startswith("\r\x1b[Kphono: starting ...\r")
    assert text.split("\x1b[K")[-1].startswith("\rphono: error: Unknown option")
    assert "starting" not in seen("symmetry", EXAMPLE, "--quiet", "--nothing")
