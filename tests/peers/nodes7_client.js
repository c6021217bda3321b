// S7 client of nodes7, for benchmarks: node nodes7_client.js <port> <address>... reads these, as in DB9,INT64. Prints READY, then
// obeys numbers on stdin: reads all tags so many times and prints the seconds that took, or what went wrong.
"use strict";
const readline = require("readline");
const NodeS7 = require("nodes7");

const [port, ...names] = process.argv.slice(2);
const client = new NodeS7({ silent: true });
// snap7's server answers only the first 20 items of a request, and nodes7 then ends with an exception: PDUs of 252 bytes hold 20.
client.requestMaxPDU = 252;
const read = () => new Promise((resolve, reject) => client.readAllItems((bad, values) => bad ? reject(new Error("bad values")) : resolve(values)));

async function time(scans) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < scans; i++) await read();
    return Number(process.hrtime.bigint() - start) / 1e9;
}

client.initiateConnection({ port: Number(port), host: "127.0.0.1", rack: 0, slot: 1 }, async error => {
    if (error) throw new Error(String(error));
    client.addItems(names);
    const values = await read();
    if (Object.keys(values).length !== names.length || (values["DB9,INT31936"] ?? -5) !== -5) throw new Error("wrong values");
    console.log("READY");
    const lines = readline.createInterface({ input: process.stdin }).on("close", () => process.exit(0));
    for await (const line of lines) console.log(await time(Number(line)));
});
