// MQTT broker aedes (3.1.1): see README.md for what it reads and prints.
"use strict";
const net = require("net");
const { Aedes } = require("aedes");

process.stdin.once("data", async () => {
    const broker = await Aedes.createBroker();
    const server = net.createServer(broker.handle);
    server.listen(0, "127.0.0.1", () => console.log("READY", server.address().port));
}).on("end", () => process.exit(0));
