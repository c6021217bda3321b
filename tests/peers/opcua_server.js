// OPC UA server of node-opcua: see README.md for what it reads, prints and obeys.
"use strict";
const path = require("path");
const readline = require("readline");
const fs = require("fs");
const os = require("os");
// node-opcua writes notices to the console, which is where the tests read answers from.
const answer = (text) => process.stdout.write(`${text}\n`);
for (const name of ["log", "info", "warn", "debug"]) console[name] = (...all) => process.stderr.write(`${all.join(" ")}\n`);
const opcua = require("node-opcua");
const { Variant, DataType, VariantArrayType, StatusCodes, DataValue } = opcua;

// The connections of the server, which node-opcua keeps in private fields.
const connections = new Set();

let config, server, variables, timer, port = 0, ticks = 0;

function scalars(namespace, folder) {
    const when = new Date(Date.UTC(2026, 10, 30, 1, 2, 3, 456));
    const add = (name, dataType, value, more = {}) => {
        const variable = namespace.addVariable({
            organizedBy: folder, browseName: name, nodeId: `s=${name}`, dataType, description: `The ${name}`,
            minimumSamplingInterval: 10, ...more,
        });
        variable.setValueFromSource(new Variant({ dataType: DataType[dataType] ?? dataType, value, ...more.variant }));
        variables.set(name, variable);
        return variable;
    };
    add("Boolean", "Boolean", true);
    add("SByte", "SByte", -5);
    add("Byte", "Byte", 250);
    add("Int16", "Int16", -12345);
    add("UInt16", "UInt16", 54321);
    add("Int32", "Int32", -123456789);
    add("UInt32", "UInt32", 3456789012);
    add("Int64", "Int64", [0xffffffff, 0xfffffffe], { variant: { arrayType: VariantArrayType.Scalar } });
    add("UInt64", "UInt64", [0xffffffff, 0xffffffff], { variant: { arrayType: VariantArrayType.Scalar } });
    add("Float", "Float", 0.1);
    add("Double", "Double", 1e-300);
    add("String", "String", "Größe °C \u{1F3ED}");
    add("DateTime", "DateTime", when);
    add("Guid", "Guid", "09087e75-8e5e-499b-954f-f2a9603db28a");
    add("ByteString", "ByteString", Buffer.from([1, 2, 255]));
    add("LocalizedText", "LocalizedText", { locale: "es", text: "Presión" });
    add("QualifiedName", "QualifiedName", { namespaceIndex: 1, name: "Q" });
    add("NodeId", "NodeId", opcua.coerceNodeId("ns=1;s=Double"));
    const array = { arrayType: VariantArrayType.Array };
    add("Int16s", "Int16", new Int16Array([1, -2, 3]), { valueRank: 1, arrayDimensions: [3], variant: array });
    add("Strings", "String", ["a", "b"], { valueRank: 1, arrayDimensions: [2], variant: array });
    add("Booleans", "Boolean", [true, false, true], { valueRank: 1, arrayDimensions: [3], variant: array });
    add("Matrix", "Double", new Float64Array([1, 2, 3, 4, 5, 6]), {
        valueRank: 2, arrayDimensions: [2, 3], variant: { arrayType: VariantArrayType.Matrix, dimensions: [2, 3] },
    });
    add('"Data"."Level"', "Double", 12.5);
    namespace.addAnalogDataItem({
        organizedBy: folder, browseName: "Pressure", nodeId: "s=Pressure", dataType: "Double", description: "Pressure of the pump",
        engineeringUnitsRange: { low: 0, high: 10 }, instrumentRange: { low: 0, high: 12 },
        engineeringUnits: opcua.standardUnits.bar, value: { dataType: DataType.Double, value: 4.5 },
    });
    const readOnly = add("ReadOnly", "Double", 1, { accessLevel: "CurrentRead", userAccessLevel: "CurrentRead" });
    readOnly.setValueFromSource({ dataType: DataType.Double, value: 7 });
    for (const [name, status] of [["Uncertain", StatusCodes.UncertainLastUsableValue], ["Failed", StatusCodes.BadSensorFailure], ["Local", StatusCodes.GoodLocalOverride]])
        add(name, "Double", 3).setValueFromSource({ dataType: DataType.Double, value: 3 }, status);
}

function structures(addressSpace, namespace, folder) {
    const ns = addressSpace.getNamespaceIndex("http://plant.example/types");
    const motor = addressSpace.findDataType("Motor", ns);
    const value = addressSpace.constructExtensionObject(motor, {
        name: "M1", speed: 1450.5, state: 1, limits: { low: 1, high: 9 }, history: [3, 2, 1],
    });
    namespace.addVariable({
        organizedBy: folder, browseName: "Motor", nodeId: "s=Motor", dataType: motor, value: { dataType: DataType.ExtensionObject, value },
    });
    const state = addressSpace.findDataType("MachineState", ns);
    const variable = namespace.addVariable({
        organizedBy: folder, browseName: "State", nodeId: "s=State", dataType: state, value: { dataType: DataType.Int32, value: 7 },
    });
    variables.set("State", variable);
}

async function start() {
    const pki = new opcua.OPCUACertificateManager({
        rootFolder: config.pki, automaticallyAcceptUnknownCertificate: config.acceptClients ?? true,
    });
    await pki.initialize();
    server = new opcua.OPCUAServer({
        port, host: "127.0.0.1", hostname: config.hostname, alternateHostname: ["127.0.0.1", "localhost"], resourcePath: config.path ?? "",
        serverCertificateManager: pki, disableDiscovery: true,
        nodeset_filename: [opcua.nodesets.standard, path.join(__dirname, "opcua_types.xml")],
        serverInfo: { applicationUri: "urn:plant:node-opcua" }, buildInfo: { productName: "node-opcua peer", softwareVersion: "1.2.3", manufacturerName: "Sterfive" },
        securityPolicies: config.security ? undefined : [opcua.SecurityPolicy.None],
        securityModes: config.security ? undefined : [opcua.MessageSecurityMode.None],
        allowAnonymous: config.anonymous ?? true,
        userManager: { isValidUser: (name, password) => name === (config.user ?? "operator") && password === (config.password ?? "s3cret") },
        maxConnectionsPerEndpoint: 50, allowAnonymousSubscriptionTransferOnUnsecuredChannel: true,
        defaultSecureTokenLifetime: config.tokenLifetime ?? 600000, minSecureTokenLifetime: 100,
        serverCapabilities: {
            maxSessions: 50, maxMonitoredItems: 200000, maxMonitoredItemsPerSubscription: 200000, maxBrowseContinuationPoints: 2,
            operationLimits: { maxNodesPerRead: 2500, maxNodesPerBrowse: 1000, maxMonitoredItemsPerCall: 2500, ...config.limits },
        },
    });
    await server.initialize();
    const addressSpace = server.engine.addressSpace;
    for (let i = 0; i < (config.extraNamespaces ?? 0); i++) addressSpace.registerNamespace(`http://plant.example/extra/${i}`);
    const namespace = addressSpace.registerNamespace("http://plant.example/line");
    variables = new Map();
    const line = namespace.addFolder(addressSpace.rootFolder.objects, { browseName: "Line", nodeId: "s=Line" });
    scalars(namespace, line);
    structures(addressSpace, namespace, line);
    for (const { uri, id, dataType, value } of config.variables ?? []) {
        const own = addressSpace.registerNamespace(uri);
        const variable = own.addVariable({ organizedBy: line, browseName: id, nodeId: `s=${id}`, dataType, minimumSamplingInterval: 10 });
        variable.setValueFromSource({ dataType: DataType[dataType], value });
        variables.set(id, variable);
    }
    const many = namespace.addFolder(addressSpace.rootFolder.objects, { browseName: "Many", nodeId: "s=Many" });
    for (let i = 0; i < (config.nodes ?? 0); i++) {
        const variable = namespace.addVariable({ organizedBy: many, browseName: `n${i}`, nodeId: `i=${1000 + i}`, dataType: "Double", minimumSamplingInterval: 0 });
        variable.setValueFromSource({ dataType: DataType.Double, value: i });
        variables.set(`n${i}`, variable);
    }
    clearInterval(timer);
    if (config.changeMs) {
        timer = setInterval(() => {
            ticks++;
            for (let i = 0; i < (config.changing ?? config.nodes); i++) variables.get(`n${i}`).setValueFromSource({ dataType: DataType.Double, value: ticks });
        }, config.changeMs);
    }
    await server.start();
    port = server.endpoints[0].port;
    server.endpoints[0]._server.on("connection", (socket) => {
        connections.add(socket);
        socket.once("close", () => connections.delete(socket));
    });
}

async function stop() {
    clearInterval(timer);
    await server.shutdown(0);
}

function sockets() {
    return server.endpoints.flatMap((endpoint) => endpoint.getChannels());
}

async function obey(line) {
    const [op, ...words] = line.split(" ");
    switch (op) {
        case "set": {
            const variable = variables.get(words[0]);
            variable.setValueFromSource({ dataType: variable.readValue().value.dataType, value: JSON.parse(words.slice(1).join(" ")) });
            return "OK";
        }
        case "get": return JSON.stringify(variables.get(words[0]).readValue().value.value);
        case "remove": server.engine.addressSpace.deleteNode(variables.get(words[0])); return "OK";
        case "restart": await stop(); await start(); return "OK";
        case "stop": await stop(); return "OK";
        case "start": await start(); return "OK";
        // The TCP connections break; sessions and subscriptions stay.
        case "cut": {
            const count = connections.size;
            for (const socket of connections) socket.destroy();
            return `${count}`;
        }
        // The server forgets its subscriptions, as after a fault of its own.
        case "drop": {
            let count = 0;
            for (const session of Object.values(server.engine._sessions))
                for (const subscription of [...session.publishEngine.subscriptions]) { session.deleteSubscription(subscription.id); count++; }
            return `${count}`;
        }
        case "close": for (const session of Object.values(server.engine._sessions)) server.engine.closeSession(session.authenticationToken, words[0] === "all", "Forcing"); return "OK";
        case "subscriptions": return `${server.engine.currentSubscriptionCount}`;
        case "sessions": return `${server.engine.currentSessionCount}`;
        case "channels": return `${sockets().length}`;
        case "certificate": return server.getCertificate().toString("base64");
        default: return `what is ${op}?`;
    }
}

const lines = readline.createInterface({ input: process.stdin });
let working = Promise.resolve();
lines.on("line", (line) => {
    working = working.then(async () => {
        if (!config) {
            config = JSON.parse(line);
            port = config.port ?? 0;
            config.pki ??= fs.mkdtempSync(path.join(os.tmpdir(), "opcua-peer-"));
            if (port === 0) {
                // node-opcua names its port in its endpoints, so it has to be known before.
                const probe = require("net").createServer().listen(0, "127.0.0.1");
                await new Promise((done) => probe.once("listening", done));
                port = probe.address().port;
                await new Promise((done) => probe.close(done));
            }
            await start();
            answer(`READY ${port}`);
        } else {
            answer(await obey(line));
        }
    }).catch((e) => { process.stderr.write(`${e.stack}\n`); answer(`ERROR ${e.message}`); });
});
lines.on("close", () => process.exit(0));
