// S7 server of snap7 (node-snap7): see README.md for what it reads and prints.
"use strict";
const net = require("net");
const readline = require("readline");
const snap7 = require("node-snap7");

const WRITE = {
    BYTE: (b, at, v) => b.writeUInt8(Number(v), at), USINT: (b, at, v) => b.writeUInt8(Number(v), at), SINT: (b, at, v) => b.writeInt8(Number(v), at),
    WORD: (b, at, v) => b.writeUInt16BE(Number(v), at), UINT: (b, at, v) => b.writeUInt16BE(Number(v), at), INT: (b, at, v) => b.writeInt16BE(Number(v), at),
    DWORD: (b, at, v) => b.writeUInt32BE(Number(v), at), UDINT: (b, at, v) => b.writeUInt32BE(Number(v), at),
    DINT: (b, at, v) => b.writeInt32BE(Number(v), at), TIME: (b, at, v) => b.writeInt32BE(Number(v), at),
    REAL: (b, at, v) => b.writeFloatBE(Number(v), at), LREAL: (b, at, v) => b.writeDoubleBE(Number(v), at),
    LINT: (b, at, v) => b.writeBigInt64BE(BigInt(v), at), ULINT: (b, at, v) => b.writeBigUInt64BE(BigInt(v), at),
    BOOL: (b, at, v, bit) => { b[at] = v === "1" ? b[at] | 1 << bit : b[at] & ~(1 << bit); },
    STRING: (b, at, v) => { b[at] = 254; b[at + 1] = v.length; b.write(v, at + 2, "latin1"); },
    WSTRING: (b, at, v) => { b.writeUInt16BE(300, at); b.writeUInt16BE(v.length, at + 2); Buffer.from(v, "utf16le").swap16().copy(b, at + 4); },
    BYTES: (b, at, v) => Buffer.from(v, "hex").copy(b, at),
};

// A free port is asked for beforehand: snap7 takes no port 0.
function onFreePort(use) {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
        const port = probe.address().port;
        probe.close(() => use(port));
    });
}

function serve(entries, port) {
    const server = new snap7.S7Server();
    const kinds = { I: server.srvAreaPE, Q: server.srvAreaPA, M: server.srvAreaMK, C: server.srvAreaCT, T: server.srvAreaTM, DB: server.srvAreaDB };
    const areas = new Map();
    for (const { area, block, at, type, value, bit } of entries) {
        const key = `${area}/${block}`;
        // SIZE says how long an area is, COUNT makes all of its words count up together a thousand times a second.
        if (type === "SIZE") areas.set(key, { area, block, bytes: Buffer.alloc(Number(value)) });
        else if (type === "COUNT") areas.get(key).counts = true;
        else WRITE[type](areas.get(key).bytes, at, value, bit);
    }

    server.SetParam(server.LocalPort, port);
    server.SetParam(server.WorkInterval, 10);
    for (const { area, block, bytes } of areas.values()) {
        if (!(area === "DB" ? server.RegisterArea(kinds.DB, block, bytes) : server.RegisterArea(kinds[area], bytes))) throw new Error(`area ${area}`);
    }
    let count = 0;
    setInterval(() => {
        count = count + 1 & 0xffff;
        for (const { block, bytes, counts } of areas.values()) {
            if (!counts) continue;
            for (let i = 0; i < bytes.length; i += 2) bytes.writeUInt16BE(count, i);
            server.SetArea(kinds.DB, block, bytes);
        }
    }, 1);
    if (!server.StartTo("127.0.0.1")) throw new Error(server.ErrorText(server.LastError()));
    console.log("READY", port);
}

readline.createInterface({ input: process.stdin })
    .once("line", line => onFreePort(port => serve(JSON.parse(line), port)))
    .on("close", () => process.exit(0));
