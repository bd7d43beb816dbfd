"""Threads, queues, locks and sleeps of the standard library, inside tasks: they let other users run."""

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from _fixed import finish
from locust import HttpUser, task

waiting = queue.Queue()
lock = threading.Lock()
met = threading.Event()


class First(HttpUser):
    fixed_count = 1

    @task
    def takes(self):
        with lock:
            print("first has", waiting.get(timeout=5))
        met.wait(5)
        local = threading.local()
        local.value = 1
        done = []
        worker = threading.Thread(target=lambda: done.append(self.client.get("/ok/thread").text))
        worker.start()
        worker.join()
        print("first", done, met.is_set())
        finish(self)


class Second(HttpUser):
    fixed_count = 1

    @task
    def puts(self):
        time.sleep(0.3)
        waiting.put("a lamp")
        with ThreadPoolExecutor(3) as pool:
            texts = list(pool.map(lambda number: self.client.get(f"/ok/{number}", name="pooled").text, range(4)))
        print("second", texts)
        met.set()
        time.sleep(0.3)
        finish(self)
