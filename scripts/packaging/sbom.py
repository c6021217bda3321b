"""Writes the bill of materials (CycloneDX 1.6) of a package's folder: the libraries that its .deps.json files name, and the .NET runtime.

usage: sbom.py FOLDER SYSTEM VERSION EPOCH >FILE     FOLDER has plant; licences come from the NuGet cache.
"""
import base64
import datetime
import json
import os
import pathlib
import sys
import uuid
import xml.etree.ElementTree as xml

FRAMEWORKS = ("Microsoft.NETCore.App", "Microsoft.AspNetCore.App")


def licences(name, version):
    """The licences of a package as CycloneDX describes them; none if the package is not in the cache."""
    cache = pathlib.Path(os.environ.get("NUGET_PACKAGES") or pathlib.Path.home() / ".nuget/packages")
    nuspec = cache / name.lower() / version.lower() / f"{name.lower()}.nuspec"
    if not nuspec.is_file():
        return []
    metadata = {e.tag.split("}")[1]: e for e in xml.parse(nuspec).getroot().iter() if "}" in e.tag}
    licence, url = metadata.get("license"), metadata.get("licenseUrl")
    if licence is not None and licence.get("type") == "expression":
        return [{"expression": licence.text}]
    if licence is not None:
        return [{"license": {"name": f"file {licence.text} in the package"}}]
    return [{"license": {"name": "see url", "url": url.text}}] if url is not None else []


def component(name, version, sha512=None):
    purl = f"pkg:nuget/{name}@{version}"
    result = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if sha512:
        result["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(sha512.removeprefix("sha512-")).hex()}]
    if found := licences(name, version):
        result["licenses"] = found
    return result


def main():
    folder, system, version, epoch = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    components = {}
    for file in sorted(folder.rglob("*.deps.json")):
        if "dotnet" in file.relative_to(folder).parts:
            continue
        for key, library in json.loads(file.read_text())["libraries"].items():
            name, number = key.split("/")
            if library["type"] == "package":
                components[key] = component(name, number, library.get("sha512"))
    for framework in FRAMEWORKS:
        (installed,) = (folder / "dotnet/shared" / framework).iterdir()
        found = component(f"{framework}.Runtime.{system}", installed.name)
        components[found["bom-ref"]] = found | {"type": "framework"}

    product = {"type": "application", "bom-ref": "plantruntime", "name": "plantruntime", "version": version,
               "licenses": [{"expression": "MIT"}], "properties": [{"name": "plantruntime:system", "value": system}]}
    listed = [components[key] for key in sorted(components)]
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # From the content, so that equal packages have equal files.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([system, version, epoch, listed]))}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": product,
        },
        "components": listed,
        "dependencies": [{"ref": "plantruntime", "dependsOn": [c["bom-ref"] for c in listed]}],
    }
    json.dump(bom, sys.stdout, indent=1)
    print()


main()
