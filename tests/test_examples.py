"""The examples do what their first lines promise, with no failures."""

import pytest

SHOP = {
    "/api/auth/login",
    "/api/products?page=[n]",
    "/api/products/[id]",
    "/api/cart/items",
    "/",
    "/static/shop.css",
}


@pytest.mark.parametrize(
    "example, options, names",
    [
        ("shop.py", "-u 30 -r 30 -t 5s", SHOP),
        ("shop.py", "-u 10 -r 10 -t 3s --tags browse", {"/api/products/[id]", "/"}),
        ("peak_hour.py", "", SHOP),
        ("custom_client.py", "-u 5 -r 5 -t 3s", {"stock.level", "stock.price"}),
    ],
)
def test_example_runs_without_failures(example, options, names, demo_service, load_test):
    result = load_test(f"examples/{example}", *options.split(), host=demo_service(), env={"DAY_SECONDS": "6"})
    assert (result.exit_code, result.errors) == (0, set()), result.output
    assert names <= result.names, result.output
    assert "Traceback" not in result.output


def test_window_shoppers_do_not_buy(demo_service, load_test):
    result = load_test("examples/shop.py", "-u", "5", "-r", "5", "-t", "3s", "WindowShopper", host=demo_service())
    assert result.names <= {"/", "/static/shop.css", "/static/page-10k.html"}


@pytest.mark.parametrize(
    "service_options, exit_code", [((), 0), (("--delay", "/api=300ms"), 1), (("--error-rate", "*=0.2"), 1)]
)
def test_budget_check_judges_the_shop(service_options, exit_code, demo_service, load_test, python_script):
    host = demo_service(*service_options)
    load_test("examples/shop.py", "-u", "10", "-r", "10", "-t", "4s", host=host)
    verdict = python_script("examples/budget_check.py", "result_stats.csv")
    assert verdict.exit_code == exit_code, verdict.output


def test_budget_check_without_requests_is_no_pass(python_script, tmp_path):
    (tmp_path / "empty_stats.csv").write_text("Type,Name,Request Count,Failure Count\n,Aggregated,0,0\n")
    verdict = python_script("examples/budget_check.py", "empty_stats.csv")
    assert (verdict.exit_code, "no requests" in verdict.output) == (2, True)
