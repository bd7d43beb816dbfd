"""What logging is set up as, and what is kept of it."""

import logging
import os
import tempfile

import gevent
from locust import log
from locust.log import LogReader, get_logs, greenlet_exception_logger, setup_logging

print(os.uname().nodename.split(".")[0] == log.HOSTNAME, log.unhandled_greenlet_exception)
setup_logging("WARNING")


def shown(logger):
    handlers = sorted(type(handler).__name__ for handler in logger.handlers)
    return logger.name, logging.getLevelName(logger.level), logger.propagate, handlers


for name in (None, "locust", "locust.stats_logger"):
    print(shown(logging.getLogger(name)))
logging.getLogger("locust.main").info("not kept")
logging.getLogger("locust.main").warning("kept %s", "of the tool")
logging.getLogger("my.own").error("kept of mine")
print([line.partition("] ")[2].partition("/")[2] for line in get_logs()])

reader = LogReader()
reader.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
own = logging.getLogger("own")
own.addHandler(reader)
own.propagate = False
for number in range(600):
    own.error("line %i", number)
print(len(reader.logs), reader.logs[0], reader.logs[-1])

handle = greenlet_exception_logger(own, level=logging.ERROR)
failing = gevent.spawn(lambda: 1 / 0)
failing.link_exception(handle)
gevent.joinall([failing])
gevent.sleep(0)
print("ZeroDivisionError" in reader.logs[-1], log.unhandled_greenlet_exception)

with tempfile.TemporaryDirectory() as folder:
    file = os.path.join(folder, "deep", "run.log")
    setup_logging("DEBUG", file)
    logging.getLogger("locust.runners").debug("into the file")
    for name in (None, "locust", "locust.stats_logger"):
        print(shown(logging.getLogger(name)))
    with open(file) as written:
        text = written.read()
    print(text.partition("] ")[2].partition("/")[2].strip())
    logging.shutdown()
