"""Messages of one's own on a local runner."""

import gevent
from locust import User, task
from locust.env import Environment


class Nobody(User):
    @task
    def rest(self):
        gevent.sleep(30)


def listen(environment, msg, **kwargs):
    print("heard", msg.type, msg.data, msg.node_id, environment is env, kwargs)


env = Environment(user_classes=[Nobody])
runner = env.create_local_runner()
runner.register_message("plain", listen)
runner.register_message("beside", listen, concurrent=True)
runner.send_message("plain", {"a": [1, 2]})
runner.send_message("plain")
runner.send_message("beside", "text")
gevent.sleep(0.01)
runner.send_message("unknown", 1)
try:
    runner.register_message("plain", listen)
except Exception as error:
    print(type(error).__name__)
print(sorted(runner.custom_messages))
runner.quit()
