#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the sources and fails when a room calls where it may not, or breaks a rule of the house."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Who may call whom. A room may always call itself; a test may call what it needs inside its own wing.
ARROWS = {
    "shared/identity": {"shared/calendar"},
    "shared/calendar": set(),
    "shared/card": {"shared/identity", "shared/calendar"},
    "shared/batch": {"shared/identity", "shared/calendar"},
    "shared/record": {"shared/identity", "shared/calendar"},
    "shared/api": set(),
    "client/reader": {"shared"},
    "client/remote": {"shared"},
    "client/checks": {"shared", "client/reader", "client/remote"},
    "client/widgets": {"shared", "client/reader", "client/checks"},
    "client/pages": {"shared", "client/remote", "client/reader", "client/checks", "client/widgets"},
    "client/terminal": {"shared", "client/remote", "client/reader", "client/checks"},
    "client/application": {"shared", "client"},
    "service/http": {"shared"},
    "service/edge": {"shared", "service/http"},
    "service/api": {"shared", "service/http", "service/domain"},
    "service/web": {"shared", "service/http", "service/domain"},
    "service/domain": {"shared", "service/store", "service/mail"},
    "service/store": {"shared"},
    "service/mail": {"shared"},
    "service/jobs": {"shared", "service/domain", "service/store", "service/mail"},
    "service/ctl": {"shared", "service"},
}

# The only rooms where a library may be named.
LIBRARIES = {
    "gtk/": {"client/widgets", "client/pages", "client/application"},
    "adwaita.h": {"client/widgets", "client/pages", "client/application"},
    "libsoup/": {"client/remote", "service/edge", "service/http", "service/ctl"},
    "winscard.h": {"client/reader"},
    "sqlite3.h": {"service/store"},
    "libpq-fe.h": {"service/store"},
    "curl/": {"service/mail"},
    "gmime/": {"service/mail"},
    "argon2.h": {"service/domain"},
    "zip.h": {"shared/record"},
    "libxml/": {"shared/record"},
    "json-glib/": {"shared", "client", "service/api", "service/http", "service/store", "service/jobs",
                   "service/ctl", "service/edge"},
}

MAXIMUM_FILE = 600
MAXIMUM_FUNCTION = 80
WITH_LICENCE = {".c", ".h", ".py", ".sql", ".sh", ".ui"}
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|FIX" + r"ME)\b")
FOREIGN_PATH = re.compile(r"(?<![\w.])(" + "/wo" + "rk/|/var" + "/tmp/wt)")
SQL = re.compile(r'"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s)')
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def tracked_files():
    """What is under version control, or, in an unpacked archive, everything that is not built."""
    try:
        listing = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                 cwd=ROOT, capture_output=True, check=True).stdout.decode()
        names = [name for name in listing.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
        names = [name for name in names if not re.match(r"(build|_|\.git/)", name)]
    return sorted(name for name in names if (ROOT / name).is_file())


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


FILES = tracked_files()
SOURCES = [name for name in FILES if name.endswith((".c", ".h"))]
IN_WINGS = [name for name in SOURCES if name.split("/")[0] in ("client", "service", "shared")]


def room_of(name):
    return "/".join(name.split("/")[:2])


def is_test(name):
    return name.endswith(("-test.c", "-test.h", "-fixture.c", "-fixture.h")) or "/test-" in name


def includes_of(name):
    return INCLUDE.findall(text_of(name))


def allowed(room, target_room, rooms):
    return target_room == room or target_room in rooms or target_room.split("/")[0] in rooms


def check_arrows():
    for name in IN_WINGS:
        room, wing = room_of(name), name.split("/")[0]
        if name.count("/") < 2:
            continue
        if room not in ARROWS:
            yield f"{name}: the room {room} is in no list of arrows"
            continue
        rooms = ARROWS[room] | ({wing, "shared"} if is_test(name) else set())
        for quote, target in includes_of(name):
            target_room = room_of(target)
            if target.split("/")[0] in ("client", "service", "shared", "tests") \
                    and not allowed(room, target_room, rooms):
                yield f"{name}: {room} may not call {target_room} ({target})"


def check_included_from_root():
    for name in SOURCES:
        for quote, target in includes_of(name):
            if quote == '"' and "/" not in target and (ROOT / name).with_name(target).exists():
                yield f"{name}: write “{target}” from the project's root"


def check_circles():
    graph = {}
    for name in IN_WINGS:
        if is_test(name) or name.count("/") < 2:
            continue
        for _, target in includes_of(name):
            if target.count("/") >= 2 and room_of(target) in ARROWS and room_of(target) != room_of(name):
                graph.setdefault(room_of(name), set()).add(room_of(target))

    def walk(room, path):
        if room in path:
            yield " → ".join(path[path.index(room):] + [room])
            return
        for target in sorted(graph.get(room, ())):
            yield from walk(target, path + [room])

    seen = set()
    for room in sorted(graph):
        for circle in walk(room, []):
            key = frozenset(circle.split(" → "))
            if key not in seen:
                seen.add(key)
                yield circle


def check_libraries():
    for name in IN_WINGS:
        if is_test(name):
            continue
        for _, target in includes_of(name):
            for library, rooms in LIBRARIES.items():
                named = target == library or (library.endswith("/") and target.startswith(library))
                if named and room_of(name) not in rooms and name.split("/")[0] not in rooms:
                    yield f"{name}: {target} may not be named here"


def check_sql_only_in_store():
    for name in IN_WINGS:
        if not name.startswith(("service/store/", "service/ctl/")) and not is_test(name) \
                and SQL.search(text_of(name)):
            yield f"{name}: SQL text outside service/store"


def check_pages_are_alone():
    pages = {pathlib.PurePath(name).stem for name in FILES
             if name.startswith("client/pages/") and name.endswith(".ui")}
    for name in IN_WINGS:
        stem = pathlib.PurePath(name).stem
        if not name.startswith("client/pages/") or stem not in pages:
            continue
        for _, target in includes_of(name):
            other = pathlib.PurePath(target).stem
            if target.startswith("client/pages/") and other in pages \
                    and other.split("-")[0] != stem.split("-")[0]:
                yield f"{name}: a page calls another page ({target})"


def check_file_length():
    for name in FILES:
        if name.endswith((".c", ".h", ".py")):
            lines = text_of(name).count("\n")
            if lines > MAXIMUM_FILE:
                yield f"{name}: {lines} lines, more than {MAXIMUM_FILE}"


def functions_of(text):
    """(first line, length) of each body whose braces stand in the first column."""
    start, before = None, ""
    for number, line in enumerate(text.split("\n"), 1):
        if line == "{" and not re.match(r"(typedef |static |const )*(struct|enum|union)\b", before) \
                and not before.endswith("="):
            start = number
        elif line.startswith("}") and start:
            yield start, number - start - 1
            start = None
        if line.strip():
            before = line


def check_function_length():
    for name in SOURCES:
        for line, length in functions_of(text_of(name)):
            if length > MAXIMUM_FUNCTION:
                yield f"{name}:{line}: a function of {length} lines, more than {MAXIMUM_FUNCTION}"


def check_licence():
    for name in FILES:
        path = ROOT / name
        head = text_of(name)[:600] if path.suffix in WITH_LICENCE or path.suffix == "" else ""
        if path.suffix == "" and not head.startswith("#!"):
            continue
        if (path.suffix in WITH_LICENCE or path.suffix == "") \
                and "SPDX-License-Identifier: GPL-3.0-or-later" not in head:
            yield f"{name}: no SPDX line"


def check_readme():
    folders = {str(pathlib.PurePath(name).parent) for name in FILES if "/" in name}
    for folder in sorted(folders):
        depth = folder.count("/") + 1
        if folder.startswith("."):
            continue
        own = (ROOT / folder / "README.md").exists()
        if depth == 1 or (depth == 2 and not folder.startswith(("data/", "po/"))):
            good = own
        else:
            top = "/".join(folder.split("/")[:1 if folder.startswith(("data/", "po/")) else 2])
            good = own or (ROOT / top / "README.md").exists()
        if not good:
            yield f"{folder}: no README.md says what lives here"


def check_unfinished():
    for name in FILES:
        if name.endswith((".c", ".h", ".py", ".ui", ".sql", ".build", ".md", ".sh", ".yaml")) \
                and UNFINISHED.search(text_of(name)):
            yield f"{name}: unfinished work without an issue's name"


def check_foreign_paths():
    for name in FILES:
        if name.endswith((".svg", ".png", ".tsv", "LICENSE")):
            continue
        found = FOREIGN_PATH.search(text_of(name))
        if found:
            yield f"{name}: names a path of somebody's machine ({found.group(1)})"


def check_top_level():
    known = {"meson.build", "meson_options.txt", "README.md", "LICENSE",
             "client", "service", "shared", "data", "po", "tests", "flatpak"}
    for name in sorted({name.split("/")[0] for name in FILES}):
        if name not in known and not name.startswith("."):
            yield f"{name}: not a wing of this house"


CHECKS = [
    ("rooms-call-only-where-they-may", check_arrows),
    ("no-circle-of-rooms", check_circles),
    ("includes-are-written-from-the-root", check_included_from_root),
    ("libraries-stay-in-their-rooms", check_libraries),
    ("sql-text-only-in-the-store", check_sql_only_in_store),
    ("no-page-calls-another-page", check_pages_are_alone),
    ("files-are-short", check_file_length),
    ("functions-are-short", check_function_length),
    ("every-file-names-its-licence", check_licence),
    ("every-folder-says-what-lives-in-it", check_readme),
    ("nothing-is-left-unfinished", check_unfinished),
    ("no-path-of-one-machine", check_foreign_paths),
    ("the-top-level-is-the-design's", check_top_level),
]


def main():
    failed = False
    print(f"1..{len(CHECKS)}")
    for number, (name, check) in enumerate(CHECKS, 1):
        complaints = list(check())
        failed = failed or bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {number} /architecture/{name}")
        for complaint in complaints:
            print(f"# {complaint}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
