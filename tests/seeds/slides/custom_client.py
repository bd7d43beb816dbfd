from locust import Locust, events
from my_protocol import Client
import time


class CustomClient:
    def __init__(self):
        self.client = protocol.Client()

    def sendRequest(self, request):
        params = {"request_type": request["type"], "name": request["name"]}

        event = None
        start_time = time.time()

        try:
            self.client.send(request)
        except Exception as e:
            params["exception"] = e
            event = events.request_failure  # FAILURE
        else:
            event = events.request_success  # SUCCESS
        finally:
            params["response_time"] = int((time.time() - start_time) * 1000)
            event.fire(**params)


from locust import Locust


class CustomLocust(Locust):
    def __init__(self, *args, **kwargs):
        super(CustomLocust, self).__init__(*args, **kwargs)
        self.client = CustomClient()
