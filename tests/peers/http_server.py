"""Takes records by POST and PUT, as a JSON array, as lines or one by one, plain or as gzip; see README.md.

Knows an Idempotency-Key that comes again and stores its records once. Answers 503 to every request whose number stands in the first line's
list "fail", after storing what came: the answer is what gets lost. Refuses a request with a record whose "n" stands in "refuse".
GET /stored shows what is stored.
"""
import gzip
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

plan = json.loads(sys.stdin.readline())
stored, keys, count = [], set(), 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, json.dumps(stored))

    def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        if self.headers["Content-Type"] == "application/x-ndjson":
            records = [json.loads(line) for line in body.decode().splitlines()]
        else:
            content = json.loads(body)
            records = content if isinstance(content, list) else [content]
        count += 1
        if any(r["tags"]["n"] in plan["refuse"] for r in records):
            return self.answer(422, "n is refused")
        if self.headers["Idempotency-Key"] not in keys:
            keys.add(self.headers["Idempotency-Key"])
            stored.extend(r["tags"]["n"] for r in records)
        self.answer(503 if count in plan["fail"] else 201, "")

    do_PUT = do_POST

    def answer(self, status, text):
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("READY", server.server_address[1], flush=True)
sys.stdin.read()
