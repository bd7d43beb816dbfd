"""A locustfile of the kind that Locust documents: a route, a table in a tab of its own, a hook on ours."""

import json
from html import escape

from flask import Blueprint, jsonify, render_template, request
from locust import HttpUser, between, events, task

sizes = {}
extension = Blueprint("sizes", "sizes", url_prefix="")


class Visitor(HttpUser):
    wait_time = between(0.05, 0.1)

    @task
    def visit(self):
        self.client.get("/ok", name="visit")


@events.init.add_listener
def on_init(environment, **_kwargs):
    if environment.web_ui is None:
        return

    @environment.web_ui.app.after_request
    def add_sizes(response):
        if request.path == "/stats/requests":
            rows = [{"name": name, "safe_name": escape(name), "size": size} for name, size in sizes.items()]
            told = {**response.json, "extended_stats": [{"key": "sizes", "data": rows}]}
            response.set_data(json.dumps(told))
        return response

    @extension.route("/sizes")
    def show():
        return jsonify(sizes)

    @extension.route("/sizes-page")
    def page():
        environment.web_ui.update_template_args()
        extra = {
            "extended_tabs": [{"title": "Sizes", "key": "sizes"}],
            "extended_tables": [
                {"key": "sizes", "structure": [{"key": "name", "title": "Name"}, {"key": "size", "title": "Bytes"}]}
            ],
            "extended_csv_files": [{"href": "/sizes/csv", "title": "Download sizes"}],
        }
        return render_template("index.html", template_args={**environment.web_ui.template_args, **extra})

    @extension.route("/protected")
    @environment.web_ui.auth_required_if_enabled
    def protected():
        return "for members"

    @extension.route("/broken")
    def broken():
        raise RuntimeError("this route is broken")

    environment.web_ui.app.register_blueprint(extension)


@events.request.add_listener
def on_request(name, response_length, **_kwargs):
    sizes[name] = sizes.get(name, 0) + response_length


@events.reset_stats.add_listener
def on_reset_stats():
    sizes.clear()
