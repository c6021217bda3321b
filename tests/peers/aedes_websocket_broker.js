// MQTT broker aedes behind a WebSocket: see README.md for what it reads and prints.
"use strict";
const http = require("http");
const { WebSocketServer, createWebSocketStream } = require("ws");
const { Aedes } = require("aedes");

process.stdin.once("data", async () => {
    const broker = await Aedes.createBroker();
    const server = http.createServer();
    const sockets = new WebSocketServer({ server, path: "/mqtt", handleProtocols: (offered) => offered.has("mqtt") && "mqtt" });
    sockets.on("connection", (socket, request) => broker.handle(createWebSocketStream(socket), request));
    server.listen(0, "127.0.0.1", () => console.log("READY", server.address().port));
}).on("end", () => process.exit(0));
