// Checks Flux scripts with InfluxData's own parser and type checker (npm @influxdata/flux-lsp-browser): syntax, functions, types. The
// arguments are files; prints the names of those that are not valid and exits with 1 if there are any.
"use strict";
const fs = require("fs");
const path = require("path");

// The package is an ES module for bundlers; its glue code is loaded here as a function.
function load(folder) {
    const glue = fs.readFileSync(path.join(folder, "flux-lsp-browser_bg.js"), "utf8")
        .replace(/^import .*$/m, "let wasm;")
        .replace(/^cached\w+Memory0 = .*$/gm, "")
        .replace(/^export function (\w+)/gm, "exports.$1 = $1; function $1")
        .replace(/^export class (\w+)/gm, "exports.$1 = class $1");
    const start = "exports.start = started => { wasm = started; cachedInt32Memory0 = new Int32Array(wasm.memory.buffer); "
        + "cachedUint8Memory0 = new Uint8Array(wasm.memory.buffer); };";
    const flux = {};
    new Function("exports", "module", glue + "\n" + start)(flux, module);
    const binary = new WebAssembly.Module(fs.readFileSync(path.join(folder, "flux-lsp-browser_bg.wasm")));
    flux.start(new WebAssembly.Instance(binary, { "./flux-lsp-browser_bg.js": flux }).exports);
    return flux;
}

const flux = load(path.join(__dirname, "node_modules", "@influxdata", "flux-lsp-browser"));
const invalid = process.argv.slice(2).filter(file => !flux.is_valid_flux(fs.readFileSync(file, "utf8")));
for (const file of invalid) console.log(path.basename(file));
process.exit(invalid.length > 0 ? 1 : 0);
