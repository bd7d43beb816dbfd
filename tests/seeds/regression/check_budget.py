# tests/performance/check_budget.py
# HARDENED: Fail pipeline if performance budget exceeded
import csv
import sys

BUDGETS = {
    "p50": 100,  # ms
    "p99": 500,  # ms
    "error_rate": 0.1,  # percent
}


def check_budget(csv_path):
    failures = []
    with open(csv_path) as f:
        reader = csv.DictReader(f)
        for row in reader:
            if row["Name"] == "Aggregated":
                p50 = float(row["50%"])
                p99 = float(row["99%"])
                total = int(row["Request Count"])
                failures_count = int(row["Failure Count"])
                error_rate = (failures_count / total * 100) if total > 0 else 0

                if p50 > BUDGETS["p50"]:
                    failures.append(f"p50 latency {p50}ms > budget {BUDGETS['p50']}ms")
                if p99 > BUDGETS["p99"]:
                    failures.append(f"p99 latency {p99}ms > budget {BUDGETS['p99']}ms")
                if error_rate > BUDGETS["error_rate"]:
                    failures.append(f"Error rate {error_rate:.2f}% > budget {BUDGETS['error_rate']}%")

    if failures:
        print("Performance budget EXCEEDED:")
        for f in failures:
            print(f"  - {f}")
        sys.exit(1)
    else:
        print("Performance budget OK")


if __name__ == "__main__":
    check_budget(sys.argv[1])
