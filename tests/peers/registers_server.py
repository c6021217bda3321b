"""Answers Modbus reads of registers with what their offsets are, as fast as Python can: for benchmarks. See README.md; takes no values."""
import socket
import struct
import sys
import threading


def answer(request):
    ident, start, count = request[:4], *struct.unpack_from(">HH", request, 8)
    registers = struct.pack(f">{count}H", *range(start, start + count))
    return ident + struct.pack(">HBBB", 3 + len(registers), request[6], request[7], len(registers)) + registers


def serve(line):
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    held, known = b"", {}
    while data := line.recv(65536):
        held += data
        replies = []
        while len(held) >= 12:
            request, held = held[:12], held[12:]
            # The transaction id changes with every request, the rest of the answer does not.
            rest = known.get(request[2:]) or known.setdefault(request[2:], answer(request)[2:])
            replies.append(request[:2] + rest)
        line.sendall(b"".join(replies))


def accept(listener):
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


sys.stdin.readline()
listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=accept, args=(listener,), daemon=True).start()
print("READY", listener.getsockname()[1], flush=True)
sys.stdin.read()
