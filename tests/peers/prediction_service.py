"""A stand-in for the prediction service of sites/pumps; see README.md.

POST /predecir-bomba and /predecir-bomba-b answer {"nivel", "valores"}, POST /sensores/… and /sensores-b/… answer {}. The first line is an
object: "fail" lists the numbers of predictions, from 1, that are answered with 503, "delay" is the time of a prediction in seconds.
GET /asked shows the instants that were asked for, in order of arrival, GET /values the number of single values by endpoint.
"""
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

plan = json.loads(sys.stdin.readline())
lock = threading.Lock()
asked, values, count = [], {}, 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with lock:
            self.answer(200, asked if self.path == "/asked" else values)

    def do_POST(self):
        global count
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.startswith("/sensores"):
            with lock:
                values[self.path] = values.get(self.path, 0) + 1
            return self.answer(200, {})
        if self.path not in ("/predecir-bomba", "/predecir-bomba-b"):
            return self.answer(404, {"detail": "no such model"})
        time.sleep(plan.get("delay", 0))
        with lock:
            count += 1
            number = count
            asked.append([self.path, body["tiempo_sensor"], self.headers["Idempotency-Key"]])
        if number in plan.get("fail", []):
            return self.answer(503, {"detail": "busy"})
        self.answer(200, {"nivel": max(body["valores"].values()), "valores": len(body["valores"])})

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("READY", server.server_address[1], flush=True)
sys.stdin.read()
