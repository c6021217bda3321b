"""Modbus RTU units on a pseudo terminal, with a codec of its own, for searches, benchmarks and faults. Reads from stdin (JSON)
{"port": link to make, "units": [1, 2], "baud": 9600, "delay_ms": 5, "paced": true, "seed": 1}, prints READY 0 and lives until stdin ends.
Register n holds n. Units answer only if the other end has set the given speed. "paced" sends each byte when a line of that speed would have
delivered it: a pseudo terminal itself has no speed. Each further line is obeyed and answered with OK:
"fault NAME SHARE" with noise, half, echo, late or wrong: so many of the replies come behind noise, cut, behind an echo of the request, after
the next request, or with a wrong bit; "fault none"; "unplug" removes the port as unplugging an adapter does, "plug" makes it again."""
import json
import os
import random
import select
import struct
import sys
import termios
import time
import tty

asked = json.loads(sys.stdin.readline())
character = 10 / asked["baud"]
speed = getattr(termios, f"B{asked['baud']}")
chance = random.Random(asked.get("seed", 1))


def checksum(frame):
    crc = 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return struct.pack("<H", crc)


def wait_until(moment):
    rest = moment - time.monotonic()
    if rest > 0.002:
        time.sleep(rest - 0.001)
    while time.monotonic() < moment:
        pass


def reply(request):
    unit, function, start, count = struct.unpack(">BBHH", request[:6])
    if unit not in asked["units"]:
        return None
    if function not in (3, 4) or not 1 <= count <= 125:
        body = bytes([unit, function | 0x80, 1])
    else:
        body = bytes([unit, function, 2 * count]) + b"".join(struct.pack(">H", n & 0xFFFF) for n in range(start, start + count))
    return body + checksum(body)


class Line:
    """The pseudo terminal and its fault."""

    def __init__(self):
        self.fault, self.share, self.late = "none", 0.0, b""
        self.plug()

    def plug(self):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.symlink(os.ttyname(self.slave), asked["port"])

    def unplug(self):
        os.unlink(asked["port"])
        os.close(self.slave)
        os.close(self.master)
        self.master = None

    def send(self, frame, moment):
        if not asked["paced"]:
            os.write(self.master, frame)
            return
        at = 0
        while at < len(frame):
            wait_until(moment + (at + 1) * character)
            ready = min(len(frame), max(at + 1, int((time.monotonic() - moment) / character)))
            os.write(self.master, frame[at:ready])
            at = ready

    def spoil(self, request, answer):
        """What comes instead of the reply."""
        early, self.late = self.late, b""
        if chance.random() >= self.share:
            return early + answer
        if self.fault == "noise":
            return early + chance.randbytes(chance.randrange(1, 20)) + answer
        if self.fault == "half":
            return early + answer[:chance.randrange(len(answer))]
        if self.fault == "echo":
            return early + request + answer
        if self.fault == "late":
            self.late = answer
            return early
        if self.fault == "wrong":
            at = chance.randrange(len(answer))
            return early + answer[:at] + bytes([answer[at] ^ 1 << chance.randrange(8)]) + answer[at + 1:]
        return early + answer

    def answer(self, request, came):
        if checksum(request[:-2]) != request[-2:] or termios.tcgetattr(self.slave)[5] != speed:
            return
        answer = reply(request)
        if answer is None:
            return
        moment = came + (len(request) * character if asked["paced"] else 0) + asked["delay_ms"] / 1000
        wait_until(moment)
        self.send(self.spoil(request, answer), moment)


def obey(line, words):
    if words[0] == "fault":
        line.fault, line.share = words[1], float(words[2]) if len(words) > 2 else 0.0
    elif words[0] == "unplug":
        line.unplug()
    elif words[0] == "plug":
        line.plug()
    print("OK", flush=True)


def main():
    line = Line()
    print("READY 0", flush=True)
    held = b""
    while True:
        watched = [sys.stdin] if line.master is None else [line.master, sys.stdin]
        ready, _, _ = select.select(watched, [], [], 0.02 if held else None)
        if sys.stdin in ready:
            words = sys.stdin.readline().split()
            if not words:
                return
            obey(line, words)
            continue
        if line.master not in ready:
            held = b""
            continue
        came = time.monotonic()
        held += os.read(line.master, 1024)
        size = 7 if len(held) > 1 and held[1] == 0x2B else 8
        if len(held) >= size:
            line.answer(held[:size], came)
            held = b""


main()
