// OPC UA client of node-opcua, for benchmarks: see README.md for what it reads and prints.
"use strict";
const readline = require("readline");
const answer = (text) => process.stdout.write(`${text}\n`);
for (const name of ["log", "info", "warn", "debug"]) console[name] = (...all) => process.stderr.write(`${all.join(" ")}\n`);
const opcua = require("node-opcua");

let session, nodes;

async function start(config) {
    const client = opcua.OPCUAClient.create({
        endpointMustExist: false,
        securityMode: config.security ? opcua.MessageSecurityMode.SignAndEncrypt : opcua.MessageSecurityMode.None,
        securityPolicy: config.security ? opcua.SecurityPolicy.Basic256Sha256 : opcua.SecurityPolicy.None,
    });
    await client.connect(`opc.tcp://127.0.0.1:${config.port}`);
    session = await client.createSession();
    const namespace = (await session.readNamespaceArray()).indexOf("http://plant.example/line");
    nodes = Array.from({ length: config.nodes }, (_, i) => ({ nodeId: `ns=${namespace};i=${1000 + i}`, attributeId: opcua.AttributeIds.Value }));
}

async function read(count) {
    const before = process.cpuUsage();
    const begin = process.hrtime.bigint();
    for (let i = 0; i < count; i++) await session.read(nodes);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    const cpu = process.cpuUsage(before);
    return `DONE ${seconds} ${(cpu.user + cpu.system) / 1e6}`;
}

const lines = readline.createInterface({ input: process.stdin });
let working = Promise.resolve();
lines.on("line", (line) => {
    working = working.then(async () => {
        if (!nodes) {
            const config = JSON.parse(line);
            await start(config);
            answer(`READY ${config.port}`);
        } else {
            answer(await read(Number(line)));
        }
    }).catch((e) => { process.stderr.write(`${e.stack}\n`); process.exit(1); });
});
lines.on("close", () => process.exit(0));
