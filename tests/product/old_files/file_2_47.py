"""A locustfile as one writes it for Locust 2.47, in 2026."""

from locust import (
    FastHttpUser,
    HttpUser,
    LoadTestShape,
    MarkovTaskSet,
    constant_throughput,
    events,
    poisson,
    run_single_user,
    tag,
    task,
    transition,
    transitions,
)
from locust.env import Environment
from locust.exception import RescheduleTask
from locust.runners import LocalRunner, WorkerRunner


@events.init_command_line_parser.add_listener
def _(parser):
    parser.add_argument("--basket", type=int, default=1, env_var="BASKET", help="Items in a basket")
    parser.add_argument("--token", default="t", is_secret=True, include_in_web_ui=True)


@events.init.add_listener
def on_init(environment: Environment, runner, **kwargs):
    print("init", isinstance(runner, LocalRunner), isinstance(runner, WorkerRunner), environment.parsed_options.basket)
    runner.register_message("note", lambda environment, msg, **kw: print("note", msg.data))


@events.test_start.add_listener
def on_start(environment, **kwargs):
    environment.runner.send_message("note", {"basket": environment.parsed_options.basket})


class Walk(MarkovTaskSet):
    @transition("item")
    def home(self):
        self.client.get("/ok/home")

    @transitions({"item": 1, "buy": 2})
    def item(self):
        self.client.get("/ok/item")

    @transition("home")
    def buy(self):
        with self.user.rest("POST", "/echo", json={"basket": 3}, name="buy") as resp:
            assert resp.js["json"]["basket"] == 3, "wrong basket"


class Shopper(HttpUser):
    wait_time = poisson(50)
    tasks = [Walk]

    def context(self):
        return {"user": "shopper"}


class Reader(FastHttpUser):
    fixed_count = 1
    wait_time = constant_throughput(20)
    default_headers = {"X-Reader": "1"}

    @tag("read")
    @task
    def read(self):
        with self.rest("GET", "/json") as resp:
            if resp.js["name"] != "lamp":
                resp.failure("not a lamp")
        with self.client.rename_request("renamed"):
            self.client.get("/ok/anything")

    @tag("slow")
    @task
    def never(self):
        raise RescheduleTask()


@events.request.add_listener
def on_request(name, context, exception, start_time, url, **kwargs):
    contexts.add((name, context.get("user"), exception))


contexts = set()


class Stages(LoadTestShape):
    use_common_options = True

    def tick(self):
        limit = self.runner.environment.parsed_options.run_time
        if self.get_run_time() > limit:
            return None
        return (self.runner.environment.parsed_options.num_users, 20)


@events.usage_monitor.add_listener
def monitor(environment, cpu_usage, memory_usage, **kwargs):
    pass


@events.quit.add_listener
def on_quit(exit_code, **kwargs):
    print("quit", exit_code, sorted(contexts, key=str))


if __name__ == "__main__":
    run_single_user(Shopper)
