// Execute PCCC (class 67) of an SLC 5/05 or MicroLogix, with the commands of 1770-RM516, chapter 7: protected typed logical read and write with
// three address fields, and the write of bits by mask.
"use strict";
const { parseRequest, parsePath, reply } = require("./cip_services.js");

const FILE_TYPES = {
    O: { code: 0x8b, size: 2 }, I: { code: 0x8c, size: 2 }, S: { code: 0x84, size: 2 }, B: { code: 0x85, size: 2 },
    T: { code: 0x86, size: 6 }, C: { code: 0x87, size: 6 }, R: { code: 0x88, size: 6 }, N: { code: 0x89, size: 2 },
    F: { code: 0x8a, size: 4 }, ST: { code: 0x8d, size: 84 }, A: { code: 0x8e, size: 2 }, L: { code: 0x91, size: 4 },
};

class PcccServices {
    constructor({ files = [] }, model, faults, stats) {
        Object.assign(this, { model, faults, stats });
        this.files = new Map();
        for (const { file, elements, values = [] } of files) {
            const [, letters, number] = /^([A-Z]+)(\d+)$/.exec(file);
            const type = FILE_TYPES[letters];
            const bytes = Buffer.alloc((elements ?? values.length) * type.size);
            values.forEach((value, i) => put(letters, bytes, i * type.size, value));
            this.files.set(Number(number), { letters, type, bytes });
        }
    }

    execute(bytes, room) {
        let service = bytes[0] ?? 0;
        try {
            const request = parseRequest(bytes);
            service = request.service;
            this.stats.services[service] = (this.stats.services[service] ?? 0) + 1;
            const refusal = this.faults.refusalOf(request);
            if (refusal) return reply(service, refusal.status, refusal.extended ?? []);
            const segments = parsePath(request.path);
            if (segments[0]?.classId === 0x01 && service === 0x01) return reply(service, 0, [], this.model.identity());
            if (segments[0]?.classId !== 0x67 || service !== 0x4b) return reply(service, segments[0]?.classId === 0x67 ? 0x08 : 0x05, []);
            const idLength = request.data[0];
            const requester = request.data.subarray(0, idLength);
            const pccc = request.data.subarray(idLength);
            const [status, data, extended] = this.command(pccc, room - 4 - idLength - 4);
            const head = Buffer.from([pccc[0] | 0x40, status, pccc[2], pccc[3], ...extended === undefined ? [] : [extended]]);
            return reply(service, 0, [], Buffer.concat([requester, head, data]));
        } catch (error) {
            if (error.status === undefined) throw error;
            return reply(service, error.status, error.extended);
        }
    }

    // STS 10: illegal command or format; F0: the reason is in the extended status (6: address does not point to something usable).
    command(pccc, room) {
        const none = Buffer.alloc(0);
        if (pccc[0] !== 0x0f || pccc.length < 6) return [0x10, none];
        const forced = this.faults.pccc;
        if (forced) return [forced.status, none, forced.extended];
        const [command, size] = [pccc[4], pccc[5]];
        let at = 6;
        const field = () => {
            const short = pccc[at++];
            if (short !== 0xff) return short;
            at += 2;
            return pccc.readUInt16LE(at - 2);
        };
        const number = field();
        const type = pccc[at++];
        const [element, sub] = [field(), field()];
        const file = this.files.get(number);
        if (!file || file.type.code !== type) return [0xf0, none, 0x06];
        const start = element * file.type.size + sub * 2;
        if (size > 244 || size > room || start + size > file.bytes.length) return [0xf0, none, size > 244 ? 0x08 : 0x06];
        switch (command) {
            case 0xa2: return [0, file.bytes.subarray(start, start + size)];
            case 0xaa:
                if (pccc.length - at !== size) return [0x10, none];
                pccc.copy(file.bytes, start, at);
                return [0, none];
            case 0xab: {
                if (pccc.length - at !== 2 + size) return [0x10, none];
                const mask = pccc.readUInt16LE(at);
                const value = pccc.readUInt16LE(at + 2);
                file.bytes.writeUInt16LE((file.bytes.readUInt16LE(start) & ~mask | value & mask) & 0xffff, start);
                return [0, none];
            }
            default: return [0x10, none];
        }
    }

    get(address) {
        const [, number, element] = /^[A-Z]+(\d+):(\d+)$/.exec(address);
        const file = this.files.get(Number(number));
        return file.bytes.subarray(element * file.type.size, (Number(element) + 1) * file.type.size).toString("hex");
    }

    set(address, value) {
        const [, letters, number, element] = /^([A-Z]+)(\d+):(\d+)$/.exec(address);
        const file = this.files.get(Number(number));
        put(letters, file.bytes, element * file.type.size, value);
    }
}

// Texts of ST files have a length word, then two characters in each word, the first in the upper half.
function put(letters, bytes, at, value) {
    switch (letters) {
        case "F": bytes.writeFloatLE(value, at); break;
        case "L": bytes.writeInt32LE(value, at); break;
        case "T": case "C": case "R": value.forEach((word, i) => bytes.writeUInt16LE(word & 0xffff, at + 2 * i)); break;
        case "ST":
            bytes.writeUInt16LE(value.length, at);
            for (let i = 0; i < value.length; i++) bytes[at + 2 + (i ^ 1)] = value.charCodeAt(i);
            break;
        default: bytes.writeUInt16LE(value & 0xffff, at);
    }
}

module.exports = { PcccServices };
