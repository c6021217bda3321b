"""Modbus TCP server of pymodbus: see README.md for what it reads and prints."""
import asyncio
import json
import struct
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server.async_io import ModbusTcpServer

FORMATS = {
    "INT16": ">h", "UINT16": ">H", "INT32": ">i", "UINT32": ">I",
    "INT64": ">q", "UINT64": ">Q", "FLOAT32": ">f", "FLOAT64": ">d",
}


def pack(entry):
    """The registers of one value."""
    kind, order = entry["type"], entry.get("order", "ABCD")
    if kind == "BYTES":
        raw = bytes.fromhex(entry["value"])
        words = [raw[i:i + 2] for i in range(0, len(raw), 2)]
    else:
        number = float(entry["value"]) if kind.startswith("FLOAT") else int(entry["value"])
        raw = struct.pack(FORMATS[kind], number)
        words = [raw[i:i + 2] for i in range(0, len(raw), 2)]
        if order in ("CDAB", "DCBA"):
            words.reverse()
    if order in ("BADC", "DCBA"):
        words = [word[::-1] for word in words]
    return [int.from_bytes(word, "big") for word in words]


def areas(entries):
    """What each area of one unit holds, offset by offset."""
    held = {"coil": {}, "discrete": {}, "input": {}, "holding": {}}
    for entry in entries:
        if entry["type"] == "BOOL":
            held[entry["area"]][entry["at"]] = entry["value"] == "1"
        else:
            for i, register in enumerate(pack(entry)):
                held[entry["area"]][entry["at"] + i] = register
    return held


def slave(entries):
    held = {name: ModbusSparseDataBlock(values) for name, values in areas(entries).items()}
    return ModbusSlaveContext(co=held["coil"], di=held["discrete"], ir=held["input"], hr=held["holding"], zero_mode=True)


async def main():
    entries = json.loads(sys.stdin.readline())
    units = {unit: slave([e for e in entries if e["unit"] == unit]) for unit in {e["unit"] for e in entries}}
    server = ModbusTcpServer(ModbusServerContext(slaves=units, single=False), address=("127.0.0.1", 0))
    serving = asyncio.ensure_future(server.serve_forever())
    await server.serving
    print("READY", server.server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    serving.cancel()


if __name__ == "__main__":
    asyncio.run(main())
