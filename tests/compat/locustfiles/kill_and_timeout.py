"""gevent.Timeout and kill around a request: the request is given up and the next one works."""

import gevent
from _fixed import finish
from locust import HttpUser, task


class GivesUp(HttpUser):
    @task
    def gives_up(self):
        for _ in range(5):
            try:
                with gevent.Timeout(0.1):
                    self.client.get("/delay/5", name="given up")
            except gevent.Timeout:
                print("given up")
        job = gevent.spawn(self.client.get, "/delay/5", name="killed")
        gevent.sleep(0.1)
        job.kill()
        print("killed", job.dead)
        for _ in range(5):
            print(self.client.get("/ok", name="after").text)
        finish(self)
