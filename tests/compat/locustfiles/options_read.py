"""Options from locust.conf, pyproject.toml and the environment, as the run sees them."""

from _fixed import finish
from locust import HttpUser, events, task


@events.init.add_listener
def show(environment, **kwargs):
    options = environment.parsed_options
    print(
        options.num_users,
        options.spawn_rate,
        options.stop_timeout,
        options.tags,
        options.loglevel,
        options.exit_code_on_error,
    )
    print(environment.stop_timeout, environment.host == options.host, environment.reset_stats, options.run_time)


class Configured(HttpUser):
    @task
    def once(self):
        self.client.get("/ok/once")
        finish(self)
