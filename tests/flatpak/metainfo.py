#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the software centres are told is true: each screenshot of the metainfo is here, small, of the size it says, and
its caption stands in both languages; the manifest pins what it fetches."""

import pathlib
import re
import struct
import sys
import xml.etree.ElementTree as tree

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MOST_BYTES = 150 * 1024
PNG = b"\x89PNG\r\n\x1a\n"


def png_size(path):
    head = path.read_bytes()[:24]
    assert head.startswith(PNG), f"{path.name} is no PNG"
    return struct.unpack(">II", head[16:24])


def screenshots_are_here(metainfo):
    found = metainfo.findall("screenshots/screenshot")
    assert 1 <= len(found) <= 6 and [shot.get("type") for shot in found].count("default") == 1
    named = set()
    for shot in found:
        image = shot.find("image")
        path = ROOT / "flatpak" / "screenshots" / image.text.rsplit("/", 1)[1]
        named.add(path.name)
        assert png_size(path) == (int(image.get("width")), int(image.get("height"))), path.name
        assert path.stat().st_size <= MOST_BYTES, f"{path.name} has {path.stat().st_size} bytes"
    assert named == {path.name for path in (ROOT / "flatpak" / "screenshots").glob("*.png")}


def captions_have_both_languages(metainfo):
    for shot in metainfo.findall("screenshots/screenshot"):
        spoken = {caption.get(LANGUAGE, "en"): caption.text for caption in shot.findall("caption")}
        assert {"en", "zh_TW"} <= set(spoken) and spoken["en"] != spoken["zh_TW"], spoken


def the_summary_fits(metainfo):
    for field, most in (("name", 25), ("summary", 35)):
        for said in metainfo.findall(field):
            assert len(said.text) <= most and not said.text.endswith("."), said.text


def every_archive_is_pinned(_metainfo):
    manifest = yaml.safe_load((ROOT / "flatpak" / "tw.nhicard.Client.yaml").read_text(encoding="utf-8"))
    for module in manifest["modules"]:
        for source in module["sources"]:
            if "url" in source:
                assert source["type"] == "archive" and source["url"].startswith("https://"), source
                assert re.fullmatch("[0-9a-f]{64}", source["sha256"]), source
    pcsc = next(module for module in manifest["modules"] if module["name"] == "libpcsclite")
    version = re.search(r"-(\d+)\.(\d+)\.(\d+)\.tar", pcsc["sources"][0]["url"]).groups()
    assert tuple(map(int, version)) >= (2, 4, 1), "older clients refuse daemons of another protocol"


def main():
    metainfo = tree.parse(sys.argv[1]).getroot()
    tests = (screenshots_are_here, captions_have_both_languages, the_summary_fits, every_archive_is_pinned)
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test(metainfo)
            result = "ok"
        except (AssertionError, OSError) as error:
            print(f"# {error!r}")
            result = "not ok"
            failed += 1
        print(f"{result} {number} /metainfo/{test.__name__.replace('_', '-')}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
