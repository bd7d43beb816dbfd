"""The external job: submits edited content to the content server and prints the version it will have."""

import json
import sys
import urllib.request

host, preview_name, kind = sys.argv[1:]
request = urllib.request.Request(
    f"{host}/cms/previews/{preview_name}",
    data=json.dumps({"content": f"{kind} of {preview_name}"}).encode(),
    headers={"Content-Type": "application/json"},
)
with urllib.request.urlopen(request, timeout=10) as answer:
    print("version", json.load(answer)["version"])
