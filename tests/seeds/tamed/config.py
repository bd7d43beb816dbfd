"""What a developer changes before a test run. Plain Python values, no knowledge of Locust needed."""

import os

# Which test cases the virtual users run:
## 1 .. web users visiting sites (test case: WebTest)
## 2 .. web users visiting sites + content server processing workers output (test cases: WebTest + ContentServerTest)
## 3 .. editors requesting pages previews (test case: PreviewTest). Note: amount of virtuals users should fit amount of data records.
SCENARIO = int(os.environ.get("SCENARIO", "2"))

# Load over time: until which second, how many users, how many started per second.
LOAD_STAGES = [
    {"until": 2, "users": 3, "spawn_rate": 3},
    {"until": 5, "users": 6, "spawn_rate": 6},
]

# The sites under test, and the data that belongs to each.
SITES = {
    "shop": {
        "endpoints": "data/shop_endpoints.csv",
        "previews": "data/shop_previews.csv",
    },
}
SITE = "shop"

# Where the records go that would go to Elastic.
LOG_FILE = os.environ.get("RUN_LOG", "run_log.jsonl")

# Longest wait, in seconds, for edited content to show.
PREVIEW_TIMEOUT = 5
