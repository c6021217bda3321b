// EtherNet/IP controller: see README.md for what it reads and prints. Encapsulation as in CIP volume 2, chapter 2.
"use strict";
const net = require("net");
const readline = require("readline");
const { TagDatabase } = require("./cip_tags.js");
const { LogixServices, u16, u32 } = require("./cip_services.js");
const { PcccServices } = require("./cip_pccc.js");
const { ConnectionManager } = require("./cip_connections.js");
const { createModel, Faults } = require("./cip_models.js");

const HEADER = 24;

class Server {
    constructor(config) {
        this.stats = { connections: 0, open: 0, sessions: 0, frames: 0, services: {}, opened: 0, closed: 0, triples: [], tooLong: 0, unknown: 0 };
        this.faults = new Faults();
        this.model = createModel(config);
        this.database = this.model.isLogix ? new TagDatabase({ ...config, ...this.model }) : null;
        this.services = this.model.isLogix
            ? new LogixServices(this.database, this.model, this.faults, this.stats)
            : new PcccServices(config, this.model, this.faults, this.stats);
        this.manager = new ConnectionManager(this.services, this.model, this.faults, this.stats);
        this.sessions = new Set();
        this.nextSession = 0x0102_0300;
        this.faults.set(config.faults ?? {});
        this.sockets = new Set();
        if (config.countMs) this.count(config);
    }

    // Makes all values of a DINT array count up together.
    count({ counting, countMs }) {
        let value = 0;
        setInterval(() => {
            const tag = this.database.find(counting);
            tag.bytes.fill(0);
            value++;
            for (let i = 0; i < tag.count; i++) tag.bytes.writeInt32LE(value, 4 * i);
        }, countMs);
    }

    accept(socket) {
        socket.setNoDelay(true);
        this.stats.connections++;
        this.stats.open++;
        this.sockets.add(socket);
        const connection = { socket, held: Buffer.alloc(0), session: 0, waiting: [] };
        socket.on("error", () => socket.destroy());
        socket.on("close", () => {
            this.stats.open--;
            this.sockets.delete(socket);
            this.sessions.delete(connection.session);
            this.manager.dropSession(connection.session);
        });
        socket.on("data", bytes => {
            const isGlued = bytes.length > HEADER && bytes.length > HEADER + bytes.readUInt16LE(2);
            if (this.faults.given.oneFrame && (connection.held.length || isGlued)) return socket.destroy();
            connection.held = connection.held.length ? Buffer.concat([connection.held, bytes]) : bytes;
            while (connection.held.length >= HEADER) {
                const length = HEADER + connection.held.readUInt16LE(2);
                if (connection.held.length < length) break;
                const frame = connection.held.subarray(0, length);
                connection.held = connection.held.subarray(length);
                this.stats.frames++;
                if (!this.faults.given.silent) this.handle(frame, connection);
            }
        });
    }

    handle(frame, connection) {
        const command = frame.readUInt16LE(0);
        const session = frame.readUInt32LE(4);
        const body = frame.subarray(HEADER);
        const answer = (data, status = 0, handle = session, cip) => {
            const head = Buffer.from(frame.subarray(0, HEADER));
            head.writeUInt16LE(data.length, 2);
            head.writeUInt32LE(handle, 4);
            head.writeUInt32LE(status, 8);
            if (this.faults.given.emptyContext) head.fill(0, 12, 20);
            this.send(connection, Buffer.concat([head, data]), cip);
        };
        switch (command) {
            case 0x00: return;
            case 0x04: return answer(Buffer.concat([u16(1), u16(0x100), u16(20), u16(1), u16(0x120), Buffer.from("Communications\0\0", "latin1")]));
            case 0x63: return this.faults.given.listIdentity ? answer(Buffer.alloc(0), this.faults.given.listIdentity) : answer(this.listIdentity());
            case 0x65: return this.register(body, connection, answer);
            case 0x66: return connection.socket.end();
            case 0x6f: case 0x70: break;
            default: return answer(Buffer.alloc(0), 1);
        }
        const large = this.model.large;
        if (large && command === 0x6f && body.length > 16 && body[16] === 0x5b) {
            if (large === "close") connection.socket.destroy();
            else if (large === "status") answer(Buffer.alloc(0), 1);
            return;
        }
        if (session === 0 || !this.sessions.has(session)) return answer(Buffer.alloc(0), 0x64);
        const frames = this.faults.given.refuseFrames;
        if (frames && !(command === 0x6f && body[16] === 0x54)) return answer(Buffer.alloc(0), frames);
        const items = parseItems(body);
        if (!items) return answer(Buffer.alloc(0), 3);
        if (command === 0x6f) {
            const bytes = this.manager.execute(items[1].data, session);
            return answer(Buffer.concat([Buffer.alloc(6), u16(2), u16(0), u16(0), u16(0xb2), u16(bytes.length), bytes]), 0, session, { at: HEADER + 16, lengthAt: HEADER + 14 });
        }
        const replied = items[0].data.length === 4 ? this.manager.connected(items[0].data.readUInt32LE(0), items[1].data) : null;
        if (!replied) {
            // A connection that nobody knows is not answered.
            this.stats.unknown++;
            return;
        }
        answer(Buffer.concat([Buffer.alloc(6), u16(2), u16(0xa1), u16(4), u32(replied.theirId), u16(0xb1), u16(replied.bytes.length), replied.bytes]),
            0, session, { at: HEADER + 22, lengthAt: HEADER + 18 });
    }

    register(body, connection, answer) {
        const refused = this.faults.given.register;
        if (refused) return answer(body, refused, 0);
        if (body.length !== 4) return answer(Buffer.alloc(0), 0x65, 0);
        if (body.readUInt16LE(0) !== 1) return answer(body, 0x69, 0);
        connection.session = this.nextSession++;
        this.sessions.add(connection.session);
        this.stats.sessions++;
        answer(body, 0, connection.session);
    }

    listIdentity() {
        const address = Buffer.from([0, 2, 0xaf, 0x12, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        const item = Buffer.concat([u16(1), address, this.model.identity(), Buffer.from([3])]);
        return Buffer.concat([u16(1), u16(0x0c), u16(item.length), item]);
    }

    send(connection, frame, cip) {
        const frames = this.faults.dispatch(cip ? this.faults.mangle(frame, cip) : frame);
        const { delayMs, reorder } = this.faults.given;
        if (reorder && cip) {
            connection.waiting.push(...frames);
            // Held back until enough are there, or nothing more comes.
            if (connection.waiting.length >= reorder) this.flush(connection);
            else connection.timer ??= setTimeout(() => this.flush(connection), 10);
            return;
        }
        if (delayMs && cip) setTimeout(() => frames.forEach(f => this.write(connection, f)), delayMs);
        else frames.forEach(f => this.write(connection, f));
    }

    flush(connection) {
        clearTimeout(connection.timer);
        connection.timer = undefined;
        connection.waiting.splice(0).reverse().forEach(frame => this.write(connection, frame));
    }

    write({ socket }, frame) {
        const size = this.faults.given.split;
        if (socket.destroyed) return;
        if (!size) socket.write(frame);
        else for (let at = 0; at < frame.length; at += size) socket.write(frame.subarray(at, at + size));
        if (this.faults.given.closeAfter && this.faults.replies >= this.faults.given.closeAfter) socket.destroy();
    }

    /** Obeys one line of a test and gives back what it is told. */
    obey({ faults, set, get, forget, download, stats, reset }) {
        if (faults) this.faults.set(faults);
        if (reset) Object.assign(this.stats, { frames: 0, services: {}, tooLong: 0, unknown: 0 });
        for (const [name, value] of Object.entries(set ?? {})) {
            if (this.database) this.database.find(name).set(value);
            else this.services.set(name, value);
        }
        if (forget === "sessions") this.sessions.clear();
        if (forget === "connections") this.manager.forget();
        if (forget === "sockets") this.sockets.forEach(socket => socket.destroy());
        if (download) {
            const changes = this.database.changes + 1;
            this.database = new TagDatabase({ ...download, ...this.model });
            this.database.changes = changes;
            this.services.database = this.database;
        }
        if (get) return { value: this.database ? this.database.find(get).get() : this.services.get(get) };
        return stats ? { ...this.stats, active: this.manager.connections.size, withheld: this.faults.withheld } : { ok: true };
    }
}

// Interface handle, timeout, then an address item and a data item.
function parseItems(body) {
    if (body.length < 8) return null;
    const count = body.readUInt16LE(6);
    const items = [];
    let at = 8;
    for (let i = 0; i < count; i++) {
        if (at + 4 > body.length) return null;
        const length = body.readUInt16LE(at + 2);
        if (at + 4 + length > body.length) return null;
        items.push({ type: body.readUInt16LE(at), data: body.subarray(at + 4, at + 4 + length) });
        at += 4 + length;
    }
    return items.length === 2 && at === body.length ? items : null;
}

let server;
readline.createInterface({ input: process.stdin })
    .on("line", line => {
        const message = JSON.parse(line);
        if (server) {
            console.log(JSON.stringify(server.obey(message)));
            return;
        }
        server = new Server(message);
        const listener = net.createServer(socket => server.accept(socket));
        listener.listen(message.port ?? 0, "127.0.0.1", () => console.log("READY", listener.address().port));
    })
    .on("close", () => process.exit(0));
