// EtherNet/IP client st-ethernet-ip: reads one line of JSON {"port", "connected", "read", "write", "group", "browse"}, prints one of JSON.
// With "scans" it is for benchmarks: prints READY, then for each line, a number, scans "group" so many times and prints the seconds.
"use strict";
const readline = require("readline");
require("st-ethernet-ip/dist/config").EIP_PORT = 0;

async function run(job) {
    require("st-ethernet-ip/dist/config").EIP_PORT = job.port;
    const { Controller, Tag, TagGroup } = require("st-ethernet-ip");
    const plc = new Controller(job.connected ?? true);
    await plc.connect("127.0.0.1", 0, job.setup ?? true);
    const result = { properties: plc.properties, read: {}, group: {} };
    for (const [name, value, program] of job.write ?? []) {
        const tag = plc.newTag(name, program ?? null, false);
        await plc.readTag(tag);
        tag.value = value;
        await plc.writeTag(tag);
    }
    for (const [name, program, dims, size] of job.read ?? []) {
        const tag = plc.newTag(name, program ?? null, false, dims ?? 0, size ?? 1);
        await plc.readTag(tag, size ?? null);
        result.read[name] = tag.value;
    }
    const group = new TagGroup();
    for (const name of job.group ?? []) group.add(new Tag(name));
    if (job.scans) {
        console.log("READY");
        for await (const line of readline.createInterface({ input: process.stdin })) {
            const start = process.hrtime.bigint();
            for (let i = 0; i < Number(line); i++) await plc.readTagGroup(group);
            console.log(Number(process.hrtime.bigint() - start) / 1e9);
        }
    } else if (job.group) {
        await plc.readTagGroup(group);
        group.forEach(tag => { result.group[tag.name] = tag.value; });
    }
    if (job.browse) {
        result.tags = plc.tagList.map(tag => ({ name: tag.name, program: tag.program, type: tag.type.typeName, dims: tag.type.arrayDims }));
        result.templates = Object.values(plc.templateList).map(template => ({
            name: template._name, members: template._members.map(member => ({ name: member.name, offset: member.offset, info: member.info })),
        }));
    }
    await plc.disconnect();
    return result;
}

readline.createInterface({ input: process.stdin }).once("line", line => {
    run(JSON.parse(line)).then(
        result => { console.log(JSON.stringify(result, (_, value) => typeof value === "bigint" ? `${value}` : value)); process.exit(0); },
        error => { console.log(JSON.stringify({ error: error.message ?? JSON.stringify(error) })); process.exit(1); });
});
