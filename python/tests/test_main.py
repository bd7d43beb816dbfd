"""The command, from its arguments to its exit code, in a process of its own."""

import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COMMAND = f"""
import sys
sys.path[:0] = [{str(HERE)!r}]
from katydid._command import main
sys.exit(main())
"""

GOOD = """
from locust import User, HttpUser, task, tag, constant

class Shopper(User):
    host = "http://shop"
    wait_time = constant(0.1)

    @tag("browse")
    @task
    def browse(self): pass

class Admin(User):
    host = "http://shop"
    wait_time = constant(0.1)
    fixed_count = 1

    @task
    def manage(self): pass
"""


class Directory:
    """A fresh directory with locustfiles in which the command is run."""

    def __init__(self, path):
        self.path = path

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *arguments, code=0, **variables):
        environment = {**os.environ, "HOME": str(self.path), **variables}
        environment.pop("LOCUST_SKIP_MONKEY_PATCH", None)
        if "--headless" in arguments and "-t" not in arguments:
            arguments = ("-t", "1", *arguments)
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=self.path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == code, done.stderr
        return done


class _Website(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(204)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *arguments):
        pass


@pytest.fixture
def website():
    """The URL of a server that answers everything with 204."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Website) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def here(tmp_path):
    return Directory(tmp_path)


def test_a_run(here):
    here.write("locustfile.py", GOOD + "    def on_stop(self): print('stopped', self.host)\n")
    done = here.run("--headless", "-u", "2", "-r", "10")
    assert "Traceback" not in done.stderr
    assert "All users spawned" in done.stderr
    assert done.stdout == "stopped http://shop\n"


def test_failures_make_the_exit_code(here):
    here.write(
        "locustfile.py",
        "from locust import User, task, constant\n"
        "class U(User):\n"
        "    wait_time = constant(1)\n"
        "    @task\n"
        "    def work(self): raise ValueError('broken')\n",
    )
    assert "broken" in here.run("--headless", code=1).stderr


def test_user_code_may_set_the_exit_code(here):
    here.write(
        "locustfile.py",
        GOOD + "from locust import events\n"
        "@events.quitting.add_listener\n"
        "def quitting(environment, **kwargs): environment.process_exit_code = 5\n",
    )
    here.run("--headless", code=5)


def test_listing(here):
    here.write("locustfile.py", GOOD)
    assert here.run("--list").stdout == "Available Users:\n    Shopper\n    Admin\n"


def test_several_files_and_directories(here):
    here.write("a.py", "from locust import User\nfrom helper import NAME\nclass A(User): pass\n")
    here.write("helper.py", "NAME = 1\n")
    here.write("more/b.py", "from locust import User\nclass B(User): pass\n")
    here.write("more/_skipped.py", "1 / 0\n")
    assert here.run("-f", "a.py, more", "--list").stdout.split()[2:] == ["A", "B"]


def test_a_file_named_locust_does_not_hide_the_package(here):
    here.write("locust.py", GOOD)
    assert "Shopper" in here.run("-f", "locust.py", "--list").stdout


def test_the_same_name_in_two_files_is_refused(here):
    here.write("a.py", "from locust import User\nclass A(User): pass\n")
    here.write("b.py", "from locust import User\nclass A(User): pass\n")
    here.write("c.py", "from a import A\n")
    assert "Duplicate user class names: A is defined in both" in here.run("-f", "a.py,b.py", "--list", code=1).stderr
    here.run("-f", "a.py,c.py", "--list")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["-f", "missing.py"], "Could not find 'missing.py'. Ensure your locustfile ends with '.py'"),
        (["-f", "empty"], "Could not find any locustfiles in directory 'empty'"),
        (["-f", "none.py"], "No User class found!"),
        (["Nobody"], "Unknown User(s): Nobody (there is Admin, Shopper)"),
        (["--tags", "brwse"], "No task has the tag(s) brwse given with --tags (there is browse)"),
        (["--autoquit", "3"], "--autoquit only means something together with --autostart"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(here, arguments, text):
    here.write("locustfile.py", GOOD)
    here.write("none.py", "x = 1\n")
    (here.path / "empty").mkdir()
    done = here.run("--headless", *arguments, code=1)
    (line,) = done.stderr.splitlines()
    assert text in line


def test_one_unknown_tag_among_others_is_a_warning(here):
    here.write("locustfile.py", GOOD)
    done = here.run("--headless", "Shopper", "--tags", "browse", "brwse")
    assert "WARNING/locust.main: No task has the tag(s) brwse" in done.stderr


def test_an_exception_in_a_locustfile_shows_its_own_lines(here):
    here.write("locustfile.py", "import helper\nhelper.go()\n")
    here.write("helper.py", "from locust import tag\ndef go():\n    tag()\n")
    error = here.run("--headless", code=1).stderr
    assert "line 2, in <module>" in error
    assert "line 3, in go" in error
    assert "ValueError: No tag name was supplied" in error
    assert "katydid/" not in error
    assert "importlib" not in error


def test_a_syntax_error_is_shown_where_it_is(here):
    here.write("locustfile.py", "from locust import task\nclass A(:\n")
    error = here.run("--headless", code=1).stderr
    assert 'locustfile.py", line 2' in error
    assert "class A(:" in error
    assert "SyntaxError" in error
    assert "Traceback" not in error


def test_a_failing_init_listener_ends_the_command(here):
    here.write("locustfile.py", GOOD + "from locust import events\nevents.init.add_listener(lambda **kwargs: 1 / 0)\n")
    assert "ZeroDivisionError" in here.run("--headless", code=1).stderr


def test_fixed_counts_that_do_not_fit_are_mentioned(here):
    here.write("locustfile.py", GOOD.replace("fixed_count = 1", "fixed_count = 9"))
    assert "Total fixed_count of User classes (9) is greater" in here.run("--headless", "-u", "2").stderr


def test_task_ratio(here):
    here.write("locustfile.py", GOOD)
    assert here.run("--show-task-ratio", "-u", "4").stdout == (
        "\n Task ratio per User class\n"
        + "-" * 80
        + "\n"
        + " 75.0       Shopper                                           \n"
        + "   100.0      browse                                          \n"
        + " 25.0       Admin                                             \n"
        + "   100.0      manage                                          \n"
        + "\n Total task ratio\n"
        + "-" * 80
        + "\n"
        + " 75.0       Shopper                                           \n"
        + "   75.0       browse                                          \n"
        + " 25.0       Admin                                             \n"
        + "   25.0       manage                                          \n"
    )
    ratio = json.loads(here.run("--show-task-ratio-json", "-u", "4").stdout)
    assert ratio["total"]["Shopper"] == {"ratio": 0.75, "tasks": {"browse": {"ratio": 0.75}}}


def test_users_can_be_configured(here):
    here.write("locustfile.py", GOOD + "    def on_stop(self): print(self.host)\n")
    setting = '{"user_class_name": "Admin", "host": "http://other"}'
    assert here.run("--headless", "-u", "2", "--config-users", setting).stdout == "http://other\n"
    wrong = here.run("--headless", "--config-users", '{"user_class_name": "Nobody"}', code=255)
    assert "there is no User class 'Nobody'" in wrong.stderr


def test_a_log_file_gets_the_lines(here):
    here.write("locustfile.py", GOOD + "import logging\nlogging.getLogger('mine').info('before')\n")
    done = here.run("--headless", "--logfile", "logs/run.log", "-u", "2", "Nobody", code=1)
    assert done.stderr == "katydid: error: Unknown User(s): Nobody (there is Admin, Shopper)\n"
    assert "ERROR/locust.main: Unknown User(s): Nobody" in (here.path / "logs" / "run.log").read_text()


def test_a_locustfile_of_2018(here, website):
    text = """
from locust import HttpLocust, TaskSet, task, events

class WebsiteTasks(TaskSet):
    def on_start(self):
        self.client.post("/login", {"username": "kubilay", "password": "secret"})

    @task(4)
    def home(self):
        self.client.get("/home")

class WebsiteUser(HttpLocust):
    task_set = WebsiteTasks
    host = "HOST"
    min_wait = 10
    max_wait = 15

def on_success(request_type, name, response_time, response_length):
    print(request_type, name)

events.request_success += on_success
"""
    here.write("locustfile.py", text.replace("HOST", website))
    done = here.run("--headless", "-u", "1")
    assert done.stdout.splitlines()[:2] == ["POST /login", "GET /home"]
    assert len(done.stdout.splitlines()) >= 3
    for notice in ("'HttpLocust' is the old name", "'task_set' is the old name", "request_success is retired"):
        assert done.stderr.count(notice) == 1


def test_one_user_by_hand(here):
    here.write(
        "debugging.py",
        f"import os, sys; sys.path[:0] = [{str(HERE)!r}]; import katydid.locust\n"
        + GOOD.replace("(User)", "(HttpUser)").replace(
            "def manage(self): pass", "def manage(self): self.client.get('/')"
        )
        + "    def on_start(self): self.limit = 2\n"
        "    def context(self): return {}\n"
        "from locust import run_single_user, events\n"
        "from locust.exception import StopUser\n"
        "@events.request.add_listener\n"
        "def once(**kwargs): raise StopUser()\n"
        "run_single_user(Admin, include_length=True)\n",
    )
    done = subprocess.run(
        [sys.executable, "debugging.py"], cwd=here.path, capture_output=True, text=True, timeout=60, check=True
    )
    assert [line.split() for line in done.stdout.splitlines() if line] == [
        ["type", "name", "resp_ms", "length", "exception"]
    ]
