"""The environment: one test with its users, events, options, statistics and runner, and nothing global."""

from __future__ import annotations

import katydid.monkey_patch  # noqa: F401  isort: skip

from typing import TYPE_CHECKING, Any

from katydid.dispatch import UsersDispatcher
from katydid.event import Events
from katydid.exception import RunnerAlreadyExistsError
from katydid.runners import LocalRunner, MasterRunner, Runner, WorkerRunner
from katydid.shape import LoadTestShape
from katydid.stats import RequestStats
from katydid.user.tags import filter_tasks_by_tags
from katydid.user.users import User
from katydid.web import WebUI

if TYPE_CHECKING:
    from argparse import Namespace

    from katydid.stats_csv import StatsCSV


class Environment:
    """Everything that belongs to one test.

    Args:
        user_classes: what the runner may spawn; those with neither weight nor fixed_count are taken out of the list.
        shape_class: an instance of a load shape, which then decides how many users there are.
        tags, exclude_tags: which tasks to run; those of ``parsed_options`` when None.
        locustfile: name of the file that the classes came from.
        events: hooks; new ones of its own when None, to which listeners on ``locust.events`` do not belong.
        host: base URL, given to every user class when a test starts.
        reset_stats: zero the statistics whenever a ramp is done.
        stop_timeout: seconds that users may take to finish their task; that of ``parsed_options``, or 0, when None.
        catch_exceptions: False lets an exception in a task end its user.
        parsed_options: the command line.

    Raises:
        ValueError: no class has a weight, two have the same name, or the shape is no instance of a load shape.
    """

    def __init__(
        self,
        *,
        user_classes: list[type[User]] | None = None,
        shape_class: LoadTestShape | None = None,
        tags: list[str] | None = None,
        locustfile: str | None = None,
        exclude_tags: list[str] | None = None,
        events: Events | None = None,
        host: str | None = None,
        reset_stats: bool = False,
        stop_timeout: float | None = None,
        catch_exceptions: bool = True,
        parsed_options: Namespace | None = None,
        parsed_locustfiles: list[str] | None = None,
        available_user_classes: dict[str, type[User]] | None = None,
        available_shape_classes: dict[str, LoadTestShape] | None = None,
        available_user_tasks: dict[str, list[Any]] | None = None,
        dispatcher_class: type[Any] = UsersDispatcher,
        profile: str | None = None,
    ) -> None:
        self.user_classes: list[type[User]] = user_classes or []
        self.shape_class = shape_class
        self.tags = tags
        self.exclude_tags = exclude_tags
        self.locustfile = locustfile
        self.events = events or Events()
        self.host = host
        self.reset_stats = reset_stats
        self.catch_exceptions = catch_exceptions
        self.parsed_options = parsed_options
        self.parsed_locustfiles = parsed_locustfiles
        self.available_user_classes = available_user_classes
        self.available_shape_classes = available_shape_classes
        self.available_user_tasks = available_user_tasks
        self.dispatcher_class = dispatcher_class
        self.profile = profile
        if stop_timeout is None:
            stop_timeout = float(getattr(parsed_options, "stop_timeout", None) or 0)
        self.stop_timeout = stop_timeout or 0.0

        self.stats = RequestStats()
        self.runner: Runner | None = None
        self.web_ui: WebUI | None = None
        self.process_exit_code: int | None = None
        """The exit code of the process, if this is not None."""
        self.worker_logs: dict[str, list[str]] = {}
        self._tasks_filtered = False

        self._take_out_classes_without_weight()
        self._check_names()
        self._check_shape()

    @property
    def user_classes_by_name(self) -> dict[str, type[User]]:
        """The user classes by name."""
        return {user_class.__name__: user_class for user_class in self.user_classes}

    def create_local_runner(self) -> LocalRunner:
        """Makes the runner of a test in this process.

        Raises:
            RunnerAlreadyExistsError: the environment has a runner.
        """
        return self._create_runner(LocalRunner)

    def create_master_runner(self, master_bind_host: str = "*", master_bind_port: int = 5557) -> MasterRunner:
        """Makes the runner of a test whose users are on workers.

        Args:
            master_bind_host: address that workers connect to; ``*`` means every interface.
            master_bind_port: its port.

        Raises:
            RunnerAlreadyExistsError: the environment has a runner.
            SystemExit: nothing can listen there.
        """
        return self._create_runner(MasterRunner, master_bind_host=master_bind_host, master_bind_port=master_bind_port)

    def create_worker_runner(self, master_host: str, master_port: int) -> WorkerRunner:
        """Makes the runner of users whose test a master decides.

        Args:
            master_host: where the master is.
            master_port: its port.

        Raises:
            RunnerAlreadyExistsError: the environment has a runner.
            ConnectionError: no master accepts it.
        """
        return self._create_runner(WorkerRunner, master_host=master_host, master_port=master_port)

    def _create_runner(self, runner_class: type[Any], **kwargs: Any) -> Any:
        if self.runner is not None:
            raise RunnerAlreadyExistsError(f"Environment.runner already exists ({self.runner})")
        self.runner = runner_class(self, **kwargs)
        if self.shape_class is not None:
            self.shape_class.runner = self.runner
        return self.runner

    def create_web_ui(
        self,
        host: str = "",
        port: int = 8089,
        web_base_path: str | None = None,
        web_login: bool = False,
        tls_cert: str | None = None,
        tls_key: str | None = None,
        stats_csv_writer: StatsCSV | None = None,
        delayed_start: bool = False,
        userclass_picker_is_active: bool = False,
        build_path: str | None = None,
    ) -> WebUI:
        """Makes the page of this environment, and serves it.

        Args:
            host, port: where it listens; no host means this machine only, ``*`` every interface.
            others: as `katydid.web.WebUI` takes them.

        Raises:
            OSError: nothing can listen there.
        """
        return WebUI(
            self,
            host,
            port,
            web_base_path=web_base_path,
            web_login=web_login,
            tls_cert=tls_cert,
            tls_key=tls_key,
            stats_csv_writer=stats_csv_writer,
            delayed_start=delayed_start,
            userclass_picker_is_active=userclass_picker_is_active,
            build_path=build_path,
        )

    def update_user_class(self, user_settings: dict[str, Any]) -> None:
        """Changes the class named by ``user_class_name``: each other key becomes an attribute of it.

        ``tasks`` is a list of names, and leaves only the available tasks of these names.

        Raises:
            KeyError: there is no such class.
        """
        name = user_settings["user_class_name"]
        user_class = (self.available_user_classes or {})[name]
        for key, value in user_settings.items():
            if key == "tasks":
                available = (self.available_user_tasks or {})[name]
                user_class.tasks = [task for task in available if task.__name__ in value]
            elif key != "user_class_name":
                setattr(user_class, key, value)

    def update_worker_logs(self, worker_log_report: dict[str, Any]) -> None:
        """Keeps the log lines that a worker sent."""
        if worker_id := worker_log_report.get("worker_id"):
            self.worker_logs[worker_id] = worker_log_report.get("logs", [])

    def assign_equal_weights(self) -> None:
        """Gives all classes the same weight and runs each of their tasks, of nested task sets too, equally often."""
        for user_class in self.user_classes:
            user_class.weight = 1
            tasks: list[Any] = []
            ahead = list(user_class.tasks)
            while ahead:
                task = ahead.pop()
                if hasattr(task, "tasks"):
                    ahead.extend(task.tasks)
                elif not callable(task):
                    raise ValueError(f"{user_class.__name__} has a task that cannot be called: {task!r}")
                elif task not in tasks:
                    tasks.append(task)
            user_class.tasks = tasks

    def _filter_tasks_by_tags(self) -> None:
        if self._tasks_filtered:
            return
        self._tasks_filtered = True
        tags = self._chosen("tags")
        exclude_tags = self._chosen("exclude_tags")
        for user_class in self.user_classes:
            filter_tasks_by_tags(user_class, tags, exclude_tags)

    def _chosen(self, option: str) -> set[str] | None:
        names = getattr(self, option)
        if names is None:
            names = getattr(self.parsed_options, option, None) or None
        return None if names is None else set(names)

    def _give_host_to_user_classes(self) -> None:
        if self.host:
            for user_class in self.user_classes:
                user_class.host = self.host

    def _use_user_classes(self, user_classes: list[type[User]]) -> None:
        """Raises ValueError, as the constructor does, when they cannot be tested together."""
        self.user_classes = user_classes
        self._tasks_filtered = False
        self._take_out_classes_without_weight()
        self._check_names()
        if self.locustfile is None:
            self.locustfile = ",".join(self.user_classes_by_name)

    def _use_shape(self, shape: Any) -> None:
        self.shape_class = shape
        self._check_shape()

    def _is_headless(self) -> bool:
        return bool(getattr(self.parsed_options, "headless", False))

    def _take_out_classes_without_weight(self) -> None:
        left = [cls for cls in self.user_classes if cls.weight > 0 or cls.fixed_count > 0]
        if self.user_classes and not left:
            raise ValueError("There are no users with weight > 0.")
        self.user_classes[:] = left

    def _check_names(self) -> None:
        if len(self.user_classes_by_name) != len(self.user_classes):
            names = ", ".join(user_class.fullname() for user_class in self.user_classes)
            raise ValueError(f"The following user classes have the same class name: {names}")

    def _check_shape(self) -> None:
        if self.shape_class is not None and not isinstance(self.shape_class, LoadTestShape):
            raise ValueError(f"shape_class should be instance of LoadTestShape, but got: {self.shape_class}")
