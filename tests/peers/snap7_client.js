// S7 client of snap7 (node-snap7): reads the port from its first argument, then obeys lines of JSON on stdin, one answer a line.
//   {"op": "read", "area": "DB", "block": 1, "at": 0, "bytes": 4}      -> its bytes in hex
//   {"op": "write", "area": "DB", "block": 1, "at": 0, "hex": "0102"}  -> OK
//   {"op": "stop"} {"op": "start"}                                     -> OK
"use strict";
const readline = require("readline");
const snap7 = require("node-snap7");

const client = new snap7.S7Client();
const areas = { I: client.S7AreaPE, Q: client.S7AreaPA, M: client.S7AreaMK, C: client.S7AreaCT, T: client.S7AreaTM, DB: client.S7AreaDB };
const lengths = { C: client.S7WLCounter, T: client.S7WLTimer };

function obey({ op, area, block = 0, at, bytes, hex }) {
    const words = area in lengths;
    const length = lengths[area] || client.S7WLByte;
    const done = {
        read: () => client.ReadArea(areas[area], block, at, words ? bytes / 2 : bytes, length),
        write: () => {
            const buffer = Buffer.from(hex, "hex");
            return client.WriteArea(areas[area], block, at, words ? buffer.length / 2 : buffer.length, length, buffer);
        },
        stop: () => client.PlcStop(),
        start: () => client.PlcHotStart(),
    }[op]();
    if (done === false) return `ERROR ${client.ErrorText(client.LastError())}`;
    return op === "read" ? done.toString("hex").toUpperCase() : "OK";
}

client.SetParam(client.RemotePort, Number(process.argv[2]));
if (!client.ConnectTo("127.0.0.1", 0, 1)) throw new Error(client.ErrorText(client.LastError()));
readline.createInterface({ input: process.stdin })
    .on("line", line => console.log(obey(JSON.parse(line))))
    .on("close", () => process.exit(0));
