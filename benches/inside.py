"""phono3py and phonopy without and with our kernels inside, in one process.

    nox -s bench -- benches/inside.py [--quick] [--case Si Si-isotopes ...] [--whole]

PHONO_TEST_DATA names the folder with the three crystals. For each case the peer's own
calculation runs twice, ours and then theirs, and CPU seconds *inside the functions of
phonors* are compared, what is made once per run included; beside them stand the largest
relative difference of the result and the calls that were passed on. ``--whole`` measures
whole processes of ``phono3py-load``, their peak memory, and what importing costs.

Run it with RAYON_NUM_THREADS=1 to compare kernels, not schedulers.
"""

import argparse
import functools
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

os.environ["PHONO_INSIDE"] = "on"
FILES = {
    "Si": ("si-pbesol", "phono3py_disp.yaml"),
    "NaCl": ("nacl-pbe", "phono3py_params_NaCl222.yaml.xz"),
    "AlN": ("aln-lda", "phono3py_params_AlN332.yaml.xz"),
}


@dataclass(frozen=True)
class Case:
    """One calculation; ``target`` is the ratio that is asked for."""

    crystal: str
    mesh: tuple[int, int, int]
    quick: tuple[int, int, int]
    target: float
    options: dict[str, Any] = field(default_factory=dict)


ISOTOPES, LBTE = {"is_isotope": True}, {"is_LBTE": True}
CASES = {
    "Si": Case("Si", (13, 13, 13), (7, 7, 7), 15),
    "Si-large": Case("Si", (19, 19, 19), (9, 9, 9), 20),
    "NaCl": Case("NaCl", (15, 15, 15), (7, 7, 7), 12),
    "AlN": Case("AlN", (11, 11, 7), (5, 5, 3), 8),
    "Si-isotopes": Case("Si", (13, 13, 13), (7, 7, 7), 12, ISOTOPES),
    "Si-LBTE": Case("Si", (9, 9, 9), (5, 5, 5), 4, LBTE),
    "AlN-LBTE": Case("AlN", (7, 7, 5), (4, 4, 3), 2.5, LBTE),
    "Si-DOS": Case("Si", (30, 30, 30), (12, 12, 12), 8),
}


class Clock:
    """CPU seconds inside functions of phonors."""

    def __init__(self) -> None:
        import phonors

        self.seconds: dict[str, float] = {}
        for name in dir(phonors):
            function = getattr(phonors, name)
            if callable(function) and not name.startswith("_"):
                setattr(phonors, name, self.timed(name, function))

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time added up."""

        @functools.wraps(function)  # `register` must know ours again
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent = time.process_time() - start
                self.seconds[name] = self.seconds.get(name, 0.0) + spent

        return run


def loaded(data: Path, crystal: str) -> Any:
    """phono3py with the force constants of one crystal."""
    import phono3py

    folder, file = FILES[crystal]
    here = Path.cwd()
    os.chdir(data / folder)  # phono3py finds FORCES_FC3 in the current directory only
    try:
        return phono3py.load(file, fc_calculator="traditional", log_level=0)
    finally:
        os.chdir(here)


def conductivity(ph3: Any, mesh: tuple[int, ...], options: dict[str, Any]) -> Any:
    """κ by phono3py at 300 K."""
    ph3.mesh_numbers = mesh
    ph3.init_phph_interaction()
    ph3.run_thermal_conductivity(temperatures=[300.0], **options)
    return np.array(ph3.thermal_conductivity.kappa)


def density_of_states(ph3: Any, mesh: tuple[int, ...]) -> Any:
    """The density of states by phonopy."""
    from phonopy import Phonopy

    phonon = Phonopy(ph3.unitcell, ph3.supercell_matrix, ph3.primitive_matrix)
    phonon.force_constants = ph3.fc2
    phonon.run_mesh(mesh)
    phonon.run_total_dos()
    return np.array(phonon.total_dos.dos)


def measure(name: str, case: Case, data: Path, clock: Clock, quick: bool) -> None:
    """Ours, then theirs, and a line."""
    import phono_inside

    mesh = case.quick if quick else case.mesh
    ph3 = loaded(data, case.crystal)

    def work() -> Any:
        if name.endswith("DOS"):
            return density_of_states(ph3, mesh)
        return conductivity(ph3, mesh, case.options)

    def timed() -> tuple[Any, dict[str, float]]:
        clock.seconds.clear()
        return work(), dict(clock.seconds)

    before = {f.name: sum(f.passed_on.values()) for f in phono_inside.status().functions}
    result, ours = timed()
    with phono_inside.original():
        expected, theirs = timed()
    passed_on = sum(
        sum(f.passed_on.values()) - before[f.name] for f in phono_inside.status().functions
    )
    served = {f.name for f in phono_inside.status().functions if f.served}
    a, b = (sum(t for n, t in s.items() if n in served) for s in (ours, theirs))
    away = np.abs(result - expected).max() / np.abs(expected).max()
    at = "x".join(map(str, mesh))
    target = "" if quick else f"(asked {case.target:g})"
    print(f"{name:12} {at:9} {b:9.2f} s {a:8.2f} s  {b / a:6.1f} {target:12} {away:8.1e}")
    for one in sorted(served & theirs.keys()):
        ratio = theirs[one] / max(ours[one], 1e-9)
        print(f"    {one:36} {theirs[one]:9.3f} {ours[one]:8.3f} {ratio:7.1f}")
    print(f"    {passed_on} calls passed on", flush=True)


def whole(data: Path, quick: bool) -> None:
    """Whole processes of phono3py-load, and what importing costs."""
    folder, file = FILES["Si"]
    mesh = ["--mesh", *(["7"] * 3 if quick else ["13"] * 3)]
    program = Path(sys.executable).with_name("phono3py-load")
    command = [str(program), file, *mesh, "--br", "--ts", "300"]
    for inside in ("on", "off"):
        with tempfile.TemporaryDirectory() as work:
            for path in (data / folder).iterdir():
                shutil.copy(path, work)
            environment = {**os.environ, "PHONO_INSIDE": inside}
            pid = os.posix_spawn(
                "/usr/bin/env",
                ["env", "-C", work, *command],
                environment,
                file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
            )
            _, status, usage = os.wait4(pid, 0)
            cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
            print(f"phono3py-load, {inside:3}: {cpu:7.2f} CPU s, {peak:7.0f} MiB, {status}")
    for inside in ("off", "on"):
        times = []
        for _ in range(3 if quick else 9):
            code = "import time; t = time.process_time(); import phono3py;"
            code += "print(time.process_time() - t)"
            environment = {**os.environ, "PHONO_INSIDE": inside}
            run = [sys.executable, "-W", "ignore", "-c", code]
            times.append(float(subprocess.check_output(run, env=environment)))
        print(f"import phono3py, {inside}: {1e3 * min(times):.0f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", choices=CASES, nargs="*", default=list(CASES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--data", type=Path, default=os.environ.get("PHONO_TEST_DATA"))
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("--data or PHONO_TEST_DATA must name the folder with the crystals")
    import phono_inside

    phono_inside.register()
    clock = Clock()
    print("case         mesh       theirs      ours      ratio            difference")
    for name in arguments.case:
        measure(name, CASES[name], Path(arguments.data), clock, arguments.quick)
    if arguments.whole:
        whole(Path(arguments.data), arguments.quick)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of this process: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
