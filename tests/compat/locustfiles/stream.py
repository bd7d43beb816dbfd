"""stream=True: the body is read by the user, the length is the announced one."""

from _fixed import finish
from locust import HttpUser, task


class Streams(HttpUser):
    @task
    def streams(self):
        client = self.client
        with client.get("/lines/4", stream=True, name="lines", catch_response=True) as response:
            for line in response.iter_lines():
                print(line)
        response = client.get("/bytes/5000", stream=True, name="bytes")
        print([len(part) for part in response.iter_content(2000)])
        response = client.get("/bytes/3000", stream=True, name="raw")
        print(len(response.raw.read(1000)))
        response.close()
        response = client.get("/bytes/3000", stream=True, name="content later")
        print(len(response.content))
        response = client.get("/lines/50/0.02", stream=True, name="not waited for")
        print(response.status_code, response.elapsed.total_seconds() < 0.5)
        response.close()
        with client.get("/lines/2", stream=True, catch_response=True, name="judged") as response:
            if list(response.iter_lines(decode_unicode=True)) != ["line 0", "line 1"]:
                response.failure("wrong lines")
        response = client.get("/encoded/gzip", stream=True, name="gzip")
        print(len(b"".join(response.iter_content(100))))
        print(client.get("/ok").text)
        finish(self)
