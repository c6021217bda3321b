"""Two serial ports that are connected to each other, made by socat. Reads the folder for their names from stdin (JSON), prints READY 0
when /folder/a and /folder/b exist, and ends socat when stdin ends. The line "unplug" ends socat at once and prints UNPLUGGED."""
import json
import os
import subprocess
import sys
import time

folder = json.loads(sys.stdin.readline())
names = [os.path.join(folder, end) for end in ("a", "b")]
socat = subprocess.Popen(["socat", *(f"pty,raw,echo=0,link={name}" for name in names)], stdin=subprocess.DEVNULL)
try:
    while not all(os.path.exists(name) for name in names):
        if socat.poll() is not None:
            sys.exit(f"socat ended with {socat.returncode}")
        time.sleep(0.01)
    print("READY 0", flush=True)
    for line in sys.stdin:
        if line.strip() == "unplug":
            socat.terminate()
            socat.wait()
            print("UNPLUGGED", flush=True)
finally:
    socat.terminate()
