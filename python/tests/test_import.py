"""`import locust` and what loading the package costs."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import katydid.locust

HERE = Path(__file__).parent


def python(code: str) -> str:
    """Runs code in a fresh interpreter with the stand-ins in place, and returns what it prints."""
    script = f"import sys; sys.path[:0] = [{str(HERE)!r}]\n{code}"
    environment = {key: value for key, value in os.environ.items() if key != "LOCUST_SKIP_MONKEY_PATCH"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_package_loads_neither_gevent_nor_requests():
    code = """
import types, sys
sys.path.insert(0, %r)
core = types.ModuleType("katydid._core"); core.__version__ = "9.9"
sys.modules["katydid._core"] = core
import katydid, katydid._command
print(katydid.__version__, "gevent" in sys.modules, "requests" in sys.modules)
"""
    assert python(code % str(HERE.parent)) == "9.9 False False"


def test_first_use_of_a_public_name_patches_the_standard_library():
    code = "import katydid, gevent.monkey; katydid.task; print(gevent.monkey.is_module_patched('socket'))"
    assert python(code) == "True"


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("locust", "katydid.locust"),
        ("locust.user", "katydid.user"),
        ("locust.user.task", "katydid.user.task"),
        ("locust.contrib.fasthttp", "katydid.contrib.fasthttp"),
        ("locust.util.timespan", "katydid.util.timespan"),
    ],
)
def test_locust_modules_are_the_very_same_objects(alias, name):
    module = importlib.import_module(name)
    assert importlib.import_module(alias) is module
    assert module.__name__ == name
    assert module.__spec__.name == name


def test_a_module_that_katydid_does_not_have_is_missing():
    with pytest.raises(ModuleNotFoundError, match=r"locust\.contrib\.nothing"):
        importlib.import_module("locust.contrib.nothing")


def test_all_names_of_locust_are_there():
    import locust

    assert all(hasattr(locust, name) for name in locust.__all__)
    assert locust.__version__ == "2.47.0"
    assert set(katydid._PUBLIC) <= set(locust.__all__)


def test_submodules_are_attributes():
    import locust

    assert locust.stats.PERCENTILES_TO_CHART == [0.5, 0.95]
    assert locust.wait_time.between is locust.between
