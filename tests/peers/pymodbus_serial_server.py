"""Modbus RTU or ASCII server of pymodbus on a serial port: reads {"port", "ascii", "values"} from stdin (JSON), values as
pymodbus_server.py has them. Requests to units that have no value are not answered."""
import asyncio
import json
import sys

from pymodbus.datastore import ModbusServerContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server.async_io import ModbusSerialServer
from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer

from pymodbus_server import slave


async def main():
    asked = json.loads(sys.stdin.readline())
    units = {unit: slave([e for e in asked["values"] if e["unit"] == unit]) for unit in {e["unit"] for e in asked["values"]}}
    identity = ModbusDeviceIdentification(info_name={"VendorName": "pymodbus", "ProductCode": "PM", "MajorMinorRevision": "3.0"})
    server = ModbusSerialServer(
        ModbusServerContext(slaves=units, single=False), framer=ModbusAsciiFramer if asked["ascii"] else ModbusRtuFramer,
        identity=identity, port=asked["port"], baudrate=9600, ignore_missing_slaves=True)
    await server.start()
    serving = asyncio.ensure_future(server.serve_forever())
    print("READY 0", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    serving.cancel()


asyncio.run(main())
