// npm mqtt as a publisher: see README.md for what it reads and prints.
"use strict";
const mqtt = require("mqtt");
const lines = require("readline").createInterface({ input: process.stdin });

let client, settings, payload;

function publish(count) {
    const started = process.hrtime.bigint();
    let sent = 0, answered = 0;
    const answer = (error) => {
        if (error) throw error;
        if (++answered < count) send();
        else console.log("DONE", Number(process.hrtime.bigint() - started) / 1e9);
    };
    const send = () => {
        while (sent < count && sent - answered < settings.in_flight) {
            sent++;
            client.publish(settings.topic, payload, { qos: 1 }, answer);
        }
    };
    send();
}

lines.once("line", (first) => {
    settings = JSON.parse(first);
    payload = Buffer.from(settings.payload);
    client = mqtt.connect({ host: "127.0.0.1", port: settings.port, protocolVersion: 5 });
    client.once("connect", () => console.log("READY", settings.port));
    lines.on("line", (count) => publish(Number(count)));
}).on("close", () => process.exit(0));
