"""What people write themselves: users over client libraries that know nothing of load tests.

Each lets the others go on while it waits.
"""

from __future__ import annotations

from tests.product.command import Command, Result

TIMED = """
import time
from locust import User, task, events

def timed(request_type, name, call):
    started, exception, result = time.perf_counter(), None, None
    try:
        result = call()
    except Exception as error:
        exception = error
    events.request.fire(
        request_type=request_type,
        name=name,
        response_time=(time.perf_counter() - started) * 1000,
        response_length=0,
        exception=exception,
        context={},
    )
    return result
"""


def load(command: Command, users: int, text: str) -> Result:
    """A run of users that each do one thing and stop; it ends when all have."""
    command.write(
        TIMED
        + """
@events.init.add_listener
def end_when_done(environment, **kwargs):
    import gevent
    def watch():
        while environment.stats.total.num_requests < ALL:
            gevent.sleep(0.02)
        environment.runner.quit()
    gevent.spawn(watch)
"""
        + text
    )
    return command.load("-u", str(users), "-r", "100", "-t", "20s")


def test_xmlrpc_server_proxy(command: Command, words_port: int) -> None:
    ended = load(
        command,
        10,
        f"""
from xmlrpc.client import Fault, ServerProxy
ALL = 20

class Client(ServerProxy):
    def __getattr__(self, name):
        method = ServerProxy.__getattr__(self, name)
        return lambda *arguments: timed("xmlrpc", name, lambda: method(*arguments))

class Caller(User):
    def on_start(self):
        self.client = Client("http://127.0.0.1:{words_port}")

    @task
    def call(self):
        self.client.slowly(0.5)
        self.client.nothing()
        time.sleep(10)
""",
    )
    assert ended.requests() == {"slowly": (10, 0), "nothing": (10, 10), "Aggregated": (20, 10)}
    assert ended.seconds < 4, "they waited for each other"
    assert "is not supported" in ended.errors()["nothing"]


def test_grpc_with_an_interceptor(command: Command, grpc_port: int) -> None:
    ended = load(
        command,
        10,
        f"""
import grpc
import grpc.experimental.gevent
grpc.experimental.gevent.init_gevent()
ALL = 20

class Counting(grpc.UnaryUnaryClientInterceptor):
    def intercept_unary_unary(self, continuation, details, request):
        call = continuation(details, request)
        timed("grpc", details.method, call.result)
        return call

class Caller(User):
    def on_start(self):
        self.channel = grpc.intercept_channel(grpc.insecure_channel("127.0.0.1:{grpc_port}"), Counting())

    @task
    def call(self):
        print(self.channel.unary_unary("/shop.Greeter/Greet")(b"Ann"))
        try:
            self.channel.unary_unary("/shop.Greeter/Fail")(b"Ann")
        except grpc.RpcError:
            time.sleep(10)
""",
    )
    greet, fail = "/shop.Greeter/Greet", "/shop.Greeter/Fail"
    assert ended.requests() == {greet: (10, 0), fail: (10, 10), "Aggregated": (20, 10)}
    assert ended.seconds < 6, "they waited for each other"
    assert ended.stdout.count("b'Hello, Ann'") == 10
    assert "nobody of that name" in ended.errors()[fail]


def test_websocket_client(command: Command, words_port: int) -> None:
    ended = load(
        command,
        5,
        f"""
import gevent
import websocket
ALL = 5

class Talker(User):
    def on_start(self):
        self.answers = []
        self.socket = websocket.create_connection("ws://127.0.0.1:{words_port + 1}/")
        self.reader = gevent.spawn(lambda: self.answers.append(self.socket.recv()))

    @task
    def talk(self):
        def there_and_back():
            self.socket.send("hello")
            self.reader.join()
        timed("WS", "hello", there_and_back)
        print(self.answers)
        time.sleep(10)

    def on_stop(self):
        self.socket.close()
""",
    )
    assert ended.requests() == {"hello": (5, 0), "Aggregated": (5, 0)}
    assert ended.stdout.count("['hello']") == 5


def test_raw_sockets(command: Command, words_port: int) -> None:
    ended = load(
        command,
        5,
        f"""
import socket
ALL = 5

class Talker(User):
    @task
    def talk(self):
        with socket.create_connection(("127.0.0.1", {words_port + 2}), timeout=5) as connection:
            file = connection.makefile("rw")
            def there_and_back():
                print("hello", file=file, flush=True)
                return file.readline()
            print(timed("TCP", "line", there_and_back).strip())
        time.sleep(10)
""",
    )
    assert ended.requests() == {"line": (5, 0), "Aggregated": (5, 0)}
    assert ended.stdout.split() == ["HELLO"] * 5


def test_redis(command: Command, redis_port: int) -> None:
    ended = load(
        command,
        10,
        f"""
import redis
ALL = 20

class Reader(User):
    def on_start(self):
        self.client = redis.Redis(port={redis_port})

    @task
    def read(self):
        timed("redis", "BLPOP", lambda: self.client.blpop("nobody", timeout=1))
        timed("redis", "bad", lambda: self.client.execute_command("NOSUCH"))
        time.sleep(10)
""",
    )
    assert ended.requests() == {"BLPOP": (10, 0), "bad": (10, 10), "Aggregated": (20, 10)}
    assert ended.seconds < 4, "they waited for each other"
    assert "ResponseError" in ended.errors()["bad"]


def test_sqlalchemy_through_psycopg(command: Command, postgres_address: str) -> None:
    ended = load(
        command,
        10,
        f"""
import sqlalchemy
ALL = 20

engine = sqlalchemy.create_engine(
    "postgresql+psycopg://", connect_args=dict(part.split("=") for part in "{postgres_address}".split()), pool_size=10
)

class Reader(User):
    @task
    def read(self):
        with engine.connect() as connection:
            query = sqlalchemy.text("SELECT count(*) FROM products, pg_sleep(0.5)")
            print(timed("sql", "count", lambda: connection.execute(query).scalar()))
            timed("sql", "bad", lambda: connection.execute(sqlalchemy.text("SELECT nothing")))
        time.sleep(10)
""",
    )
    assert ended.requests() == {"count": (10, 0), "bad": (10, 10), "Aggregated": (20, 10)}
    assert ended.seconds < 4, "they waited for each other"
    assert ended.stdout.split() == ["3"] * 10


def test_geventhttpclient_beside_our_own(command: Command, openai_port: int) -> None:
    ended = load(
        command,
        5,
        f"""
from geventhttpclient import HTTPClient
ALL = 5

class Poster(User):
    @task
    def post(self):
        client = HTTPClient("127.0.0.1", {openai_port})
        body = b'{{"model": "small"}}'
        print(timed("http", "post", lambda: client.post("/x", body=body).status_code))
        time.sleep(10)
""",
    )
    assert ended.requests() == {"post": (5, 0), "Aggregated": (5, 0)}
    assert ended.stdout.split() == ["200"] * 5


def test_subprocesses(command: Command) -> None:
    ended = load(
        command,
        5,
        """
import subprocess
ALL = 10

class Shell(User):
    @task
    def use_it(self):
        timed("shell", "sleep", lambda: subprocess.run(["sleep", "0.5"], check=True))
        timed("shell", "false", lambda: subprocess.run(["false"], check=True))
        time.sleep(10)
""",
    )
    assert ended.requests() == {"sleep": (5, 0), "false": (5, 5), "Aggregated": (10, 5)}
    assert ended.seconds < 4, "they waited for each other"
