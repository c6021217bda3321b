"""nats-server with JetStream, one or a cluster: see README.md for what it reads and prints."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as link:
            link.settimeout(1)
            return link.recv(4) == b"INFO"
    except OSError:
        return False


class Node:
    def __init__(self, folder, index, port, routes, text):
        self.port = port
        self.config = os.path.join(folder, f"{index}.conf")
        store = os.path.join(folder, f"store{index}")
        lines = [f"server_name: n{index}", f"listen: 127.0.0.1:{port}", text.replace("STORE", store)]
        if len(routes) > 1:
            urls = ", ".join(f'"nats-route://127.0.0.1:{route}"' for route in routes)
            lines.append(f"cluster {{ name: test, listen: 127.0.0.1:{routes[index]}, routes: [{urls}] }}")
        with open(self.config, "w") as file:
            file.write("\n".join(lines) + "\n")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(["nats-server", "-c", self.config], stdout=sys.stderr)
        while not answers(self.port):
            if self.process.poll() is not None:
                sys.exit(f"nats-server ended with {self.process.returncode}")
            time.sleep(0.01)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def signal(self, number):
        self.process.send_signal(number)


def main():
    texts = json.loads(sys.stdin.readline())
    with tempfile.TemporaryDirectory() as folder:
        ports = free_ports(2 * len(texts))
        routes = ports[len(texts):]
        nodes = [Node(folder, i, ports[i], routes, text) for i, text in enumerate(texts)]
        try:
            for node in nodes:
                node.start()
            print("READY", ports[0], flush=True)
            for line in sys.stdin:
                command, _, index = line.strip().partition(" ")
                node = nodes[int(index or 0)]
                if command == "kill":
                    node.kill()
                elif command == "start":
                    node.start()
                elif command == "freeze":
                    node.signal(signal.SIGSTOP)
                elif command == "thaw":
                    node.signal(signal.SIGCONT)
                print(" ".join(str(port) for port in ports[:len(texts)]), flush=True)
        finally:
            for node in nodes:
                if node.process is not None:
                    node.process.kill()


main()
