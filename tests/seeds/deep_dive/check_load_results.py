# scripts/check_load_results.py
import csv
import sys


def check_results(csv_path: str) -> bool:
    """Fail CI if performance thresholds are exceeded."""
    thresholds = {
        "p95_response_time": 2000,  # ms
        "failure_rate": 0.01,  # 1%
        "avg_response_time": 500,  # ms
    }
    with open(f"{csv_path}_stats.csv") as f:
        reader = csv.DictReader(f)
        for row in reader:
            if row["Name"] == "Aggregated":
                p95 = float(row["95%"])
                avg = float(row["Average Response Time"])
                failures = int(row["Failure Count"])
                total = int(row["Request Count"])
                failure_rate = failures / total if total > 0 else 0
                if p95 > thresholds["p95_response_time"]:
                    print(f"FAIL: p95 response time {p95}ms > {thresholds['p95_response_time']}ms")
                    return False
                if failure_rate > thresholds["failure_rate"]:
                    print(f"FAIL: failure rate {failure_rate:.2%} > {thresholds['failure_rate']:.0%}")
                    return False
                if avg > thresholds["avg_response_time"]:
                    print(f"FAIL: avg response time {avg}ms > {thresholds['avg_response_time']}ms")
                    return False
    print("PASS: All performance thresholds met")
    return True


if __name__ == "__main__":
    sys.exit(0 if check_results(sys.argv[1]) else 1)
