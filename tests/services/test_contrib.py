"""The wrappers of `locust.contrib` against real servers: what is counted, under which name, and which failures."""

from __future__ import annotations

import csv

from tests.product.command import Command


def test_dns_user(command: Command, dns_port: int) -> None:
    command.write(
        f"""
        import dns.message
        from locust import task
        from locust.contrib.dns import DNSUser

        class Resolver(DNSUser):
            def ask(self, domain, transport="udp", **options):
                query = dns.message.make_query(domain, "A")
                return getattr(self.client, transport)(query, "127.0.0.1", port={dns_port}, **options)

            @task
            def once(self):
                print(self.ask("here.test", name="here").answer[0][0])
                self.ask("here.test", transport="tcp")
                self.ask("nothing.test", name="nothing")
                print(self.ask("silent.test", name="silent", timeout=0.3))
                self.environment.runner.quit()
        """
    )
    ended = command.load("-u", "1", "-t", "20s")
    assert ended.requests() == {
        "here": (1, 0),
        "tcp": (1, 0),
        "nothing": (1, 1),
        "silent": (1, 1),
        "Aggregated": (4, 2),
    }
    assert {row["Type"] for row in ended.table("stats")} == {"DNS", ""}
    assert "No answer in DNS response" in ended.errors()["nothing"]
    assert "timed out" in ended.errors()["silent"]
    assert ended.stdout.split() == ["192.0.2.7", "None"]


def test_users_of_a_name_server_do_not_wait_for_each_other(command: Command, dns_port: int) -> None:
    command.write(
        f"""
        import dns.message
        from locust import task
        from locust.contrib.dns import DNSUser

        class Patient(DNSUser):
            @task
            def wait(self):
                query = dns.message.make_query("silent.test", "A")
                self.client.udp(query, "127.0.0.1", port={dns_port}, timeout=1)
                self.stop(force=False)
        """
    )
    ended = command.load("-u", "10", "-r", "10", "-t", "2s")
    requests, failures = ended.requests()["udp"]
    assert requests == failures == 10


def test_socketio_user(command: Command, socketio_port: int) -> None:
    command.write(
        f"""
        import gevent
        from locust import task
        from locust.contrib.socketio import SocketIOUser

        class Talker(SocketIOUser):
            options = {{"reconnection": False}}

            def on_start(self):
                self.sio.connect("http://127.0.0.1:{socketio_port}")

            @task
            def talk(self):
                print(self.sio.call("echo", [1, "two"]))
                self.sio.emit("hello", "you there")
                self.sio.send("a word", name="word")
                print(self.sio.call("slow", 5, timeout=0.2))
                gevent.sleep(0.3)
                self.sio.disconnect()
                self.sio.emit("hello", "nobody")
                self.environment.runner.quit()
        """
    )
    ended = command.load("-u", "1", "-t", "20s")
    found = {(row["Type"], row["Name"]): int(row["Request Count"]) for row in ended.table("stats")}
    assert found == {
        ("WS", "connect"): 1,
        ("WSC", "echo"): 1,
        ("WSC", "slow"): 1,
        # What python-socketio calls and sends with, too.
        ("WSE", "echo"): 1,
        ("WSE", "slow"): 1,
        ("WSE", "message"): 1,
        ("WSE", "hello"): 2,
        ("WSR", "heard"): 1,
        ("WSR", "welcome"): 1,
        ("WSS", "word"): 1,
        ("", "Aggregated"): 11,
    }
    assert set(ended.errors()) == {"slow", "hello"}
    assert "TimeoutError" in ended.errors()["slow"]
    lengths = {row["Name"]: float(row["Average Content Size"]) for row in ended.table("stats")}
    assert (lengths["word"], lengths["welcome"]) == (6, 9)


def test_openai_user(command: Command, openai_port: int) -> None:
    command.write(
        """
        from locust import task
        from locust.contrib.oai import OpenAIUser

        class Asker(OpenAIUser):
            def ask(self, model):
                try:
                    return self.client.responses.create(model=model, input="Hello")
                except Exception as error:
                    return error

            @task
            def once(self):
                self.client.max_retries = 0
                print(self.ask("small").output_text)
                with self.client.rename_request("renamed"):
                    self.ask("small")
                with self.client.rename_request("broken"):
                    print(type(self.ask("broken")).__name__)
                self.environment.runner.quit()
        """
    )
    url = f"http://127.0.0.1:{openai_port}/v1"
    ended = command.load("-u", "1", "-t", "20s", OPENAI_API_KEY="none", OPENAI_BASE_URL=url)
    assert ended.requests() == {"/v1/responses": (1, 0), "renamed": (1, 0), "broken": (1, 1), "Aggregated": (3, 1)}
    assert ended.table("stats")[0]["Average Content Size"] == "17.0"
    assert "500 Internal Server Error" in ended.errors()["broken"]
    assert ended.stdout.split("\n")[:2] == ["Good day", "InternalServerError"]


def test_openai_without_a_key_is_refused_before_the_run(command: Command) -> None:
    command.write("from locust.contrib.oai import OpenAIUser")
    ended = command.load("-t", "1s")
    assert ended.exit_code == 1
    assert "OPENAI_API_KEY" in ended.stderr


def test_postgres_user(command: Command, postgres_address: str) -> None:
    command.write(
        f"""
        from locust import task
        from locust.contrib.postgres import PostgresUser

        class Reader(PostgresUser):
            conn_string = "{postgres_address}"

            @task
            def read(self):
                self.client.execute_query("SELECT * FROM products")
                self.client.execute_query("SELECT pg_sleep(0.2)")
                self.client.execute_query("SELECT * FROM no_such_table")
                self.environment.runner.quit()
        """
    )
    ended = command.load("-u", "1", "-t", "20s")
    rows = {row["Type"]: row for row in ended.table("stats")}
    assert (rows["postgres_success"]["Request Count"], rows["postgres_success"]["Name"]) == ("2", "execute_query")
    assert float(rows["postgres_success"]["Max Response Time"]) >= 200
    assert rows["postgres_failure"]["Failure Count"] == "1"
    assert "no_such_table" in ended.errors()["execute_query"]


def test_mongodb_user(command: Command, mongodb_port: int) -> None:
    command.write(
        f"""
        from locust import task
        from locust.contrib.mongodb import MongoDBUser

        class Reader(MongoDBUser):
            conn_string = "mongodb://127.0.0.1:{mongodb_port}"
            db_name = "shop"

            @task
            def read(self):
                self.client.execute_query("products", {{"price": {{"$gt": 3}}}})
                self.client.execute_query("slow", {{}})
                self.client.execute_query("broken", {{}})
                print(len(list(self.client.db["products"].find())))
                self.environment.runner.quit()
        """
    )
    ended = command.load("-u", "1", "-t", "20s")
    assert ended.requests() == {"QUERY": (3, 1), "Aggregated": (3, 1)}
    assert {row["Type"] for row in ended.table("stats")} == {"MONGODB", ""}
    assert float(ended.table("stats")[0]["Max Response Time"]) >= 200
    assert "no such luck" in ended.errors()["QUERY"]
    assert ended.stdout.split() == ["3"]


def test_qdrant_user(command: Command) -> None:
    # The client brings the server's engine along: the same operations, within the process.
    command.write(
        """
        from qdrant_client.models import Distance, PointStruct, VectorParams
        from locust import task
        from locust.contrib.qdrant import QdrantUser

        class Searcher(QdrantUser):
            url = None
            client_kwargs = {"location": ":memory:"}
            collection_name = "things"
            vectors_config = VectorParams(size=2, distance=Distance.COSINE)

            @task
            def once(self):
                self.upsert([PointStruct(id=n, vector=[n, 1.0], payload={"n": n}) for n in range(5)])
                found = self.search([4.0, 1.0], limit=2)
                print([point.id for point in found["result"].points], found["success"])
                print(len(self.scroll(limit=3)["result"]), self.scroll(limit=3)["next_offset"])
                self.delete([0, 1])
                print(len(self.scroll(limit=10)["result"]))
                print(self.search([1.0, 2.0, 3.0])["success"])
                self.environment.runner.quit()
        """
    )
    ended = command.load("-u", "1", "-t", "20s")
    assert ended.requests() == {
        "upsert": (1, 0),
        "search": (2, 1),
        "scroll": (3, 0),
        "delete": (1, 0),
        "Aggregated": (7, 1),
    }, ended.output
    assert {row["Type"] for row in ended.table("stats")} == {"qdrant", ""}
    assert ended.stdout.splitlines() == ["[4, 3] True", "3 3", "3", "False"]


def test_milvus_user(command: Command, milvus_port: int) -> None:
    command.write(
        f"""
        from locust import task
        from locust.contrib.milvus import MilvusUser
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema()
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("place", DataType.FLOAT_VECTOR, dim=2)
        index = MilvusClient.prepare_index_params()
        index.add_index(field_name="place", index_type="FLAT", metric_type="L2")

        class Searcher(MilvusUser):
            def __init__(self, environment):
                super().__init__(
                    environment,
                    uri="http://127.0.0.1:{milvus_port}",
                    collection_name="things",
                    schema=schema,
                    index_params=index,
                )

            @task
            def once(self):
                print(self.insert([{{"id": n, "place": [n, 0.0]}} for n in range(5)])["success"])
                self.upsert([{{"id": 5, "place": [5.0, 0.0]}}])
                self.client.client.load_collection("things")
                found = self.search([[4.0, 0.0]], "place", 2, calculate_recall=True, ground_truth=[4, 0])
                print(sorted(hit["id"] for hit in found["result"][0]), found["recall"])
                print(len(self.query("id > 2")["result"]))
                self.delete("id in [0, 1]")
                print(self.query("id < 2")["empty"])
                print(self.search([[1.0, 2.0, 3.0]], "place", 2)["success"])
                self.environment.runner.quit()
        """
    )
    ended = command.load("-u", "1", "-t", "20s")
    assert ended.requests() == {
        "insert": (1, 0),
        "upsert": (1, 0),
        "search": (2, 1),
        "recall": (1, 0),
        "query": (2, 0),
        "delete": (1, 0),
        "Aggregated": (8, 1),
    }, ended.output
    assert {row["Type"] for row in ended.table("stats")} == {"milvus", ""}
    assert ended.stdout.splitlines() == ["True", "[3, 4] 0.5", "3", "True", "False"]


def test_mqtt_user(command: Command, mqtt_port: int) -> None:
    command.write(
        f"""
        import gevent
        from locust import task
        from locust.contrib.mqtt import MqttUser

        class Sensor(MqttUser):
            port = {mqtt_port}

            @task
            def once(self):
                while not self.client.is_connected():
                    gevent.sleep(0.01)
                heard = []
                self.client.on_message = lambda client, userdata, message: heard.append(message.payload)
                self.client.subscribe("open/#")
                self.client.publish("open/quick", b"12345")
                self.client.publish("open/sure", b"1234567890", qos=1)
                self.client.publish("open/once", "twice", qos=2)
                gevent.sleep(0.5)
                print(sorted(heard))
                self.client.disconnect()
                gevent.sleep(0.2)
                self.client.publish("open/gone", b"")
                self.environment.runner.quit()

        class OtherLoop(Sensor):
            use_loop_selectors = True
        """
    )
    for user in ("Sensor", "OtherLoop"):
        ended = command.load("-u", "1", "-t", "20s", user)
        rows = {row["Name"]: row for row in ended.table("stats")}
        assert {row["Type"] for row in rows.values()} == {"MQTT", ""}
        assert set(rows) - {"Aggregated"} == {
            "connect",
            "disconnect",
            "subscribe:0:open/#",
            "publish:0:open/quick",
            "publish:1:open/sure",
            "publish:2:open/once",
            "publish:0:open/gone",
        }
        assert set(ended.errors()) == {"publish:0:open/gone"}
        assert float(rows["publish:1:open/sure"]["Average Content Size"]) == 10
        assert ended.stdout.strip() == "[b'12345', b'1234567890', b'twice']"


def test_csv_request_logger(command: Command, openai_port: int) -> None:
    command.write(
        f"""
        from locust import HttpUser, events, task
        from locust.contrib.csv_request_logger import CSV_COLUMNS, CsvRequestLogger

        requests = CsvRequestLogger("requests.csv")

        @events.init.add_listener
        def start(environment, **kwargs):
            requests.register(environment)

        class Asker(HttpUser):
            host = "http://127.0.0.1:{openai_port}"

            @task
            def once(self):
                self.client.post("/a,b", json={{"model": "small"}}, name='with "quotes", and commas')
                self.client.post("/broken", json={{"model": "broken"}})
                self.client.get("http://127.0.0.1:1/", name="nobody")
                self.environment.runner.quit()
        """
    )
    ended = command.load("-u", "1", "-t", "20s")
    with (ended.folder / "requests.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["request_type"], row["name"], row["status_code"]) for row in rows] == [
        ("POST", 'with "quotes", and commas', "200"),
        ("POST", "/broken", "500"),
        ("GET", "nobody", "0"),
    ]
    assert [bool(row["exception"]) for row in rows] == [False, True, True]
    assert all(float(row["timestamp"]) > 1.7e9 and float(row["response_time_ms"]) >= 0 for row in rows)
