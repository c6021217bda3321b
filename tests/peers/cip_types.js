// Data types of Logix controllers (1756-PM020, "CIP Services and Data Structures"): codes, sizes, packing of values, layout of structures.
"use strict";

const ATOMIC = {
    BOOL: { code: 0xc1, size: 1, put: (b, at, v) => b.writeUInt8(v === true || v === 1 ? 1 : 0, at), get: (b, at) => b[at] !== 0 },
    SINT: { code: 0xc2, size: 1, put: (b, at, v) => b.writeInt8(Number(v), at), get: (b, at) => b.readInt8(at) },
    INT: { code: 0xc3, size: 2, put: (b, at, v) => b.writeInt16LE(Number(v), at), get: (b, at) => b.readInt16LE(at) },
    DINT: { code: 0xc4, size: 4, put: (b, at, v) => b.writeInt32LE(Number(v), at), get: (b, at) => b.readInt32LE(at) },
    LINT: { code: 0xc5, size: 8, put: (b, at, v) => b.writeBigInt64LE(BigInt(v), at), get: (b, at) => `${b.readBigInt64LE(at)}` },
    USINT: { code: 0xc6, size: 1, put: (b, at, v) => b.writeUInt8(Number(v), at), get: (b, at) => b.readUInt8(at) },
    UINT: { code: 0xc7, size: 2, put: (b, at, v) => b.writeUInt16LE(Number(v), at), get: (b, at) => b.readUInt16LE(at) },
    UDINT: { code: 0xc8, size: 4, put: (b, at, v) => b.writeUInt32LE(Number(v), at), get: (b, at) => b.readUInt32LE(at) },
    ULINT: { code: 0xc9, size: 8, put: (b, at, v) => b.writeBigUInt64LE(BigInt(v), at), get: (b, at) => `${b.readBigUInt64LE(at)}` },
    REAL: { code: 0xca, size: 4, put: (b, at, v) => b.writeFloatLE(Number(v), at), get: (b, at) => b.readFloatLE(at) },
    LREAL: { code: 0xcb, size: 8, put: (b, at, v) => b.writeDoubleLE(Number(v), at), get: (b, at) => b.readDoubleLE(at) },
    DWORD: { code: 0xd3, size: 4, put: (b, at, v) => b.writeUInt32LE(Number(v), at), get: (b, at) => b.readUInt32LE(at) },
};

// Micro800 has texts as short strings: a length byte and up to 80 characters. Only what is used goes over the wire.
const SHORT_STRING = { code: 0xda, size: 81, isShortString: true };

const ceil = (value, step) => Math.ceil(value / step) * step;

/** The types of one controller: the atomic ones and the structures that its program defines. */
class Types {
    constructor(isMicro) {
        this.structures = new Map();
        this.byTemplate = new Map();
        this.isMicro = isMicro;
        if (!isMicro) this.defineString("STRING", 82, 0x0fce);
    }

    defineString(name, length, handle) {
        this.define(name, [{ name: "LEN", type: "DINT" }, { name: "DATA", type: "SINT", dim: length }], handle);
        this.structures.get(name).isString = true;
    }

    define(name, members, handle) {
        const structure = { name, members: [], template: 0x100 + this.structures.size * 7, handle, isStructure: true };
        let at = 0, align = 4, host = null, hosts = 0;
        for (const member of members) {
            if (member.type === "BOOL" && !member.dim) {
                // BOOLs share a hidden SINT, eight each.
                if (host === null || host.bits === 8) {
                    host = { name: `ZZZZZZZZZZ${name.slice(0, 4)}${hosts++}`, type: this.get("SINT"), offset: at, dim: 0, isHidden: true, bits: 0 };
                    structure.members.push(host);
                    at += 1;
                }
                structure.members.push({ name: member.name, type: this.get("BOOL"), offset: host.offset, bit: host.bits++, dim: 0 });
                continue;
            }
            host = null;
            const isBits = member.type === "BOOL";
            const type = this.get(isBits ? "DWORD" : member.type);
            const dim = isBits ? member.dim / 32 : member.dim ?? 0;
            const own = type.isStructure ? type.align : type.size;
            align = Math.max(align, own);
            at = ceil(at, dim > 0 ? Math.max(own, 4) : own);
            structure.members.push({ name: member.name, type, offset: at, dim, isBits });
            at += type.size * Math.max(1, dim);
        }
        structure.size = ceil(at, align);
        structure.align = align;
        structure.handle ??= 0x1000 + structure.template;
        this.structures.set(name, structure);
        this.byTemplate.set(structure.template, structure);
    }

    get(name) {
        if (this.isMicro && name === "STRING") return SHORT_STRING;
        const type = ATOMIC[name] ?? this.structures.get(name);
        if (!type) throw new Error(`unknown type ${name}`);
        return type;
    }

    /** Packs one value of a type. */
    put(type, bytes, at, value) {
        if (type.isShortString) {
            bytes[at] = value.length;
            bytes.write(value, at + 1, "latin1");
        } else if (type.isString) {
            const text = Buffer.from(value, "latin1");
            bytes.writeInt32LE(text.length, at);
            bytes.fill(0, at + 4, at + type.size);
            text.copy(bytes, at + 4);
        } else if (type.isStructure) {
            for (const member of type.members) if (!member.isHidden && value[member.name] !== undefined) this.putMember(member, bytes, at, value[member.name]);
        } else {
            type.put(bytes, at, value);
        }
    }

    putMember(member, bytes, at, value) {
        const start = at + member.offset;
        if (member.bit !== undefined) bytes[start] = value ? bytes[start] | 1 << member.bit : bytes[start] & ~(1 << member.bit);
        else if (member.isBits) putBits(bytes, start, value);
        else if (member.dim > 0) value.forEach((v, i) => this.put(member.type, bytes, start + i * member.type.size, v));
        else this.put(member.type, bytes, start, value);
    }

    /** One value of a type, for tests to look at. */
    show(type, bytes, at) {
        if (type.isShortString) return bytes.toString("latin1", at + 1, at + 1 + bytes[at]);
        if (type.isString) return bytes.toString("latin1", at + 4, at + 4 + bytes.readInt32LE(at));
        if (!type.isStructure) return type.get(bytes, at);
        const shown = {};
        for (const member of type.members) {
            const start = at + member.offset;
            if (member.isHidden) continue;
            if (member.bit !== undefined) shown[member.name] = (bytes[start] >> member.bit & 1) === 1;
            else if (member.isBits) shown[member.name] = getBits(bytes, start, member.dim * 32);
            else if (member.dim > 0) shown[member.name] = Array.from({ length: member.dim }, (_, i) => this.show(member.type, bytes, start + i * member.type.size));
            else shown[member.name] = this.show(member.type, bytes, start);
        }
        return shown;
    }
}

function putBits(bytes, at, values) {
    values.forEach((v, i) => {
        const place = at + (i >> 3);
        bytes[place] = v ? bytes[place] | 1 << (i & 7) : bytes[place] & ~(1 << (i & 7));
    });
}

const getBits = (bytes, at, count) => Array.from({ length: count }, (_, i) => (bytes[at + (i >> 3)] >> (i & 7) & 1) === 1);

module.exports = { Types, putBits, getBits, byCode: new Map(Object.values(ATOMIC).map(type => [type.code, type])) };
