"""Takes records of the run and writes them where they are kept; here a file of JSON lines."""

import json
import time

from gevent.queue import Empty, Queue


class Forwarder:
    def __init__(self, path):
        self.path = path
        self.queue = Queue()
        self.closing = False

    def add(self, message):
        self.queue.put(dict(message, timestamp=time.time()))

    def run(self):
        with open(self.path, "w") as file:
            while not (self.closing and self.queue.empty()):
                try:
                    message = self.queue.get(timeout=0.2)
                except Empty:
                    continue
                file.write(json.dumps(message) + "\n")
                file.flush()

    def close(self):
        self.closing = True
