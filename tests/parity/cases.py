"""Input for every kernel, gathered from ``cases_<package>.py`` beside this file.

A case is a function of a random generator that returns ``(args, kwargs)``, or
``(args, kwargs, reduce)`` where ``reduce`` maps a result to what is compared. A kernel may
have a tuple of them.
"""

import importlib
from pathlib import Path
from typing import Any

import phono_4ph

for _name in phono_4ph.__all__:
    getattr(phono_4ph, _name)  # a kernel is known once it is imported
CASES: dict[str, Any] = {}
for _path in sorted(Path(__file__).parent.glob("cases_*.py")):
    _cases = importlib.import_module(_path.stem).CASES
    if twice := CASES.keys() & _cases.keys():
        raise ValueError(f"{_path.name}: {sorted(twice)} have a case in another file")
    CASES |= _cases
