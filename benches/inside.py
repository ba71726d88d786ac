"""phono3py and phonopy without and with our kernels inside, in one process.

    nox -s bench -- benches/inside.py [--quick] [--case Si ...] [--whole Si ...]
        [--overhead] [--matcalc]

PHONO_TEST_DATA names the folder with the three crystals. For each case the peer's own
calculation runs with ours and with theirs by turns, ``--repeats`` times, and the least CPU
seconds *inside the functions of phonors* are compared (of meshes all of ``run_mesh``, of
densities of states all of ``run_total_dos``, whose loop in Python is replaced too), what
is made once per run included; beside them stand the largest relative difference of the
result and the calls that were passed on. ``--whole`` measures whole processes of
``phono3py-load`` and their peak memory, ``--overhead`` what importing costs and what a run
costs of which every call is passed on, ``--matcalc`` its calculator, which must be there.

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
MESH = {"with_group_velocities": True}
CASES = {
    "Si": Case("Si", (13, 13, 13), (7, 7, 7), 15),
    "Si-large": Case("Si", (19, 19, 19), (9, 9, 9), 20),
    "NaCl": Case("NaCl", (15, 15, 15), (7, 7, 7), 12),
    "AlN": Case("AlN", (11, 11, 7), (5, 5, 3), 8),
    "Si-isotopes": Case("Si", (13, 13, 13), (7, 7, 7), 12, ISOTOPES),
    "Si-LBTE": Case("Si", (9, 9, 9), (5, 5, 5), 4, LBTE),
    "AlN-LBTE": Case("AlN", (7, 7, 5), (4, 4, 3), 2.5, LBTE),
    "Si-DOS": Case("Si", (30, 30, 30), (12, 12, 12), 8),
    "Si-velocities": Case("Si", (30, 30, 30), (12, 12, 12), 1, MESH),
    "NaCl-velocities": Case("NaCl", (30, 30, 30), (12, 12, 12), 1, MESH),
    "AlN-velocities": Case("AlN", (20, 20, 12), (9, 9, 5), 1, MESH),
    "AlN-mesh": Case("AlN", (30, 30, 18), (9, 9, 5), 1, {"with_group_velocities": False}),
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


def harmonic(ph3: Any) -> Any:
    """The same constants and charges in phonopy."""
    from phonopy import Phonopy

    phonon = Phonopy(ph3.unitcell, ph3.supercell_matrix, ph3.primitive_matrix)
    phonon.force_constants = ph3.fc2
    if ph3.nac_params:
        phonon.nac_params = ph3.nac_params
    return phonon


def on_mesh(phonon: Any, mesh: tuple[int, ...], options: dict[str, Any]) -> Any:
    """Velocities by phonopy, or frequencies."""
    phonon.run_mesh(mesh, is_gamma_center=True, **options)
    velocities = phonon.mesh.group_velocities
    return np.array(phonon.mesh.frequencies if velocities is None else velocities)


def density_of_states(phonon: Any, mesh: tuple[int, ...]) -> tuple[Any, dict[str, float]]:
    """The density of states by phonopy, and its seconds without those of the mesh."""
    phonon.run_mesh(mesh)
    start = time.process_time()
    phonon.run_total_dos()
    seconds = time.process_time() - start
    return np.array(phonon.total_dos.dos), {"run_total_dos": seconds}


def measure(name: str, case: Case, data: Path, clock: Clock, options: Any) -> None:
    """Ours and theirs by turns, and a line."""
    import phono_inside

    mesh = case.quick if options.quick else case.mesh
    ph3 = loaded(data, case.crystal)
    phonon = harmonic(ph3)
    phono_inside.register()  # methods of phonopy too, which is imported by now

    def timed() -> tuple[Any, dict[str, float]]:
        phono_inside.forget()
        clock.seconds.clear()
        if name.endswith("DOS"):
            return density_of_states(phonon, mesh)
        if "with_group_velocities" in case.options:
            start = time.process_time()
            result = on_mesh(phonon, mesh, case.options)
            return result, {"run_mesh": time.process_time() - start}
        return conductivity(ph3, mesh, case.options), dict(clock.seconds)

    before = calls_passed_on()
    ours: dict[str, float] = {}
    theirs: dict[str, float] = {}
    for _ in range(options.repeats):
        result, seconds = timed()
        ours = {n: min(t, ours.get(n, t)) for n, t in seconds.items()}
        with phono_inside.original():
            expected, seconds = timed()
        theirs = {n: min(t, theirs.get(n, t)) for n, t in seconds.items()}
    served = {f.name for f in phono_inside.status().functions if f.served}
    served |= {"run_mesh", "run_total_dos"}
    a, b = (sum(t for n, t in s.items() if n in served) for s in (ours, theirs))
    away = np.abs(result - expected).max() / np.abs(expected).max()
    at = "x".join(map(str, mesh))
    target = "" if options.quick or case.target == 1 else f"(asked {case.target:g})"
    print(f"{name:15} {at:9} {b:8.2f} s {a:8.2f} s {b / a:6.1f} {target:12} {away:8.1e}")
    for one in sorted(served & theirs.keys()):
        ratio = theirs[one] / max(ours[one], 1e-9)
        print(f"    {one:36} {theirs[one]:9.3f} {ours[one]:8.3f} {ratio:7.1f}")
    print(f"    {calls_passed_on() - before} calls passed on", flush=True)


def calls_passed_on() -> int:
    """How many calls were left to the originals until now."""
    import phono_inside

    return sum(sum(f.passed_on.values()) for f in phono_inside.status().functions)


def whole(data: Path, name: str, options: Any) -> None:
    """Whole processes of phono3py-load: the least seconds and memory of several."""
    case = CASES[name]
    folder, file = FILES[case.crystal]
    mesh = [str(n) for n in (case.quick if options.quick else case.mesh)]
    program = Path(sys.executable).with_name("phono3py-load")
    command = [str(program), file, "--mesh", *mesh, "--br", "--ts", "300"]
    runs: dict[str, list[tuple[float, float]]] = {"on": [], "off": []}
    for inside in ["on", "off"] * options.repeats:
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
            if status:
                sys.exit(f"phono3py-load ended with {status}")
            runs[inside].append((usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    least = {inside: np.min(values, axis=0) for inside, values in runs.items()}
    for inside, (cpu, peak) in least.items():
        print(f"phono3py-load, {name}, {inside:3}: {cpu:7.2f} CPU s, {peak:7.0f} MiB")
    cpu, memory = least["off"][0] / least["on"][0], least["on"][1] / least["off"][1]
    print(f"    {cpu:.1f} times as fast, {memory:.2f} of the memory", flush=True)


def overhead(data: Path, options: Any) -> None:
    """What importing costs, and a run of which every call is passed on."""
    imports: dict[str, list[float]] = {"off": [], "on": []}
    for inside in ["off", "on"] * (2 if options.quick else 11):
        code = "import time; t = time.process_time(); import phono3py;"
        code += "print(time.process_time() - t)"
        environment = {**os.environ, "PHONO_INSIDE": inside}
        run = [sys.executable, "-W", "ignore", "-c", code]
        imports[inside].append(float(subprocess.check_output(run, env=environment)))
    off, on = (1e3 * min(imports[inside]) for inside in ("off", "on"))
    print(f"import phono3py: {off:.0f} ms, inside {on:.0f} ms")

    import phono_inside
    from phono_grid import using

    ph3 = loaded(data, "Si")
    ph3.mesh_numbers = (9, 9, 9)
    runs: dict[str, list[float]] = {"theirs": [], "passed on": []}
    before = calls_passed_on()
    for which in ["theirs", "passed on"] * (1 if options.quick else 5):
        # Without our kernels in Rust every call is passed on.
        way = phono_inside.original() if which == "theirs" else using("Python")
        with way:
            start = time.process_time()
            conductivity(ph3, (9, 9, 9), {})
            runs[which].append(time.process_time() - start)
    theirs, passed = (min(values) for values in runs.values())
    n = calls_passed_on() - before
    print(f"run of {theirs:.3f} s, {passed / theirs - 1:+.2%} with {n} calls passed on")


def through_matcalc(options: Any) -> None:
    """Aluminium by ASE's effective medium, from forces to κ."""
    import phono_inside
    from ase.build import bulk
    from ase.calculators.emt import EMT
    from matcalc import Phonon3Calc
    from pymatgen.io.ase import AseAtomsAdaptor

    crystal = AseAtomsAdaptor.get_structure(bulk("Al", "fcc", a=4.05, cubic=True))
    twice = ((2, 0, 0), (0, 2, 0), (0, 0, 2))

    def work() -> tuple[float, float]:
        start = time.process_time()
        phono_inside.forget()
        calculator = Phonon3Calc(
            EMT(),
            fc2_supercell=twice,
            fc3_supercell=twice,
            mesh_numbers=(9, 9, 9) if options.quick else (17, 17, 17),
            t_min=300,
            t_max=300,
            t_step=100,
            relax_structure=False,
        )
        kappa = float(np.ravel(calculator.calc(crystal)["thermal_conductivity"])[0])
        return time.process_time() - start, kappa

    ours, theirs = [], []
    for _ in range(options.repeats):
        ours.append(work())
        with phono_inside.original():
            theirs.append(work())
    (a, x), (b, y) = min(ours), min(theirs)
    print(
        f"matcalc: {b:.2f} s and {y:.9g}, inside {a:.2f} s and {x:.9g}: {b / a:.1f} times"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", choices=CASES, nargs="*", default=list(CASES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--whole", choices=CASES, nargs="*", default=[])
    parser.add_argument("--overhead", action="store_true")
    parser.add_argument("--matcalc", action="store_true")
    parser.add_argument("--data", type=Path, default=os.environ.get("PHONO_TEST_DATA"))
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("--data or PHONO_TEST_DATA must name the folder with the crystals")
    for name in arguments.whole:  # a process is as large as the one that it comes from
        whole(Path(arguments.data), name, arguments)
    import phono_inside

    phono_inside.register()
    if arguments.overhead:
        overhead(Path(arguments.data), arguments)
    if arguments.matcalc:
        through_matcalc(arguments)
    if not arguments.case:
        return
    clock = Clock()
    print("case            mesh        theirs      ours  ratio              difference")
    for name in arguments.case:
        measure(name, CASES[name], Path(arguments.data), clock, arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of this process: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
