"""What Locust offers under a name and Katydid does not, or does otherwise, and why. Nothing else differs."""

from __future__ import annotations

IN_BINARY = "the page is part of the binary, not a folder"
NODES = "nodes are the engine's: their loops and sockets run where user code cannot delay them"
OLD_NAME = "where Locust refuses the old name, its users run here"
ENGINE = "the engine decides this; nobody else can"
OWN_CLIENT = "requests are sent by our own engine, not by geventhttpclient: made of what the engine gives"

#: Name, or the beginning of names that ends with `.` or `*` → why.
DIFFERENCES = {
    "locust.Locust": OLD_NAME,
    "locust.util.deprecation.Deprecated*": OLD_NAME,
    "locust.util.deprecation.deprecated_locust_meta_class": OLD_NAME,
    "locust.util.deprecation.check_for_deprecated_task_set_attribute": OLD_NAME,
    "locust.argument_parser.DEFAULT_CONFIG_FILES": "files of our own name are read as well",
    "locust.argument_parser.get_empty_argument_parser": "files of our own name are read as well",
    "locust.argument_parser.get_parser": "files of our own name are read as well",
    "locust.runners.MasterRunner.reset_connection": NODES,
    "locust.stats.StatsEntry.response_times_cache": "the engine keeps windows of histograms instead",
    "locust.runners.*.update_state": ENGINE,
    "locust.html.DEFAULT_BUILD_PATH": IN_BINARY,
    "locust.html.render_template_from": IN_BINARY,
    "locust.contrib.fasthttp.FastRequest": OWN_CLIENT,
    "locust.contrib.fasthttp.FastResponse": OWN_CLIENT,
    "locust.contrib.fasthttp.ErrorResponse": OWN_CLIENT,
    "locust.contrib.fasthttp.LocustUserAgent": OWN_CLIENT,
    "locust.contrib.fasthttp.FAILURE_EXCEPTIONS": OWN_CLIENT,
    "locust.clients.LocustHttpAdapter": "our own engine sends: `katydid.transport.EngineAdapter` is mounted",
}
