"""A client library that knows only a requests.Session, driven by self.client."""

from _fixed import finish
from locust import HttpUser, events, task
from requests import PreparedRequest, Request, Session


class ShopLibrary:
    """As such libraries are written: a base address, a session that it may be given, its own errors."""

    class NotFound(Exception):
        pass

    def __init__(self, base, session=None):
        self.base = base.rstrip("/")
        self.session = session or Session()
        if not isinstance(self.session, Session):
            raise TypeError("a requests.Session, please")
        self.session.headers.update({"X-Library": "shop/1.0", "Accept": "application/json"})
        self.session.hooks["response"].append(self._count)
        self.calls = 0

    def _count(self, response, *args, **kwargs):
        self.calls += 1
        return response

    def call(self, verb, path, **parameters):
        request = Request(verb, f"{self.base}{path}", **parameters)
        prepared: PreparedRequest = self.session.prepare_request(request)
        settings = self.session.merge_environment_settings(prepared.url, {}, None, None, None)
        response = self.session.send(prepared, timeout=5, allow_redirects=True, **settings)
        if response.status_code == 404:
            raise self.NotFound(path)
        response.raise_for_status()
        return response.json()

    def item(self, number):
        return self.session.get(f"{self.base}/json/{number}", timeout=5).json()


class Shopper(HttpUser):
    @task
    def uses_it(self):
        self.client.get("/ok/first")
        shop = ShopLibrary(self.host, session=self.client)
        told = shop.call("POST", "/echo", json={"buy": 1}, params={"page": 2}, cookies={"k": "v"})
        print(told["json"], told["query"], told["cookies"], told["headers"]["x-library"], told["headers"]["accept"])
        print(shop.item(7), shop.calls)
        try:
            shop.call("GET", "/status/404")
        except shop.NotFound as error:
            print("not found", error)
        print(shop.call("GET", "/redirect-to", params={"url": "/echo"})["path"], shop.calls)
        finish(self)


@events.request.add_listener
def tell(request_type, name, exception, context, **kwargs):
    print("event", request_type, name, exception, context)
