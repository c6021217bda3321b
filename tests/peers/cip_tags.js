// The tags of a Logix controller: scopes, instances of class 6B, and the resolution of request paths to bytes.
"use strict";
const { Types, putBits, getBits } = require("./cip_types.js");

/** A CIP error: general status, and extended status words. */
class CipError extends Error {
    constructor(status, ...extended) {
        super(`status ${status}`);
        this.status = status;
        this.extended = extended;
    }
}

class Tag {
    constructor(types, definition, instance) {
        const { name, type, dims = [], value, access = "read_write" } = definition;
        this.name = name;
        this.instance = instance;
        this.isBits = type === "BOOL" && dims.length > 0;
        this.type = types.get(this.isBits ? "DWORD" : type);
        this.dims = this.isBits ? [Math.ceil(dims[0] / 32)] : dims;
        this.count = this.dims.reduce((all, dim) => all * dim, 1);
        this.access = access;
        this.isSystem = definition.system === true;
        this.types = types;
        this.bytes = Buffer.alloc(this.count * this.type.size);
        if (value !== undefined) this.set(value);
    }

    set(value) {
        if (this.isBits) putBits(this.bytes, 0, value);
        else if (this.dims.length === 0) this.types.put(this.type, this.bytes, 0, value);
        else value.flat(3).forEach((v, i) => this.types.put(this.type, this.bytes, i * this.type.size, v));
    }

    get() {
        if (this.isBits) return getBits(this.bytes, 0, this.count * 32);
        if (this.dims.length === 0) return this.types.show(this.type, this.bytes, 0);
        return Array.from({ length: this.count }, (_, i) => this.types.show(this.type, this.bytes, i * this.type.size));
    }

    /** Symbol type of attribute 2 (1756-PM020, "Symbol type attribute values"). */
    get symbolType() {
        if (this.isSystem) return 0x1068;
        const dims = this.dims.length << 13;
        return this.type.isStructure ? 0x8000 | dims | this.type.template : dims | this.type.code;
    }
}

class Scope {
    constructor() {
        this.tags = [];
        this.byName = new Map();
        this.byInstance = new Map();
    }

    add(types, definition) {
        const instance = (this.tags.at(-1)?.instance ?? 0) + 1 + (this.tags.length % 5 === 4 ? 3 : 0);
        const tag = new Tag(types, definition, instance);
        this.tags.push(tag);
        this.byName.set(tag.name.toLowerCase(), tag);
        this.byInstance.set(instance, tag);
    }
}

class TagDatabase {
    constructor({ tags = [], udts = [], strings = [], hasInstanceIds = true, isMicro = false }) {
        this.types = new Types(isMicro);
        this.hasInstanceIds = hasInstanceIds;
        this.changes = 1;
        this.places = new Map();
        for (const { name, length } of strings) this.types.defineString(name, length);
        for (const { name, members } of udts) this.types.define(name, members);
        this.scopes = new Map([["", new Scope()]]);
        for (const tag of tags) this.add(tag);
    }

    add(definition) {
        const match = /^(Program:[^.]+)\.(.+)$/i.exec(definition.name);
        const scopeName = match ? match[1] : "";
        if (!this.scopes.has(scopeName.toLowerCase())) {
            this.scopes.get("").add(this.types, { name: scopeName, type: "DINT", system: true });
            this.scopes.set(scopeName.toLowerCase(), new Scope());
        }
        this.scopes.get(scopeName.toLowerCase()).add(this.types, match ? { ...definition, name: match[2] } : definition);
    }

    find(name) {
        const match = /^(Program:[^.]+)\.(.+)$/i.exec(name);
        const tag = this.scopes.get(match ? match[1].toLowerCase() : "")?.byName.get((match ? match[2] : name).toLowerCase());
        if (!tag) throw new Error(`no tag ${name}`);
        return tag;
    }

    /** The scope that a path begins with, and the segments behind it. */
    scopeOf(segments) {
        const first = segments[0];
        if (first?.symbol === undefined || !/^Program:/i.test(first.symbol)) return [this.scopes.get(""), segments];
        const scope = this.scopes.get(first.symbol.toLowerCase());
        if (!scope) throw new CipError(0x05);
        return [scope, segments.slice(1)];
    }

    /** Place in memory of a path: tag, byte, bit of a BOOL member, type, and the elements from there on. */
    resolve(path) {
        let [scope, segments] = this.scopeOf(path);
        let tag;
        if (segments[0]?.classId === 0x6b && segments[1]?.instance !== undefined && this.hasInstanceIds) {
            tag = scope.byInstance.get(segments[1].instance);
            segments = segments.slice(2);
        } else if (segments[0]?.symbol !== undefined) {
            tag = scope.byName.get(segments[0].symbol.toLowerCase());
            segments = segments.slice(1);
        } else {
            throw new CipError(0x04, 0);
        }
        if (!tag || tag.isSystem) throw new CipError(0x04, 0);
        if (tag.access === "none") throw new CipError(0x0f);
        let place = { tag, at: 0, type: tag.type, dims: tag.dims, count: tag.count };
        for (let i = 0; i < segments.length;) {
            if (segments[i].element !== undefined) {
                const from = i;
                while (i < segments.length && segments[i].element !== undefined) i++;
                place = this.element(place, segments.slice(from, i).map(segment => segment.element));
            } else if (segments[i].symbol !== undefined) {
                place = this.member(place, segments[i++].symbol);
            } else {
                throw new CipError(0x04, 0);
            }
        }
        return place;
    }

    element(place, indexes) {
        if (place.dims.length !== indexes.length) throw new CipError(0x05);
        let index = 0;
        indexes.forEach((n, i) => {
            if (n >= place.dims[i]) throw new CipError(0xff, 0x2105);
            index = index * place.dims[i] + n;
        });
        return { ...place, at: place.at + index * place.type.size, dims: [], count: place.count - index };
    }

    member(place, name) {
        if (!place.type.isStructure) throw new CipError(0x04, 0);
        const member = place.type.members.find(m => !m.isHidden && m.name.toLowerCase() === name.toLowerCase());
        if (!member) throw new CipError(0x04, 0);
        return {
            tag: place.tag, at: place.at + member.offset, type: member.type, bit: member.bit,
            dims: member.dim > 0 ? [member.dim] : [], count: Math.max(1, member.dim),
        };
    }
}

module.exports = { TagDatabase, CipError };
