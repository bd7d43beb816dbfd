"""LoadTestShape with each form of tick's answer; None ends the run."""

from locust import LoadTestShape, User, constant, task


class One(User):
    wait_time = constant(10)

    @task
    def wait_only(self):
        pass


class Two(One):
    pass


class Steps(LoadTestShape):
    turn = 0

    def tick(self):
        answer = self.answers()
        if self.turn % 2 == 1:
            counts = dict(sorted(self.runner.user_classes_count.items()))
            print(self.turn, self.get_current_user_count(), counts, self.runner.target_user_count)
        self.turn += 1
        return answer

    def answers(self):
        if self.turn < 2:
            return (2, 10)
        if self.turn < 4:
            return (5, 100, [One])
        if self.turn < 6:
            return (3, 50, None)
        if self.turn < 8:
            return (4, 2.5)
        return None
