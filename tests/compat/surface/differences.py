"""What Locust offers under a name and Katydid does not, or does otherwise, and why. Nothing else differs."""

from __future__ import annotations

WEB = "the web page is not there yet"
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
    "locust.env.Environment.create_web_ui": WEB,
    "locust.stats.StatsEntry.response_times_cache": "the engine keeps windows of histograms instead",
    "locust.runners.*.update_state": ENGINE,
    "locust.web.": WEB,
    "locust.html.DEFAULT_BUILD_PATH": WEB,
    "locust.html.render_template_from": WEB,
    "locust.contrib.fasthttp.FastRequest": OWN_CLIENT,
    "locust.contrib.fasthttp.FastResponse": OWN_CLIENT,
    "locust.contrib.fasthttp.ErrorResponse": OWN_CLIENT,
    "locust.contrib.fasthttp.LocustUserAgent": OWN_CLIENT,
    "locust.contrib.fasthttp.FAILURE_EXCEPTIONS": OWN_CLIENT,
    "locust.clients.LocustHttpAdapter": "our own engine sends: `katydid.transport.EngineAdapter` is mounted",
}
