"""MQTT broker mosquitto: see README.md for what it reads and prints."""
import json
import socket
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def main():
    port = free_port()
    lines = json.loads(sys.stdin.readline())
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        # One that starts as root would go on as a user that may not read the test's folder.
        config.write("\n".join(["user root", f"listener {port} 127.0.0.1", *lines, ""]))
        config.flush()
        broker = subprocess.Popen(["mosquitto", "-c", config.name], stdout=sys.stderr)
        try:
            while not answers(port):
                if broker.poll() is not None:
                    sys.exit(broker.returncode)
                time.sleep(0.01)
            print("READY", port, flush=True)
            sys.stdin.read()
        finally:
            broker.kill()


main()
