"""The server of every figure: one nginx worker on loopback with a few fixed answers. Counts what it served."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = """
worker_processes 1;
worker_rlimit_nofile 65536;
daemon off;
error_log {folder}/error.log crit;
pid {folder}/nginx.pid;
events {{ worker_connections 32768; multi_accept on; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  keepalive_timeout 3600s;
  keepalive_requests 1000000000;
{servers}
}}
"""
# {mark} begins every JSON object of an answer.
SERVER = """
  server {{
    listen 127.0.0.1:{port} backlog=8192;
    default_type application/json;
    location = /served {{ stub_status; }}
    location = / {{ default_type text/plain; return 200 "{plain}"; }}
    location = /login {{ return 200 '{{{mark}"token": "0123456789abcdef0123456789abcdef", "user": {{"id": 7}}}}'; }}
    location = /products {{ return 200 '{{{mark}"items": [{products}], "page": 1, "total": 1000}}'; }}
    location /products/ {{ return 200 '{{{mark}{product}}}'; }}
    location = /cart {{ return 200 '{{{mark}"items": [{{"product_id": 7, "quantity": 1}}], "total": 12.5}}'; }}
    location = /orders {{ return 201 '{{{mark}"id": 4711, "state": "new", "total": 12.5}}'; }}
    location /ok/ {{ default_type text/plain; return 200 "ok"; }}
    location /missing/ {{ return 404 '{{"error": "no such thing"}}'; }}
  }}
"""
PRODUCT = '"id": {0}, "name": "Desk lamp {0}", "price": 12.5, "stock": 40, "tags": ["home", "light"]'
PRODUCTS = ", ".join(f"{{{PRODUCT.format(number)}}}" for number in range(1, 21))
DIFFERENT_EACH_TIME = '"request": "$request_id", '


class NginxMissing(Exception):
    """The machine has no nginx."""


@dataclass
class Nginx:
    port: int
    changing_port: int
    """Where no JSON answer comes twice."""
    version: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def changing_url(self) -> str:
        return f"http://127.0.0.1:{self.changing_port}"

    def status(self) -> tuple[int, int]:
        """Requests served since the start (this one included), and connections now open."""
        with urllib.request.urlopen(f"{self.url}/served", timeout=30) as answer:
            text = answer.read().decode()
        accepted_handled_requests = re.search(r"\n\s*(\d+) (\d+) (\d+)", text)
        return int(accepted_handled_requests[3]), int(re.search(r"Active connections: (\d+)", text)[1])


def program() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise NginxMissing("nginx is missing; `make setup-bench` installs it")
    return found


def server(port: int, mark: str) -> str:
    return SERVER.format(port=port, mark=mark, plain="x" * 100, products=PRODUCTS, product=PRODUCT.format(7))


@contextmanager
def serving() -> Iterator[Nginx]:
    nginx = program()
    version = (
        subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr.rsplit("/", 1)[-1].strip()
    )
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, changing_port = one.getsockname()[1], other.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "nginx.conf"
        servers = server(port, "") + server(changing_port, DIFFERENT_EACH_TIME)
        configuration.write_text(CONFIGURATION.format(folder=folder, servers=servers))
        running = subprocess.Popen([nginx, "-c", str(configuration), "-p", folder], stderr=subprocess.DEVNULL)
        try:
            wait_until_open(port)
            yield Nginx(port, changing_port, version)
        finally:
            running.terminate()
            running.wait()


def wait_until_open(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("nginx does not listen")
