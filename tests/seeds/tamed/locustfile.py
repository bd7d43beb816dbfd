"""A performance test framework round Locust, after the article "How to Tame your Locusts".

The article's listings were pictures and are lost; this follows its text: a configuration file, data sets
with locked records, listeners that forward every result, loggers in greenlets, an external job that is
timed, and a mix of test cases that is decided when a virtual user starts.
"""

import time

import gevent
from locust import HttpUser, LoadTestShape, TaskSet, between, events, task

import config
import utils
from forwarder import Forwarder
from loggers import Memory, VUs
from testdata import Endpoints, PreviewsData

endpoints = Endpoints(config.SITES[config.SITE]["endpoints"])
previews = PreviewsData(config.SITES[config.SITE]["previews"])

forwarder = Forwarder(config.LOG_FILE)
log_VUs = VUs(forwarder)
log_memory = Memory(forwarder)
greenlets = []


@events.request.add_listener
def additional_success_handler(request_type, name, response_time, response_length, exception, **kwargs):
    if exception is None:
        forwarder.add(
            {
                "type": "success",
                "request_type": request_type,
                "name": name,
                "response_time": response_time,
                "response_length": response_length,
            }
        )


@events.request.add_listener
def additional_failure_handler(request_type, name, response_time, exception, **kwargs):
    if exception is not None:
        forwarder.add(
            {
                "type": "failure",
                "request_type": request_type,
                "name": name,
                "response_time": response_time,
                "exception": str(exception),
            }
        )


@events.test_start.add_listener
def on_test_start(environment, **kwargs):
    gevent.spawn(forwarder.run)
    greenlets.append(gevent.spawn(log_VUs.run, environment))
    greenlets.append(gevent.spawn(log_memory.run, environment))


@events.test_stop.add_listener
def on_test_stop(environment, **kwargs):
    gevent.killall(greenlets)
    forwarder.add(
        {
            "type": "summary",
            "requests": environment.stats.total.num_requests,
            "failures": environment.stats.total.num_failures,
        }
    )
    forwarder.close()
    gevent.sleep(0.5)


class WebTest(TaskSet):
    """A visitor opens one page and has seen enough."""

    @task
    def visit(self):
        endpoint = endpoints.getRecord()
        with self.client.get(endpoint["url"], name=endpoint["name"], catch_response=True) as response:
            if response.status_code != 200:
                response.failure(f"status {response.status_code}")
        self.interrupt()


class ContentJob(TaskSet):
    """Starts a job on a record that nobody else works on, and waits until its result shows."""

    job_type = None

    @task
    def process(self):
        preview = previews.getRecord()
        if preview is None:
            self.interrupt()
        try:
            self.process_record(preview)
        finally:
            previews.setReady(preview["rowId"])
        self.interrupt()

    def process_record(self, preview):
        start_time = time.time()
        retVal, result = utils.process_file(self.user.host, preview["preview"], type=self.job_type)
        self.log_job(f"{self.job_type} job", start_time, None if retVal == "OK" else RuntimeError(result))
        if retVal == "ERR":
            self.interrupt()

        proceeding = True
        while proceeding:
            page = self.client.get(f"/cms/previews/{preview['preview']}", name="preview page").json()
            proceeding = page["version"] < result
            if proceeding and time.time() - start_time > config.PREVIEW_TIMEOUT:
                self.log_job(f"{self.job_type} shown", start_time, TimeoutError("the content did not change"))
                self.interrupt()
            gevent.sleep(0.05)
        self.log_job(f"{self.job_type} shown", start_time, None)

    def log_job(self, name, start_time, exception):
        events.request.fire(
            request_type="batch",
            name=name,
            response_time=(time.time() - start_time) * 1000,
            response_length=0,
            exception=exception,
            context={},
        )


class ContentServerTest(ContentJob):
    job_type = "Publish"


class PreviewTest(ContentJob):
    job_type = "Preview"


class MixedTests(TaskSet):
    """Decides anew, each time it is entered, whether there is a record for the content server's job."""

    def __init__(self, parent):
        super().__init__(parent)
        self.tasks = [WebTest, ContentServerTest] if previews.testRecord() else [WebTest]


class VirtualUser(HttpUser):
    wait_time = between(0.1, 0.3)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.tasks = {1: [WebTest], 2: [MixedTests], 3: [PreviewTest]}[config.SCENARIO]


class LoadStages(LoadTestShape):
    def tick(self):
        for stage in config.LOAD_STAGES:
            if self.get_run_time() < stage["until"]:
                return stage["users"], stage["spawn_rate"]
        return None
