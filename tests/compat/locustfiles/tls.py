"""HTTPS: an unknown authority fails, verify=False and a named authority work, a client certificate is sent."""

import json
import os

from _fixed import finish
from locust import HttpUser, task

PORTS = json.loads(os.environ["TARGET_PORTS"])
CERTIFICATES = os.environ["TARGET_CERTIFICATES"]
AUTHORITY = f"{CERTIFICATES}/ca.pem"


def address(kind):
    return f"https://127.0.0.1:{PORTS[kind]}/ok"


class Secure(HttpUser):
    def show(self, name, kind, **rest):
        response = self.client.get(address(kind), name=name, catch_response=True, **rest)
        with response:
            print(name, response.status_code, type(response.error).__name__)
            # The words differ with the TLS library; which requests fail does not.
            if response.error:
                response.failure("TLS failure" if "SSL" in type(response.error).__name__ else repr(response.error))

    @task
    def visits(self):
        self.show("unknown authority", "https")
        self.show("verify=False", "https", verify=False)
        self.show("named authority", "https", verify=AUTHORITY)
        self.show("expired", "expired", verify=AUTHORITY)
        self.show("wrong host", "wronghost", verify=AUTHORITY)
        self.show("another authority", "selfsigned", verify=AUTHORITY)
        self.show("with client certificate", "mutual", verify=AUTHORITY, cert=f"{CERTIFICATES}/client.pem")
        self.client.verify = False
        self.show("of the session", "https")
        finish(self)
