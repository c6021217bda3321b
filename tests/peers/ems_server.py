"""A service that takes records by POST as a JSON array; see README.md. It can be slow, refuse, or be started again on its port.

Reads {"port", "token"} first, port 0 for a free one. Refuses requests without the bearer token with 401. Further lines are orders, each
answered with one line: {"delay": seconds, "status": code} for all requests from now on; {"stored": true} asks for what is stored: a list of
batches, each a list of records. Repeated requests, known by their Idempotency-Key, are stored once.
"""
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

plan = json.loads(sys.stdin.readline())
behaviour = {"delay": 0, "status": 201}
stored, keys = [], set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = behaviour["status"]
        time.sleep(behaviour["delay"])
        if self.headers["Authorization"] != f"Bearer {plan['token']}":
            status = 401
        if status < 300 and self.headers["Idempotency-Key"] not in keys:
            keys.add(self.headers["Idempotency-Key"])
            stored.append(json.loads(body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    allow_reuse_address = True


server = Server(("127.0.0.1", plan["port"]), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("READY", server.server_address[1], flush=True)
for line in sys.stdin:
    order = json.loads(line)
    if "stored" in order:
        print(json.dumps(stored), flush=True)
    else:
        behaviour.update(order)
        print("OK", flush=True)
