"""What is replaced, when, and what stays the original."""

import logging
import os
import subprocess
import sys
from types import ModuleType

import numpy as np
import phono_inside
import pytest
from fake_phonors import fake_phonors
from phono_inside._signatures import KNOWN, OVERRIDES


@pytest.fixture
def phonors(monkeypatch):
    module = fake_phonors()
    monkeypatch.setitem(sys.modules, "phonors", module)
    return module


def replaced(module):
    """Names of the functions that are not the originals."""
    return {name for name in OVERRIDES if hasattr(getattr(module, name), "__wrapped__")}


def test_every_function_is_replaced_once_and_the_original_stays_callable(phonors):
    before = {name: getattr(phonors, name) for name in OVERRIDES}
    phono_inside.register()
    assert replaced(phonors) == set(OVERRIDES)
    once = {name: getattr(phonors, name) for name in OVERRIDES}
    phono_inside.register()
    for name, function in before.items():
        assert getattr(phonors, name) is once[name]
        assert once[name].__wrapped__ is function
        assert once[name].__name__ == name
        assert phono_inside.status()[name].replaced


@pytest.mark.parametrize("value", ["off", "0", "OFF", "no"])
def test_switched_off_the_functions_are_the_originals(phonors, monkeypatch, value):
    before = {name: getattr(phonors, name) for name in OVERRIDES}
    monkeypatch.setenv("PHONO_INSIDE", value)
    phono_inside.register()
    for name, function in before.items():
        assert getattr(phonors, name) is function
        assert not phono_inside.status()[name].replaced


def test_a_list_of_functions_replaces_these_and_names_that_are_none_are_said(
    phonors, monkeypatch, caplog
):
    monkeypatch.setenv("PHONO_INSIDE", "interaction, interactoin")
    phono_inside.register()
    assert replaced(phonors) == {"interaction"}
    assert "interactoin" in caplog.text


def test_a_function_of_unknown_arguments_is_left_alone_and_that_is_said(
    monkeypatch, caplog
):
    module = fake_phonors(interaction="fc3_normal_squared g_zero something_new")
    monkeypatch.setitem(sys.modules, "phonors", module)
    phono_inside.register()
    assert replaced(module) == set(OVERRIDES) - {"interaction"}
    assert "phonors.interaction" in caplog.text
    assert "original (signature unknown)" in str(phono_inside.status()["interaction"])


def test_without_the_newest_argument_a_function_is_known_too(monkeypatch):
    older = " ".join(KNOWN["collision_at_grid_point"][1])
    module = fake_phonors(collision_at_grid_point=older)
    monkeypatch.setitem(sys.modules, "phonors", module)
    phono_inside.register()
    assert "collision_at_grid_point" in replaced(module)


class GroupVelocity:
    """Looks like phonopy's."""

    calls = 0

    def run(self, q_points, perturbation=None):
        self.calls += 1


def test_a_method_is_replaced_and_what_it_cannot_serve_is_left_to_the_original(
    phonors, monkeypatch
):
    module = ModuleType("phonopy.phonon.group_velocity")
    module.GroupVelocity = type("GroupVelocity", (), dict(vars(GroupVelocity)))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    before = module.GroupVelocity.run
    phono_inside.register()
    assert module.GroupVelocity.run.__wrapped__ is before
    loop = module.GroupVelocity()
    loop.run([[0, 0, 0]], perturbation=[1, 0, 0])
    assert loop.calls == 1
    state = phono_inside.status()["GroupVelocity.run"]
    assert state.replaced
    assert state.passed_on == {"another class": 1}


def test_few_wave_vectors_are_left_to_the_original(phonors):
    phono_inside.register()
    name = "dynamical_matrices_at_qpoints_gonze"
    getattr(phonors, name)(*[np.zeros((3, 3))] * 17)
    assert phonors.calls == [name]
    assert phono_inside.status()[name].passed_on == {"few wave vectors": 1}


def test_what_is_kept_can_be_forgotten(monkeypatch):
    from phono_inside._cache import Cache

    freed = []
    monkeypatch.setattr("phono_3ph.free_buffers", lambda: freed.append(True))
    cache = Cache(2)
    assert cache.get("a", lambda: 1) == cache.get("a", lambda: 2) == 1
    phono_inside.forget()
    assert freed
    assert cache.get("a", lambda: 2) == 2


def test_without_phonors_nothing_happens(monkeypatch):
    monkeypatch.setitem(sys.modules, "phonors", None)
    phono_inside.register()
    assert not any(f.replaced for f in phono_inside.status().functions)


def test_errors_are_logged_as_phono3py_would_swallow_them(monkeypatch, caplog):
    monkeypatch.setattr("phono_inside._registry._wanted", lambda setting: 1 / 0)
    phono_inside.register()
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("arguments", [(), (1, 2), tuple(range(99))])
def test_calls_of_another_number_of_arguments_are_left_to_the_original(phonors, arguments):
    phono_inside.register()
    phonors.interaction(*arguments)
    assert phonors.calls == ["interaction"]
    assert sum(phono_inside.status()["interaction"].passed_on.values()) == 1


def test_an_error_of_ours_is_said_once_and_the_original_runs(phonors, monkeypatch, caplog):
    def fails(phonors, **arguments):
        raise ValueError("a fault")

    monkeypatch.setattr("phono_inside._registry._serving", lambda place: fails)
    phono_inside.register()
    for _ in range(3):
        phonors.interaction(*range(21))
    assert phonors.calls == ["interaction"] * 3
    assert caplog.text.count("a fault") == 1
    assert phono_inside.status()["interaction"].passed_on == {"ValueError": 3}


def test_ctrl_c_is_not_taken_for_an_error(phonors, monkeypatch):
    def interrupted(phonors, **arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("phono_inside._registry._serving", lambda place: interrupted)
    phono_inside.register()
    with pytest.raises(KeyboardInterrupt):
        phonors.interaction(*range(21))
    assert phonors.calls == []


def test_without_rust_everything_is_left_to_the_original(phonors):
    from phono_grid import using

    phono_inside.register()
    with using("Python"):
        phonors.interaction(*range(21))
    assert phonors.calls == ["interaction"]
    assert phono_inside.status()["interaction"].passed_on == {"no Rust kernels": 1}


def test_inside_the_block_the_originals_run(phonors):
    phono_inside.register()
    with phono_inside.original():
        phonors.interaction(*range(21))
    assert phonors.calls == ["interaction"]
    assert not phono_inside.status()["interaction"].passed_on


def test_each_dispatch_can_be_traced(phonors, caplog):
    caplog.set_level(logging.DEBUG, "phono.lang")
    phono_inside.register()
    phonors.interaction(*[np.zeros(1)] * 21)
    assert "inside name=interaction passed on: " in caplog.text


def test_importing_it_costs_little_and_no_kernel():
    program = (
        "import numpy, sys, time; t = time.perf_counter(); import phono_inside;"
        "print(time.perf_counter() - t, 'phono_3ph' in sys.modules)"
    )
    environment = {**os.environ, "PHONO_INSIDE": "on"}
    output = subprocess.check_output([sys.executable, "-c", program], env=environment)
    seconds, loaded = output.split()
    assert loaded == b"False"
    assert float(seconds) < 1.0  # benches/inside.py measures; this finds what is gross


def test_a_command_that_is_not_there_is_named():
    command = [sys.executable, "-m", "phono_inside"]
    done = subprocess.run(
        [*command, "no-such-program"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no-such-program" in done.stderr
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "interaction" in shown.stdout
