// EtherNet/IP client ethernet-ip (unconnected messages only): reads one line of JSON {"port", "read", "write", "group"}, prints one of JSON.
"use strict";
const readline = require("readline");

async function run(job) {
    require("ethernet-ip/src/config").EIP_PORT = job.port;
    const { Controller, Tag, TagGroup } = require("ethernet-ip");
    const plc = new Controller();
    await plc.connect("127.0.0.1", 0);
    const result = { properties: plc.properties, read: {}, group: {} };
    for (const [name, value, program] of job.write ?? []) {
        const tag = new Tag(name, program ?? null);
        await plc.readTag(tag);
        tag.value = value;
        await plc.writeTag(tag);
    }
    for (const [name, program] of job.read ?? []) {
        const tag = new Tag(name, program ?? null);
        await plc.readTag(tag);
        result.read[name] = tag.value;
    }
    const group = new TagGroup();
    for (const name of job.group ?? []) group.add(new Tag(name));
    if (job.group) {
        await plc.readTagGroup(group);
        group.forEach(tag => { result.group[tag.name] = tag.value; });
    }
    return result;
}

readline.createInterface({ input: process.stdin }).once("line", line => {
    run(JSON.parse(line)).then(
        result => { console.log(JSON.stringify(result)); process.exit(0); },
        error => { console.log(JSON.stringify({ error: error.message ?? JSON.stringify(error) })); process.exit(1); });
});
