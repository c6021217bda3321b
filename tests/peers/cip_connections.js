// Connection Manager (class 06) of CIP volume 1, chapter 3-5: Forward Open, Large Forward Open, Forward Close, Unconnected Send.
"use strict";
const { parsePath, parseRequest, reply, u16, u32 } = require("./cip_services.js");

const UNCONNECTED_ROOM = 504;

class ConnectionManager {
    constructor(services, model, faults, stats) {
        Object.assign(this, { services, model, faults, stats });
        this.connections = new Map();
        this.nextId = 0x1000_0001;
    }

    /** Answers a request that came without a connection. */
    execute(bytes, session) {
        if (bytes.length < 2) return reply(bytes[0] ?? 0, 0x04, []);
        let request, segments;
        try {
            request = parseRequest(bytes);
            segments = parsePath(request.path);
        } catch {
            return reply(bytes[0], 0x04, [0]);
        }
        if (segments[0]?.classId !== 0x06) {
            if (this.model.routes.includes("")) return this.services.execute(bytes, UNCONNECTED_ROOM);
            // Without a route a request reaches the module in front, which knows its identity and nothing else.
            return segments[0]?.classId === 0x01 ? this.services.execute(bytes, UNCONNECTED_ROOM) : reply(bytes[0], 0x05, []);
        }
        const refusal = this.faults.refusalOf(request);
        if (refusal) return reply(bytes[0], refusal.status, refusal.extended ?? []);
        this.stats.services[request.service] = (this.stats.services[request.service] ?? 0) + 1;
        switch (request.service) {
            case 0x54: return this.open(request, false, session);
            case 0x5b: return this.model.hasLarge ? this.open(request, true, session) : reply(0x5b, 0x08, []);
            case 0x4e: return this.close(request);
            case 0x52: return this.unconnectedSend(request.data);
            default: return reply(request.service, 0x08, []);
        }
    }

    open({ service, data }, isLarge, session) {
        const paramBytes = isLarge ? 4 : 2;
        const pathAt = 30 + 2 * paramBytes;
        if (data.length < pathAt + 2) return reply(service, 0x13, []);
        const triple = data.subarray(10, 18);
        const refuse = (...extended) => reply(service, 1, extended, Buffer.concat([triple, Buffer.from([0, 0])]));
        if (this.model.maxSize === 0) return reply(service, 0x08, []);
        const sizeOf = at => isLarge ? data.readUInt32LE(at) & 0xffff : data.readUInt16LE(at) & 0x1ff;
        const requestSize = sizeOf(26), replySize = sizeOf(26 + paramBytes + 4);
        const path = data.subarray(pathAt + 2, pathAt + 2 + 2 * data[pathAt + 1]);
        const key = triple.toString("hex");
        if ([...this.connections.values()].some(connection => connection.key === key)) return refuse(0x0100);
        if (requestSize > this.model.maxSize || replySize > this.model.maxSize) return refuse(0x0109, this.model.maxSize);
        let segments;
        try {
            segments = parsePath(path);
        } catch {
            return refuse(0x0315);
        }
        const ports = segments.filter(segment => segment.port !== undefined);
        const wrong = this.wrongRoute(ports);
        if (wrong) return refuse(wrong);
        if (!segments.some(segment => segment.classId === 2)) return refuse(0x0315);
        const id = this.nextId++;
        const theirId = { own: 0x7777_0000 + this.connections.size, requested: id }[this.model.replyId] ?? data.readUInt32LE(6);
        const connection = { id, key, theirId, requestSize, replySize, session };
        this.connections.set(id, connection);
        this.stats.opened++;
        this.stats.triples.push(key);
        return reply(service, 0, [], Buffer.concat(
            [u32(id), u32(this.model.replyId === "requested" ? data.readUInt32LE(6) : theirId), triple, data.subarray(22, 26), data.subarray(26 + paramBytes, 30 + paramBytes), Buffer.from([0, 0])]));
    }

    wrongRoute(ports) {
        const route = ports.map(segment => `${segment.port},${segment.link}`).join(",");
        if (this.model.routes.includes(route)) return 0;
        return ports[0]?.port > 2 ? 0x0311 : ports.length === 0 ? 0x0315 : 0x0312;
    }

    close({ service, data }) {
        const key = data.subarray(2, 10).toString("hex");
        const found = [...this.connections.values()].find(connection => connection.key === key);
        if (!found) return reply(service, 1, [0x0107], Buffer.concat([data.subarray(2, 10), Buffer.from([0, 0])]));
        this.connections.delete(found.id);
        this.stats.closed++;
        return reply(service, 0, [], Buffer.concat([data.subarray(2, 10), Buffer.from([0, 0])]));
    }

    unconnectedSend(data) {
        if (data.length < 4) return reply(0x52, 0x13, []);
        const length = data.readUInt16LE(2);
        const end = 4 + length + length % 2;
        if (data.length < end + 2) return reply(0x52, 0x13, []);
        const refuse = extended => reply(0x52, 1, [extended], Buffer.from([0]));
        let wrong;
        try {
            wrong = this.wrongRoute(parsePath(data.subarray(end + 2, end + 2 + 2 * data[end])));
        } catch {
            wrong = 0x0315;
        }
        if (wrong) return refuse(wrong);
        if (length > UNCONNECTED_ROOM) return refuse(0x0316);
        return this.services.execute(data.subarray(4, 4 + length), UNCONNECTED_ROOM);
    }

    /** Answers what came on a connection: sequence count, then the message. Null when there is no such connection. */
    connected(id, data) {
        const connection = this.connections.get(id);
        if (!connection) return null;
        if (data.length > connection.requestSize) {
            this.stats.tooLong++;
            return { theirId: connection.theirId, bytes: Buffer.concat([data.subarray(0, 2), reply(data[2], 0x15, [])]) };
        }
        const answer = this.services.execute(data.subarray(2), connection.replySize - 2);
        if (answer.length > connection.replySize - 2) this.stats.tooLong++;
        return { theirId: connection.theirId, bytes: Buffer.concat([data.subarray(0, 2), answer]) };
    }

    dropSession(session) {
        for (const connection of this.connections.values()) if (connection.session === session) this.connections.delete(connection.id);
    }

    forget() {
        this.connections.clear();
    }
}

module.exports = { ConnectionManager, u16 };
