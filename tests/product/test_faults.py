"""A server that misbehaves: each fault is one counted failure with a clear name, and the user goes on."""

from __future__ import annotations

import pytest

from tests.product.command import IS_LOCUST, Command
from tests.target.faults import FAULTS

# Their answers can be read with some good will, so that a success is as right as a failure.
EITHER = {
    "short-length",
    "unknown-encoding",
    "many-headers",
    "bad-header",
    "two-lengths",
    "corrupt-br",
    "truncated-br",
    "corrupt-deflate",
    "not-deflate",
    "bad-status-line",
}
# An address that is none raises in the task, as requests has it, and is no request.
RAISES = {"bad-location"}
MUST_FAIL = sorted(set(FAULTS) - EITHER - RAISES)

LOCUSTFILE = """
    import gevent
    from locust import USER, task

    FAULTS = {faults!r}

    class Unlucky(USER):
        network_timeout = 1.0
        connection_timeout = 1.0

        @task
        def meet_all(self):
            jobs = [gevent.spawn(self.meet, fault) for fault in FAULTS]
            gevent.joinall(jobs)
            print("ended", sorted(fault for fault, job in zip(FAULTS, jobs) if job.successful()))
            self.client.get("/ok", name="alive")
            gevent.spawn_later(1.3, self.environment.runner.quit)
            gevent.sleep(60)

        def meet(self, fault):
            self.client.get("/fault/" + fault, name=fault EXTRA)
"""


@pytest.mark.parametrize("user", ["HttpUser", "FastHttpUser"])
def test_every_fault_is_a_counted_failure(command: Command, target, user: str) -> None:
    # Locust waits for ever where a server never ends its headers; everything else it stands as well.
    faults = sorted(set(FAULTS) - RAISES - ({"header-flood", "huge-header", "truncated-zstd"} if IS_LOCUST else set()))
    extra = ", timeout=1.0" if user == "HttpUser" else ""
    text = LOCUSTFILE.replace("USER", user).replace("EXTRA", extra).replace("{faults!r}", repr(faults))
    command.write(text)
    result = command.load("--host", target.url, limit=90)
    assert result.exit_code == 1, result.output
    requests, errors = result.requests(), result.errors()
    assert requests["alive"] == (1, 0), result.output
    if IS_LOCUST:
        return
    for fault in faults:
        assert requests[fault][0] == 1, f"{fault}: {requests[fault]}"
    for fault in MUST_FAIL:
        assert requests[fault] == (1, 1), f"{fault} was no failure"
        assert len(errors[fault]) > 10, f"{fault}: {errors[fault]!r}"
    assert not result.table("exceptions"), result.table("exceptions")
    assert result.peak_memory < 400 * 2**20, "a flood of headers is not collected"


ADDRESSES = """
    import json, os
    import gevent
    from locust import HttpUser, task

    PORTS = json.loads(os.environ["TARGET_PORTS"])
    AUTHORITY = os.environ["TARGET_CERTIFICATES"] + "/ca.pem"

    class Lost(HttpUser):
        def visit(self, name, address, **rest):
            self.client.get(address, name=name, timeout=1.0, **rest)

        @task
        def visits(self):
            self.visit("refused", "http://127.0.0.1:1027/")
            self.visit("no such host", "http://no-such-host.invalid/")
            self.visit("handshake never ends", f"https://127.0.0.1:{PORTS['silent']}/")
            self.visit("not TLS", f"https://127.0.0.1:{PORTS['http']}/")
            self.visit("TLS where plain was meant", f"http://127.0.0.1:{PORTS['https']}/")
            self.visit("unknown authority", f"https://127.0.0.1:{PORTS['https']}/")
            for kind in ("expired", "wronghost", "selfsigned", "mutual"):
                self.visit(kind, f"https://127.0.0.1:{PORTS[kind]}/", verify=AUTHORITY)
            self.visit("loop", os.environ["TARGET"] + "/redirect/loop")
            self.visit("too slow", os.environ["TARGET"] + "/delay/30")
            self.visit("stalled body", os.environ["TARGET"] + "/fault/never-body")
            self.visit("good", f"https://127.0.0.1:{PORTS['https']}/", verify=AUTHORITY)
            gevent.spawn_later(1.3, self.environment.runner.quit)
            gevent.sleep(60)
"""
# A word that the text of each failure must hold, any one of them.
WORDS = {
    "refused": ["refused"],
    "no such host": ["not known", "resolve", "no-such-host"],
    "handshake never ends": ["timed out", "timeout"],
    "not TLS": ["ssl", "tls"],
    "TLS where plain was meant": ["connection", "http", "status", "closed", "reset"],
    "unknown authority": ["certificate", "issuer"],
    "expired": ["expired"],
    "wronghost": ["127.0.0.1", "hostname", "not valid for", "mismatch"],
    "selfsigned": ["certificate", "issuer"],
    "mutual": ["certificate", "alert", "closed", "reset"],
    "loop": ["redirect"],
    "too slow": ["timed out", "timeout"],
    "stalled body": ["timed out", "timeout"],
}


def test_every_way_not_to_connect_has_a_name(command: Command, target) -> None:
    command.write(ADDRESSES)
    result = command.load("--host", target.url)
    assert result.exit_code == 1, result.output
    requests, errors = result.requests(), result.errors()
    assert requests["good"] == (1, 0), result.output
    for name, words in WORDS.items():
        assert requests[name] == (1, 1), f"{name}: {requests.get(name)}"
        assert any(word in errors[name].lower() for word in words), f"{name}: {errors[name]}"


HUGE = """
    import gevent
    from locust import HttpUser, task

    class Downloads(HttpUser):
        @task
        def download(self):
            with self.client.get("/huge/1073741824", stream=True, catch_response=True, name="parts") as response:
                size = sum(len(part) for part in response.iter_content(1 << 20))
            print("read", size)
            response = self.client.get("/huge-chunked/1073741824", stream=True, name="chunked")
            print("read", sum(len(part) for part in response.iter_content(1 << 20)))
            self.client.get("/huge/1073741824", stream=True, name="given up").close()
            self.client.get("/ok")
            gevent.spawn_later(1.3, self.environment.runner.quit)
            gevent.sleep(60)
"""


def test_a_body_of_a_gigabyte_does_not_fill_the_memory(command: Command, target) -> None:
    command.write(HUGE)
    result = command.load("--host", target.url, limit=150)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == ["read 1073741824"] * 2
    assert result.requests()["/ok"] == (1, 0)
    assert result.peak_memory < 250 * 2**20


TRUNCATED = """
    import gevent
    from locust import HttpUser, task, events

    class Catches(HttpUser):
        @task
        def catches(self):
            for _ in range(50):
                self.client.get("/fault/reset-mid-body", name="reset")
            gevent.spawn_later(1.3, self.environment.runner.quit)
            gevent.sleep(60)
"""


def test_failures_of_one_kind_group_in_one_line(command: Command, target) -> None:
    command.write(TRUNCATED)
    result = command.load("--host", target.url)
    assert [row["Occurrences"] for row in result.table("failures")] == ["50"], result.table("failures")
