"""Options of the locustfile's own: from the command line, from the environment, by default."""

from _fixed import finish
from locust import HttpUser, events, task


@events.init_command_line_parser.add_listener
def own_options(parser):
    parser.add_argument("--basket", type=int, default=3, env_var="SHOP_BASKET", help="how many things to buy")
    parser.add_argument("--region", choices=["eu", "us"], default="eu", include_in_web_ui=False)
    parser.add_argument("--verbose-shop", action="store_true")
    parser.add_argument("--secret", type=str, default="", is_secret=True)
    group = parser.add_argument_group("shop", "a group of the locustfile's own")
    group.add_argument("--colours", nargs="*", default=["red"])


@events.init.add_listener
def at_init(environment, **kwargs):
    options = environment.parsed_options
    print(options.basket, options.region, options.verbose_shop, options.secret, options.colours)


class Buys(HttpUser):
    @task
    def buys(self):
        options = self.environment.parsed_options
        for number in range(options.basket):
            self.client.get(f"/ok/{options.region}/{number}")
        print(options.num_users, options.spawn_rate, options.headless, options.host == self.host, options.tags)
        finish(self)
