from locust import LoadTestShape


class PeakHourShape(LoadTestShape):
    """Ramp up to peak, hold, ramp down — simulating business hours."""

    stages = [
        {"duration": 120, "users": 50, "spawn_rate": 5},  # Warm up
        {"duration": 300, "users": 200, "spawn_rate": 10},  # Morning ramp
        {"duration": 600, "users": 500, "spawn_rate": 20},  # Peak hours
        {"duration": 300, "users": 200, "spawn_rate": 10},  # Afternoon decline
        {"duration": 120, "users": 50, "spawn_rate": 5},  # Wind down
    ]

    def tick(self):
        run_time = self.get_run_time()
        elapsed = 0
        for stage in self.stages:
            elapsed += stage["duration"]
            if run_time < elapsed:
                return (stage["users"], stage["spawn_rate"])
        return None  # Stop the test
