"""Ranks that are threads of one process: what the documented functions use of MPI."""

import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from types import SimpleNamespace

import numpy as np

TIMEOUT = 20


class Later:
    """A receive that is done when it is waited for."""

    def __init__(self, done=lambda: None):
        self.Wait = done


class ThreadComm:
    """One rank; messages between the same two ranks with one tag stay in order."""

    def __init__(self, rank, size, shared):
        self.rank, self.size, self.shared = rank, size, shared
        self.calls = []

    def Get_rank(self):
        return self.rank

    def queue(self, *key):
        # A defaultdict would make two, for a sender and a receiver that come together.
        return self.shared.mail.setdefault(key, Queue())

    def Barrier(self):
        self.shared.barrier.wait(TIMEOUT)

    def send(self, obj, dest, tag=0):
        self.queue(self.rank, dest, tag).put(obj)

    def recv(self, source, tag=0):
        return self.queue(source, self.rank, tag).get(timeout=TIMEOUT)

    def Isend(self, buf, dest, tag=0):
        assert dest != self.rank
        assert buf.flags.c_contiguous
        self.calls.append(("Isend", buf.nbytes, tag))
        self.send(buf.copy(), dest, tag)
        return Later()

    def Irecv(self, buf, source, tag=0):
        def receive():
            arrived = self.recv(source, tag)
            assert (arrived.dtype, arrived.size) == (buf.dtype, buf.size)
            np.copyto(buf, arrived.reshape(buf.shape))

        return Later(receive)

    def Send(self, buf, dest, tag=0):
        self.Isend(buf, dest, tag).Wait()

    def Recv(self, buf, source, tag=0):
        self.Irecv(buf, source, tag).Wait()

    def allgather(self, sendobj):
        self.shared.board[self.rank] = sendobj
        self.Barrier()
        objects = list(self.shared.board)
        self.Barrier()
        return objects

    def bcast(self, obj, root=0):
        return self.allgather(obj)[root]

    def Bcast(self, buf, root=0):
        np.copyto(buf, self.bcast(buf.copy() if self.rank == root else None, root))

    def Allgatherv(self, send, receive):
        buf, (counts, displacements) = receive
        for part, n, start in zip(
            self.allgather(send[0].copy()), counts, displacements, strict=True
        ):
            buf[start : start + n] = part


def wait_all(requests):
    for request in requests:
        request.Wait()


FAKE_MPI = SimpleNamespace(
    Request=SimpleNamespace(Waitall=wait_all), Get_processor_name=lambda: "here "
)


def on_threads(size, program):
    """Run ``program(comm)`` on every rank; the communicators, in the order of ranks."""
    shared = SimpleNamespace(barrier=threading.Barrier(size), board=[None] * size, mail={})
    comms = [ThreadComm(rank, size, shared) for rank in range(size)]
    with ThreadPoolExecutor(size) as pool:
        for done in [pool.submit(program, comm) for comm in comms]:
            done.result(TIMEOUT)
    return comms
