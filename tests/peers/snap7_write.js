// Writes bytes into a data block of an S7 CPU, as a client of snap7 (node-snap7): port, block, bytes in hex. Exit code 0 when they are there.
"use strict";
const snap7 = require("node-snap7");

const [port, block, hex] = process.argv.slice(2);
const bytes = Buffer.from(hex, "hex");
const client = new snap7.S7Client();
client.SetParam(client.RemotePort, Number(port));
if (!client.ConnectTo("127.0.0.1", 0, 1) || !client.DBWrite(Number(block), 0, bytes.length, bytes)) {
    console.error(client.ErrorText(client.LastError()));
    process.exitCode = 1;
}
client.Disconnect();
