"""Writes a zip whose bytes depend only on the folder's names and contents.

usage: archive.py FOLDER EPOCH FILE.zip     the folder's own name is the first part of every path
"""
import pathlib
import sys
import time
import zipfile


def main():
    folder, epoch = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    written = time.gmtime(max(epoch, 315532800))[:6]  # a zip knows no time before 1980
    with zipfile.ZipFile(sys.argv[3], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder.parent).as_posix(), written)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100755 if file.stat().st_mode & 0o100 else 0o100644) << 16
            archive.writestr(entry, file.read_bytes())


main()
