// Modbus TCP server of modbus-serial: see README.md for what it reads and prints.
"use strict";
const net = require("net");
const readline = require("readline");
const { ServerTCP } = require("modbus-serial");

const SIZES = { INT16: 2, UINT16: 2, INT32: 4, UINT32: 4, INT64: 8, UINT64: 8, FLOAT32: 4, FLOAT64: 8 };

function big(entry) {
    if (entry.type === "BYTES") return Buffer.from(entry.value, "hex");
    const bytes = Buffer.alloc(SIZES[entry.type]);
    switch (entry.type) {
        case "INT16": bytes.writeInt16BE(Number(entry.value)); break;
        case "UINT16": bytes.writeUInt16BE(Number(entry.value)); break;
        case "INT32": bytes.writeInt32BE(Number(entry.value)); break;
        case "UINT32": bytes.writeUInt32BE(Number(entry.value)); break;
        case "INT64": bytes.writeBigInt64BE(BigInt(entry.value)); break;
        case "UINT64": bytes.writeBigUInt64BE(BigInt(entry.value)); break;
        case "FLOAT32": bytes.writeFloatBE(Number(entry.value)); break;
        case "FLOAT64": bytes.writeDoubleBE(Number(entry.value)); break;
    }
    return bytes;
}

function registers(entry) {
    const bytes = big(entry);
    const words = [];
    for (let i = 0; i < bytes.length; i += 2) words.push(bytes.readUInt16BE(i));
    if (entry.type !== "BYTES" && (entry.order === "CDAB" || entry.order === "DCBA")) words.reverse();
    const swapped = entry.order === "BADC" || entry.order === "DCBA";
    return words.map(word => swapped ? ((word & 0xff) << 8) | (word >> 8) : word);
}

function serve(entries) {
    const held = new Map();
    for (const entry of entries) {
        const values = entry.type === "BOOL" ? [entry.value === "1"] : registers(entry);
        values.forEach((value, i) => held.set(`${entry.unit}/${entry.area}:${entry.at + i}`, value));
    }

    const get = area => (address, unit) => {
        const key = `${unit}/${area}:${address}`;
        if (!held.has(key)) throw { modbusErrorCode: 2, msg: `nothing at ${key}` };
        return held.get(key);
    };
    const set = area => (address, value, unit) => { get(area)(address, unit); held.set(`${unit}/${area}:${address}`, value); };
    return {
        getCoil: get("coil"), getDiscreteInput: get("discrete"), getInputRegister: get("input"), getHoldingRegister: get("holding"),
        setCoil: set("coil"), setRegister: set("holding"),
    };
}

// ServerTCP takes port 0 for 502, so a free port is asked for beforehand.
function onFreePort(use) {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
        const port = probe.address().port;
        probe.close(() => use(port));
    });
}

readline.createInterface({ input: process.stdin })
    .once("line", line => onFreePort(port => {
        const server = new ServerTCP(serve(JSON.parse(line)), { host: "127.0.0.1", port, unitID: 255 });
        server.on("initialized", () => console.log("READY", port));
        server.on("serverError", error => { console.error(error); process.exit(1); });
        server.on("socketError", () => { });
    }))
    .on("close", () => process.exit(0));
