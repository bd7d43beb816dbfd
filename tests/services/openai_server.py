"""`python -m tests.services.openai_server PORT`: as much of the OpenAI API as the tests call, with fixed answers.

A model named "broken" gives status 500, one named "text" an answer that is no JSON.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "small",
    "status": "completed",
    "output": [
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Good day", "annotations": []}],
        }
    ],
    "usage": {"input_tokens": 3, "output_tokens": 17, "total_tokens": 20},
    "parallel_tool_calls": False,
    "tool_choice": "auto",
    "tools": [],
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = 500 if asked["model"] == "broken" else 200
        answer = {"error": {"message": "no such luck"}} if status == 500 else RESPONSE
        body = b"Good day" if asked["model"] == "text" else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if asked["model"] == "text" else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
