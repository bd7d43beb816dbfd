"""Hosts of their own for the nodes of a cluster, on one machine: Linux network namespaces, joined by a switch.

Every host has two cables to the switch. Master and workers talk over `control`, which a test may cut, deafen or make
slow; users reach the target over `load`, which stays as it is. The target is in the switch itself.

Where namespaces cannot be made, hosts are addresses of the loopback device, and nothing can be done to their cables.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.nodes import Cluster, Node
from tests.fixtures_target import ROOT

WORKER_HOSTS = 4
NAME = re.compile(r"^katydid-(\d+)-\d+-\w+", re.MULTILINE)
TARGET_ADDRESS, TARGET_PORT = "10.77.2.254", 8000

#: A card that nobody has: what is sent there is lost.
NOBODY = "02:00:00:00:00:fe"

_numbers = itertools.count(1)


def ip(*arguments: str, lines: Sequence[str] = ()) -> str:
    """Runs `ip`, with a batch of commands if there are any. Its output."""
    batch = ["-batch", "-"] if lines else []
    done = subprocess.run(
        ["ip", *arguments, *batch], input="\n".join(lines), capture_output=True, text=True, timeout=30, check=False
    )
    if done.returncode:
        raise OSError(f"ip {' '.join([*arguments, *lines])}: {done.stderr.strip()}")
    return done.stdout


@dataclass
class Host:
    """A machine of its own, as far as its processes can tell."""

    name: str
    address: str
    before: Sequence[str] = ()
    """What starts a process there."""
    namespace: str = ""


@dataclass
class Hosts:
    """A master's host, the hosts of workers, and the address at which users find the target from each."""

    master: Host
    workers: list[Host]
    switch: Host
    target: str = ""

    def ask_target(self, path: str) -> str:
        """What the target answers."""
        script = "import sys, urllib.request as web; print(web.urlopen(sys.argv[1]).read().decode())"
        command = [*self.switch.before, sys.executable, "-c", script, self.target + path]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.strip()


@dataclass
class Network(Hosts):
    """Hosts whose cables can be cut."""

    wires: list[subprocess.Popen] = field(default_factory=list)

    def cut(self, host: Host) -> None:
        """Pulls the cable: nothing comes in or goes out, and no end is told."""
        ip("-n", self.switch.namespace, "link", "set", f"c-{host.name}", "down")

    def join(self, host: Host) -> None:
        """Plugs it in again."""
        ip("-n", self.switch.namespace, "link", "set", f"c-{host.name}", "up")

    def deafen(self, host: Host, to: Host) -> None:
        """Loses all that `to` sends to this host; the other way is open."""
        where = ["neigh", "replace", host.address, "lladdr", NOBODY, "nud", "permanent", "dev", "control"]
        ip("-n", to.namespace, *where)

    def undeafen(self, host: Host, to: Host) -> None:
        """Undoes that."""
        ip("-n", to.namespace, "neigh", "del", host.address, "dev", "control")

    def connections(self, host: Host) -> set[str]:
        """This side's addresses of what is open to the master."""
        command = [*host.before, "ss", "-tnH", "state", "established", "dst", self.master.address]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
        return {line.split()[2] for line in done.stdout.splitlines()}

    def break_connections(self, host: Host) -> None:
        """Ends what is open to the master, on this side. If the cable is cut, the other side is none the wiser."""
        command = ["ss", "-K", "-t", "dst", self.master.address]
        subprocess.run([*host.before, *command], check=True, capture_output=True, timeout=30)
        if self.connections(host):
            raise OSError("connections cannot be broken: the kernel was built without INET_DIAG_DESTROY")

    def make_slow(self, host: Host, delay: float, loss: float) -> None:
        """Changes the cable for a bad one. `delay` in seconds each way, `loss` a share of the frames each way."""
        place = ["-n", self.switch.namespace]
        ip(*place, "link", "del", f"c-{host.name}")
        command = [sys.executable, "-m", "tests.cluster.wire", f"near-{host.name}", f"c-{host.name}"]
        wire = subprocess.Popen(
            [*self.switch.before, *command, "--delay", str(delay), "--loss", str(loss)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.wires.append(wire)
        if wire.stdout.readline() != "ready\n":
            raise OSError("the wire cannot be made")
        ip(
            *place,
            lines=[
                f"link set c-{host.name} master control up",
                f"link set near-{host.name} name control netns {host.namespace}",
            ],
        )
        ip("-n", host.namespace, lines=[f"addr add {host.address}/24 dev control", "link set control up"])


def why_no_network() -> str | None:
    """What is missing for hosts of their own; None if nothing is."""
    if not sys.platform.startswith("linux"):
        return "network namespaces are a thing of Linux"
    if not shutil.which("ip"):
        return "the program ip (iproute2) is missing"
    name = f"katydid-{os.getpid()}-0-trial"
    try:
        ip("netns", "add", name)
    except OSError as error:
        return f"network namespaces cannot be made (root can): {error}"
    try:
        ip("-n", name, lines=["link add control type bridge", "link add one type veth peer name two"])
    except OSError as error:
        return f"network devices cannot be made: {error}"
    finally:
        ip("netns", "del", name)
    return None


def why_no_wire() -> str | None:
    """What is missing for a bad cable; None if nothing is."""
    return None if os.access("/dev/net/tun", os.R_OK | os.W_OK) else "/dev/net/tun is missing"


def why_no_breaking() -> str | None:
    """What is missing to break connections on one side; None if nothing is."""
    return None if shutil.which("ss") else "the program ss (iproute2) is missing"


def sweep() -> None:
    """Removes namespaces of test processes that were killed before they could."""
    for found in NAME.finditer(ip("netns", "list")):
        if not Path(f"/proc/{found[1]}").exists():
            # Another process may sweep at the same time.
            subprocess.run(["ip", "netns", "del", found[0]], capture_output=True, check=False, timeout=30)


@contextmanager
def network() -> Iterator[Network]:
    """Hosts of their own, and the target."""
    sweep()
    prefix = f"katydid-{os.getpid()}-{next(_numbers)}"

    def host(name: str, address: str = "") -> Host:
        namespace = f"{prefix}-{name}"
        return Host(name, address, ["ip", "netns", "exec", namespace], namespace)

    workers = [host(f"w{number}", f"10.77.1.{number + 1}") for number in range(1, WORKER_HOSTS + 1)]
    made = Network(host("m", "10.77.1.1"), workers, host("switch"))
    everybody = [made.master, *workers, made.switch]
    try:
        ip(lines=[f"netns add {host.namespace}" for host in everybody])
        lines = ["link set lo up", "link add load type bridge", "link add control type bridge"]
        lines += [f"addr add {TARGET_ADDRESS}/24 dev load", "link set load up", "link set control up"]
        for end in [made.master, *workers]:
            for bridge in ("control", "load"):
                cable = f"{bridge[0]}-{end.name}"
                lines.append(f"link add {cable} type veth peer name {bridge} netns {end.namespace}")
                lines.append(f"link set {cable} master {bridge} up")
        ip("-n", made.switch.namespace, lines=lines)
        for end in [made.master, *workers]:
            lines = ["link set lo up", f"addr add {end.address}/24 dev control", "link set control up"]
            lines += [f"addr add {end.address.replace('.1.', '.2.')}/24 dev load", "link set load up"]
            ip("-n", end.namespace, lines=lines)
        with target_on(made.switch, TARGET_ADDRESS, TARGET_PORT) as made.target:
            yield made
    finally:
        for wire in made.wires:
            wire.kill()
            wire.wait()
        for end in everybody:
            subprocess.run(["ip", "netns", "del", end.namespace], capture_output=True, check=False, timeout=30)


@contextmanager
def loopback() -> Iterator[Hosts]:
    """Addresses of this machine in place of hosts, and the target."""
    hosts = [Host(f"w{number}", f"127.0.0.{number + 2}") for number in range(1, WORKER_HOSTS + 1)]
    made = Hosts(Host("m", "127.0.0.2"), hosts, Host("switch", "127.0.0.1"))
    with target_on(made.switch, "127.0.0.1", 0) as made.target:
        yield made


@contextmanager
def target_on(host: Host, address: str, port: int) -> Iterator[str]:
    """The server of tests/target on a host; its URL."""
    command = [sys.executable, "-m", "tests.target", "--host", address, "--port", str(port)]
    server = subprocess.Popen([*host.before, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://{address}:{json.loads(server.stdout.readline())['http']}"
    finally:
        server.kill()
        server.wait()


class HostedCluster(Cluster):
    """A master and workers on hosts of their own. They run locustfiles/noting.py."""

    def __init__(self, folder: Path, hosts: Hosts) -> None:
        super().__init__(folder, hosts.target)
        self.hosts = hosts

    def lead(self, *arguments: str, name: str = "master", **variables: str) -> Node:
        """Starts the master."""
        place = ["--master", "--master-bind-host", self.hosts.master.address, "--master-bind-port", str(self.port)]
        options = [*place, "--headless", "--only-summary", "--host", self.target, *arguments]
        return self._start_on(self.hosts.master, name, options, variables)

    def follow(self, host: Host, *arguments: str, name: str = "", **variables: str) -> Node:
        """Starts a worker, whose users count under its name."""
        name = name or host.name
        place = ["--worker", "--master-host", self.hosts.master.address, "--master-port", str(self.port)]
        return self._start_on(host, name, [*place, *arguments], {"WHO": f"{self.folder.name}-{name}", **variables})

    def _start_on(self, host: Host, name: str, options: list[str], variables: dict[str, str]) -> Node:
        before = host.before
        return self.start("katydid", name, *options, locustfile="noting.py", before=before, **variables)
