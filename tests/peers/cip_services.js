// CIP services of a Logix controller (1756-PM020; Common Services and Connection Manager of CIP volume 1, chapters 3 and 5).
"use strict";
const { CipError } = require("./cip_tags.js");
const { byCode } = require("./cip_types.js");

/** Segments of a request path (CIP volume 1, appendix C-1.4): symbols, elements, class, instance, attribute, ports. */
function parsePath(bytes) {
    const segments = [];
    let at = 0;
    const need = count => { if (at + count > bytes.length) throw new CipError(0x04, 0); };
    while (at < bytes.length) {
        const kind = bytes[at];
        const logical = { 0x20: "classId", 0x24: "instance", 0x28: "element", 0x30: "attribute", 0x2c: "connectionPoint" }[kind & 0xfc];
        if (kind === 0x91) {
            need(2);
            const length = bytes[at + 1];
            need(2 + length + length % 2);
            segments.push({ symbol: bytes.toString("latin1", at + 2, at + 2 + length) });
            at += 2 + length + length % 2;
        } else if (kind === 0x34) {
            need(10);
            segments.push({ key: bytes.subarray(at + 2, at + 10) });
            at += 10;
        } else if (kind < 0x20) {
            const isLong = (kind & 0x10) !== 0;
            need(2);
            const length = isLong ? bytes[at + 1] : 1;
            need(isLong ? 2 + length + length % 2 : 2);
            segments.push({ port: kind & 15, link: isLong ? bytes.toString("latin1", at + 2, at + 2 + length) : bytes[at + 1] });
            at += isLong ? 2 + length + length % 2 : 2;
        } else if (logical && (kind & 3) === 0) {
            need(2);
            segments.push({ [logical]: bytes[at + 1] });
            at += 2;
        } else if (logical && (kind & 3) === 1) {
            need(4);
            segments.push({ [logical]: bytes.readUInt16LE(at + 2) });
            at += 4;
        } else if (logical && (kind & 3) === 2) {
            need(6);
            segments.push({ [logical]: bytes.readUInt32LE(at + 2) });
            at += 6;
        } else {
            throw new CipError(0x04, 0);
        }
    }
    return segments;
}

/** Splits a message router request: service, path, data. */
function parseRequest(bytes) {
    if (bytes.length < 2 || bytes.length < 2 + 2 * bytes[1]) throw new CipError(0x04, 0);
    return { service: bytes[0], path: bytes.subarray(2, 2 + 2 * bytes[1]), data: bytes.subarray(2 + 2 * bytes[1]) };
}

function reply(service, status, extended, data) {
    const head = Buffer.alloc(4 + 2 * extended.length);
    head[0] = service | 0x80;
    head[2] = status;
    head[3] = extended.length;
    extended.forEach((word, i) => head.writeUInt16LE(word, 4 + 2 * i));
    return Buffer.concat([head, data ?? Buffer.alloc(0)]);
}

const u16 = value => { const b = Buffer.alloc(2); b.writeUInt16LE(value); return b; };
const u32 = value => { const b = Buffer.alloc(4); b.writeUInt32LE(value >>> 0); return b; };

class LogixServices {
    constructor(database, model, faults, stats) {
        Object.assign(this, { database, model, faults, stats });
    }

    /** Answers one request in at most `room` bytes. */
    execute(bytes, room) {
        let service = bytes[0] ?? 0;
        try {
            const request = parseRequest(bytes);
            service = request.service;
            this.stats.services[service] = (this.stats.services[service] ?? 0) + 1;
            const refusal = this.faults.refusalOf(request);
            if (refusal) return reply(service, refusal.status, refusal.extended ?? []);
            if (request.service === 0x4c || request.service === 0x52) {
                // What clients read again and again is found without parsing its path again.
                const place = this.database.places.get(request.path.latin1Slice());
                if (place) return this.read(request.service, place, request.data.readUInt16LE(0), request.service === 0x52 ? request.data.readUInt32LE(2) : 0, room);
            }
            const segments = parsePath(request.path);
            if (segments[0]?.classId === 0x02) return this.messageRouter(request, room);
            if (segments[0]?.classId === 0x01) return this.identity(request, segments);
            if (segments[0]?.classId === 0x6c) return this.template(request, segments, room);
            if (segments[0]?.classId === 0xac) return this.changeLog(request);
            if (request.service === 0x55) return this.listInstances(request, segments, room);
            return this.tagService(request, segments, room, request.path);
        } catch (error) {
            if (!(error instanceof CipError)) throw error;
            return reply(service, error.status, error.extended);
        }
    }

    // Multiple Service Packet: as many replies as fit; one that does not fit says so by its own status.
    messageRouter({ service, data }, room) {
        if (service !== 0x0a || !this.model.hasPackets) throw new CipError(0x08);
        const count = data.length >= 2 ? data.readUInt16LE(0) : 0;
        if (count === 0 || data.length < 2 + 2 * count) throw new CipError(0x13);
        const { refusePackets, mostInPacket } = this.faults.given;
        if (refusePackets && data.includes(refusePackets.symbol, 0, "latin1")) throw new CipError(refusePackets.status);
        if (count > (mostInPacket ?? count)) throw new CipError(0x13);
        const starts = Array.from({ length: count }, (_, i) => data.readUInt16LE(2 + 2 * i));
        let left = room - 6 - 2 * count;
        const replies = starts.map((start, i) => {
            const own = left - 4 * (count - 1 - i);
            const answer = this.execute(data.subarray(start, starts[i + 1] ?? data.length), own);
            left -= answer.length;
            return answer;
        });
        let at = 2 + 2 * count;
        const list = Buffer.allocUnsafe(replies.reduce((sum, answer) => sum + answer.length, at));
        list.writeUInt16LE(count, 0);
        replies.forEach((answer, i) => {
            list.writeUInt16LE(at, 2 + 2 * i);
            answer.copy(list, at);
            at += answer.length;
        });
        return reply(service, replies.some(answer => answer[2] !== 0) ? 0x1e : 0, [], list);
    }

    identity({ service, data }) {
        if (service !== 0x01) throw new CipError(0x08);
        return reply(service, 0, [], this.model.identity());
    }

    changeLog({ service, data }) {
        if (service !== 0x03 || !this.model.hasInstanceIds) throw new CipError(0x08);
        const count = data.readUInt16LE(0);
        const parts = [u16(count)];
        for (let i = 0; i < count; i++) {
            const attribute = data.readUInt16LE(2 + 2 * i);
            const isWide = attribute === 3 || attribute === 4 || attribute === 10;
            parts.push(u16(attribute), u16(0), isWide ? u32(this.database.changes * attribute) : u16(this.database.changes));
        }
        return reply(service, 0, [], Buffer.concat(parts));
    }

    listInstances({ service, data }, segments, room) {
        const [scope, rest] = this.database.scopeOf(segments);
        if (rest[0]?.classId !== 0x6b) throw new CipError(0x08);
        const first = rest[1]?.instance ?? 0;
        const attributes = Array.from({ length: data.readUInt16LE(0) }, (_, i) => data.readUInt16LE(2 + 2 * i));
        const entries = [];
        let length = 4, isPartial = false;
        for (const tag of scope.tags.filter(t => t.instance >= first)) {
            const entry = Buffer.concat([u32(tag.instance), ...attributes.map(attribute => this.symbolAttribute(tag, attribute))]);
            if (length + entry.length > Math.min(room, this.model.listRoom ?? room)) { isPartial = true; break; }
            entries.push(entry);
            length += entry.length;
        }
        return reply(service, isPartial ? 0x06 : 0, [], Buffer.concat(entries));
    }

    symbolAttribute(tag, attribute) {
        switch (attribute) {
            case 1: return Buffer.concat([u16(tag.name.length), Buffer.from(tag.name, "latin1")]);
            case 2: return u16(tag.symbolType);
            case 8: return Buffer.concat([0, 1, 2].map(i => u32(tag.dims[i] ?? 0)));
            case 10: return Buffer.from([{ read_write: 0, read_only: 2, none: 3 }[tag.access]]);
            default: return u32(0);
        }
    }

    template({ service, data }, segments, room) {
        const structure = this.database.types.byTemplate.get(segments[1]?.instance);
        if (!structure) throw new CipError(0x05);
        const definition = this.faults.mangleTemplate(describeTemplate(structure), structure);
        if (service === 0x03) {
            const count = data.readUInt16LE(0);
            const parts = [u16(count)];
            for (let i = 0; i < count; i++) {
                const attribute = data.readUInt16LE(2 + 2 * i);
                const value = { 1: u16(structure.handle), 2: u16(definition.members), 4: u32(definition.words), 5: u32(definition.size) }[attribute];
                parts.push(u16(attribute), u16(value ? 0 : 0x14), value ?? Buffer.alloc(0));
            }
            return reply(service, 0, [], Buffer.concat(parts));
        }
        if (service !== 0x4c) throw new CipError(0x08);
        const offset = data.readUInt32LE(0), wanted = data.readUInt16LE(4);
        const all = definition.bytes.subarray(offset, offset + wanted);
        const fits = all.subarray(0, room - 4);
        return reply(service, fits.length < all.length ? 0x06 : 0, [], fits);
    }

    tagService({ service, data }, segments, room, path) {
        const find = () => {
            const place = this.database.resolve(segments);
            this.database.places.set(path.latin1Slice(), place);
            return place;
        };
        switch (service) {
            case 0x4c: return this.read(service, find(), data.readUInt16LE(0), 0, room);
            case 0x52: return this.read(service, find(), data.readUInt16LE(0), data.readUInt32LE(2), room);
            case 0x4d: return this.write(service, this.database.resolve(segments), data, false);
            case 0x53: return this.write(service, this.database.resolve(segments), data, true);
            case 0x4e: return this.modify(service, this.database.resolve(segments), data);
            default: throw new CipError(0x08);
        }
    }

    read(service, place, count, offset, room) {
        if (place.bit !== undefined) {
            return reply(service, 0, [], Buffer.from([0xc1, 0, place.tag.bytes[place.at] >> place.bit & 1 ? 1 : 0]));
        }
        const type = place.type;
        if (type.isShortString) {
            const used = 1 + place.tag.bytes[place.at];
            return reply(service, 0, [], Buffer.concat([u16(type.code), place.tag.bytes.subarray(place.at, place.at + used)]));
        }
        if (count === 0) throw new CipError(0x03);
        if (count > place.count) throw new CipError(0xff, 0x2105);
        const total = count * type.size;
        if (offset >= total && offset > 0) throw new CipError(0xff, 0x2104);
        const headLength = type.isStructure ? 4 : 2;
        const fits = Math.max(0, room - 4 - headLength);
        let length = Math.min(total - offset, fits);
        // An element is not cut in two, except a structure.
        if (length < total - offset && !type.isStructure) length -= length % type.size;
        const isPartial = length < total - offset;
        if (length <= 0) throw new CipError(0x06);
        const answer = Buffer.allocUnsafe(4 + headLength + length);
        answer.writeUInt32LE(service | 0x80 | (isPartial ? 0x06_0000 : 0), 0);
        answer.writeUInt16LE(type.isStructure ? 0x02a0 : type.code, 4);
        if (type.isStructure) answer.writeUInt16LE(type.handle, 6);
        place.tag.bytes.copy(answer, 4 + headLength, place.at + offset, place.at + offset + length);
        return answer;
    }

    write(service, place, data, isFragmented) {
        if (place.tag.access === "read_only") throw new CipError(0x0f);
        const code = data.readUInt16LE(0);
        const type = place.type;
        const expected = type.isStructure ? 0x02a0 : type.code;
        if (code !== expected || type.isStructure && data.readUInt16LE(2) !== type.handle) throw new CipError(0xff, 0x2107);
        let at = type.isStructure ? 4 : 2;
        const count = data.readUInt16LE(at);
        at += 2;
        const offset = isFragmented ? data.readUInt32LE(at) : 0;
        if (isFragmented) at += 4;
        const bytes = data.subarray(at);
        if (count > place.count) throw new CipError(0xff, 0x2105);
        if (place.bit !== undefined) {
            if (bytes.length !== 1) throw new CipError(bytes.length < 1 ? 0x13 : 0x15);
            const place8 = place.at, mask = 1 << place.bit;
            place.tag.bytes[place8] = bytes[0] & 1 ? place.tag.bytes[place8] | mask : place.tag.bytes[place8] & ~mask;
            return reply(service, 0, []);
        }
        if (type.isShortString) {
            if (bytes.length !== 1 + bytes[0] || bytes.length > type.size) throw new CipError(bytes.length < 1 + bytes[0] ? 0x13 : 0x15);
        } else {
            const total = count * type.size;
            if (offset + bytes.length > total) throw new CipError(isFragmented ? 0xff : 0x15, ...isFragmented ? [0x2104] : []);
            if (!isFragmented && bytes.length < total) throw new CipError(0x13);
        }
        bytes.copy(place.tag.bytes, place.at + offset);
        return reply(service, 0, []);
    }

    // Read-Modify-Write Tag: OR masks, then AND masks, of the size of the value.
    modify(service, place, data) {
        if (place.tag.access === "read_only") throw new CipError(0x0f);
        const size = data.readUInt16LE(0);
        if (size !== place.type.size || place.type.isStructure) throw new CipError(0x03);
        if (data.length !== 2 + 2 * size) throw new CipError(data.length < 2 + 2 * size ? 0x13 : 0x15);
        for (let i = 0; i < size; i++) {
            place.tag.bytes[place.at + i] = (place.tag.bytes[place.at + i] | data[2 + i]) & data[2 + size + i];
        }
        return reply(service, 0, []);
    }
}

/** The definition of a structure as class 6C gives it: member records, then names. */
function describeTemplate(structure) {
    const records = structure.members.map(member => {
        const record = Buffer.alloc(8);
        record.writeUInt16LE(member.bit ?? member.dim ?? 0, 0);
        record.writeUInt16LE((member.type.isStructure ? 0x8000 | member.type.template : member.type.code) | (member.dim > 0 ? 0x2000 : 0), 2);
        record.writeUInt32LE(member.offset, 4);
        return record;
    });
    const names = Buffer.from([`${structure.name};nEBECEAHA`, ...structure.members.map(member => member.name), ""].join("\0"), "latin1");
    const raw = Buffer.concat([...records, names]);
    const padded = Buffer.concat([raw, Buffer.alloc((4 - raw.length % 4) % 4)]);
    // The object's size counts 32-bit words and 23 bytes more than its definition (1756-PM020, "Read the template").
    return { bytes: padded, members: structure.members.length, words: Math.ceil((padded.length + 23) / 4), size: structure.size };
}

module.exports = { LogixServices, parsePath, parseRequest, reply, u16, u32, byCode };
