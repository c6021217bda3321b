// MQTT broker aedes that lets nobody subscribe or publish to what begins with "secret/": see README.md for what it reads and prints.
"use strict";
const net = require("net");
const { Aedes } = require("aedes");

process.stdin.once("data", async () => {
    const broker = await Aedes.createBroker();
    broker.authorizeSubscribe = (client, subscription, done) => done(null, subscription.topic.startsWith("secret/") ? null : subscription);
    broker.authorizePublish = (client, packet, done) => done(packet.topic.startsWith("secret/") ? new Error("not authorized") : null);
    const server = net.createServer(broker.handle);
    server.listen(0, "127.0.0.1", () => console.log("READY", server.address().port));
}).on("end", () => process.exit(0));
