// The controllers that cip_server.js can be, and the faults that it can be told to have.
"use strict";

function identity({ vendor = 1, deviceType = 0x0e, product, revision, status, serial, name }) {
    const head = Buffer.alloc(14);
    head.writeUInt16LE(vendor, 0);
    head.writeUInt16LE(deviceType, 2);
    head.writeUInt16LE(product, 4);
    head[6] = revision[0];
    head[7] = revision[1];
    head.writeUInt16LE(status, 8);
    head.writeUInt32LE(serial, 10);
    return Buffer.concat([head, Buffer.from([name.length]), Buffer.from(name, "latin1")]);
}

// Status words: 60 in the lower byte is run mode, 70 program mode; 10 in the upper byte is the key at RUN, 20 at PROG, 30 at REM.
const MODELS = {
    compactlogix: {
        isLogix: true, hasPackets: true, hasInstanceIds: true, hasLarge: true, maxSize: 4002, routes: ["1,0"],
        product: 168, revision: [32, 11], status: 0x3060, serial: 0x60a1b2c3, name: "1769-L33ER/A LOGIX5333ER",
    },
    v16: {
        isLogix: true, hasPackets: true, hasInstanceIds: false, hasLarge: false, maxSize: 504, routes: ["1,0"],
        product: 54, revision: [16, 4], status: 0x1060, serial: 0x00163e51, name: "1756-L61/B LOGIX5561",
    },
    micro800: {
        isLogix: true, isMicro: true, hasPackets: false, hasInstanceIds: false, hasLarge: false, maxSize: 504, routes: [""],
        product: 157, revision: [12, 11], status: 0x0030, serial: 0x60c0ffee, name: "2080-LC50-48QWB",
    },
    slc: {
        isLogix: false, hasLarge: false, maxSize: 0, routes: [""],
        deviceType: 0x0c, product: 70, revision: [3, 12], status: 0x0034, serial: 0x0a0b0c0d, name: "1747-L552/C C/12 - DC 3.46",
    },
};

function createModel(config) {
    const model = { ...MODELS[config.controller ?? "compactlogix"], ...config.model };
    model.identity = () => identity(model);
    return model;
}

/** What goes wrong, as the last line about faults said it. See README.md. */
class Faults {
    constructor() {
        this.set({});
    }

    set(given) {
        this.given = given;
        this.replies = 0;
        this.withheld = 0;
    }

    get pccc() { return this.given.pccc; }

    refusalOf({ service, path }) {
        return this.given.refuse?.find(rule =>
            (rule.service === undefined || rule.service === service)
            && (rule.symbol === undefined || path.includes(rule.symbol, 0, "latin1"))
            && (rule.classId === undefined || path[0] === 0x20 && path[1] === rule.classId));
    }

    mangleTemplate(definition, structure) {
        const fault = this.given.template;
        if (fault === "huge") return { ...definition, words: 0xffffffff, size: 0xffffffff, members: 0xffff };
        if (fault === "self") {
            const bytes = Buffer.from(definition.bytes);
            for (let i = 0; i < definition.members; i++) bytes.writeUInt16LE(0x8000 | structure.template, 8 * i + 2);
            return { ...definition, bytes };
        }
        if (fault === "offsets") {
            const bytes = Buffer.from(definition.bytes);
            for (let i = 0; i < definition.members; i++) bytes.writeUInt32LE(0x7fffffff, 8 * i + 4);
            return { ...definition, bytes };
        }
        if (fault === "short") return { ...definition, bytes: definition.bytes.subarray(0, 8 * definition.members + 3) };
        return definition;
    }

    /** Changes lengths in a reply frame, at the layer that is named. */
    mangle(frame, cipStart) {
        const fault = this.given.length;
        if (!fault) return frame;
        const bytes = Buffer.from(frame);
        const command = bytes.readUInt16LE(0);
        if (command !== 0x6f && command !== 0x70) return frame;
        if (fault.layer === "encapsulation") bytes.writeUInt16LE(bytes.readUInt16LE(2) + fault.delta & 0xffff, 2);
        if (fault.layer === "items") bytes.writeUInt16LE(bytes.readUInt16LE(30) + fault.delta & 0xffff, 30);
        if (fault.layer === "cpf") bytes.writeUInt16LE(bytes.readUInt16LE(cipStart.lengthAt) + fault.delta & 0xffff, cipStart.lengthAt);
        if (fault.layer === "cip") {
            // All lengths around it are right, but the message ends early.
            const cut = bytes.subarray(0, Math.max(cipStart.at + 1, bytes.length + fault.delta));
            cut.writeUInt16LE(cut.length - 24, 2);
            cut.writeUInt16LE(cut.length - cipStart.lengthAt - 2, cipStart.lengthAt);
            return cut;
        }
        if (fault.layer === "extended") bytes[cipStart.at + 3] = fault.delta & 0xff;
        return bytes;
    }

    /** The frames that go out for a reply, and when: dropped, doubled, with foreign ones before it. */
    dispatch(frame) {
        const { answers, dropEvery, duplicateEvery, foreignEvery } = this.given;
        const command = frame.readUInt16LE(0);
        if (command !== 0x6f && command !== 0x70) return [frame];
        const n = ++this.replies;
        if (answers !== undefined && n > answers) {
            this.withheld++;
            return [];
        }
        if (dropEvery && n % dropEvery === 0) return [];
        const frames = [frame];
        if (duplicateEvery && n % duplicateEvery === 0) frames.push(frame);
        if (foreignEvery && n % foreignEvery === 0) {
            const other = Buffer.from(frame);
            if (command === 0x70) other.writeUInt16LE(other.readUInt16LE(44) + 0x7001 & 0xffff, 44);
            else other.write("foreign!", 12, "latin1");
            frames.unshift(other);
        }
        return frames;
    }
}

module.exports = { createModel, Faults };
