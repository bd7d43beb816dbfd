"""Fails a pipeline when a run was slower, or failed more, than agreed.

    katydid -f examples/shop.py --headless --users 50 --spawn-rate 10 --run-time 30s --csv results/shop
    python examples/budget_check.py results/shop_stats.csv

Exit code 0: within budget. 1: over budget. 2: there is nothing to judge.
"""

import csv
import sys

# Column of the results, most that is allowed. Times are in milliseconds.
TIME_BUDGETS = {"50%": 100, "95%": 250, "99%": 500}
FAILURE_BUDGET_PERCENT = 0.1


def read_total(path):
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if row["Name"] == "Aggregated":
                return row
    return None


def over_budget(total):
    found = []
    for column, allowed_ms in TIME_BUDGETS.items():
        if float(total[column]) > allowed_ms:
            found.append(f"{column} of requests took up to {total[column]} ms, allowed are {allowed_ms} ms")
    failed_percent = 100 * int(total["Failure Count"]) / int(total["Request Count"])
    if failed_percent > FAILURE_BUDGET_PERCENT:
        found.append(f"{failed_percent:.2f}% of requests failed, allowed are {FAILURE_BUDGET_PERCENT}%")
    return found


def main(path):
    total = read_total(path)
    if total is None or int(total["Request Count"]) == 0:
        print(f"no requests in {path}")
        return 2
    found = over_budget(total)
    for line in found:
        print(f"over budget: {line}")
    if not found:
        print(f"within budget: {total['Request Count']} requests, 99% within {total['99%']} ms")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
