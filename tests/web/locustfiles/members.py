"""A login of one's own, with flask-login, as Locust documents it."""

from flask import Blueprint, redirect, request, session, url_for
from flask_login import UserMixin, login_user, logout_user
from locust import HttpUser, events, task


class Member(UserMixin):
    def __init__(self, name):
        self.name = name

    def get_id(self):
        return self.name


class Visitor(HttpUser):
    @task
    def visit(self):
        self.client.get("/ok")


@events.init.add_listener
def on_init(environment, **_kwargs):
    page = environment.web_ui
    if page is None:
        return
    page.app.config["SECRET_KEY"] = "known to this test"
    page.login_manager.user_loader(Member)
    page.auth_args = {
        "username_password_callback": "/members/login",
        "auth_providers": [{"label": "Somebody else", "callback_url": "/members/else"}],
    }
    members = Blueprint("members", "members", url_prefix="/members")

    @members.route("/login", methods=["POST"])
    def log_in():
        if (request.form["username"], request.form["password"]) == ("ann", "secret"):
            session["username"] = "ann"
            login_user(Member("ann"))
            return redirect(url_for("locust.index"))
        session["auth_error"] = "Wrong name or password"
        return redirect(url_for("locust.login"))

    @members.route("/out")
    def log_out():
        logout_user()
        return redirect(url_for("locust.login"))

    page.app.register_blueprint(members)
