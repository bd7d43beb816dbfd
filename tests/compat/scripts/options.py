"""Arguments of one's own, and what the options are without any."""

import sys

from locust import events
from locust.argument_parser import (
    default_args_dict,
    get_parser,
    parse_locustfile_option,
    positive_integer,
    timespan,
    ui_extra_args_dict,
)


@events.init_command_line_parser.add_listener
def add(parser):
    parser.add_argument("--my-text", env_var="MY_TEXT", default="x", help="a text", include_in_web_ui=True)
    parser.add_argument("--my-secret", default="s", is_secret=True)
    parser.add_argument("--my-choice", choices=["a", "b"], default="a", is_required=True)
    parser.add_argument("--my-many", choices=["a", "b"], default=["a"], is_multiple=True, action="append")
    parser.add_argument("--my-hidden", include_in_web_ui=False)


sys.argv = ["locust", "-u", "7", "--my-text", "given", "--run-time", "1h2m"]
options = get_parser().parse_args()
print(options.my_text, options.my_secret, options.my_choice, options.my_many, options.my_hidden)
print(options.num_users, options.spawn_rate, options.run_time, options.headless, options.tags, options.host)
for name, options_of_it in sorted(ui_extra_args_dict().items()):
    print(name, options_of_it)
defaults = default_args_dict()
print([defaults[name] for name in ("loglevel", "stop_timeout", "web_port", "csv_prefix", "exit_code_on_error")])
print(parse_locustfile_option(["-f", "a.py,b.py", "--unknown"]).locustfile, timespan("1h30m"), positive_integer("3"))
parser = get_parser()
print(sorted(set(parser.secret_args_included_in_web_ui) & {"my_secret", "my_text"}))
print(sorted(set(parser.required_args_included_in_web_ui)), sorted(set(parser.multiple_args_included_in_web_ui)))
for wrong in (["--my-choice", "c"], ["-u", "many"], ["--run-time", "soon"], ["--no-such-option"]):
    try:
        get_parser().parse_args(wrong)
    except SystemExit as left:
        print(wrong, left.code)
