"""A shape that reads the common options, and one that ends by time."""

from locust import LoadTestShape, User, constant, events, task


class Someone(User):
    wait_time = constant(10)

    @task
    def wait_only(self):
        pass


class Common(LoadTestShape):
    use_common_options = True

    def tick(self):
        options = self.runner.environment.parsed_options
        if self.get_run_time() < 1.5:
            return (options.num_users, options.spawn_rate)
        return None


@events.test_stop.add_listener
def stopped(environment, **kwargs):
    options = environment.parsed_options
    print("stopped", environment.runner.target_user_count, options.num_users, options.spawn_rate, options.run_time)
    print("shape", type(environment.shape_class).__name__)
