#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the SQL in the C sources: every statement goes to one shard, because it names the leading key of its table, or
stands below among those that sweep all of them, with the reason. `sql-test.py --table` prints what data/schema/README.md
shows."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "data/schema/README.md"

# Statements that ask every shard: file, how it begins, why it may. None of them answers a citizen's request.
SWEEPS = [
    ("application.c", "SELECT {} FROM application WHERE available_until < $1 AND package_name IS NOT NULL",
     "expiry: packages whose seven days are over, a batch at a time"),
    ("application.c", "SELECT {} FROM application WHERE available_until < $1 ORDER BY",
     "expiry: applications to forget, a batch at a time"),
    ("attempt.c", "DELETE FROM attempt WHERE (subject, network, purpose) IN", "expiry: counters nobody needs"),
    ("idempotency.c", "DELETE FROM idempotency WHERE (scope, idempotency_key) IN", "expiry: stored answers"),
    ("job.c", "SELECT 1 FROM job WHERE kind = $1", "claim: is there anything to do"),
    ("job.c", "SELECT job_id, kind, person_id, subject_id, cursor, attempts FROM job WHERE kind = $1",
     "claim, run again: what this very claim has taken"),
    ("job.c", "WITH due (due_id) AS", "claim: jobs that are due, skipping locked ones"),
    ("job.c", "UPDATE job SET run_at = $3 WHERE kind = $1 AND state = 'running'",
     "start of a runner: what it held before it died"),
    ("job.c", "DELETE FROM job WHERE job_id IN", "expiry: finished jobs"),
    ("job-list.c", "SELECT job_id, kind, state, run_at, attempts, error FROM job", "the operator's list"),
    ("outbox.c", "DELETE FROM outbox WHERE (person_id, mail_id) IN", "expiry: letters of old"),
    ("population.c", "SELECT count(*) FROM (SELECT person_id FROM person LIMIT 1)", "nhicardctl: is the database empty"),
    ("registration.c", "UPDATE registration SET state = $1, {} WHERE (person_id, registration_id) IN",
     "expiry: five days are over"),
    ("registration.c", "DELETE FROM registration_by_token WHERE token_hash IN", "expiry: links that lead nowhere"),
    ("registration.c", "DELETE FROM registration WHERE (person_id, registration_id) IN", "expiry: closed registrations"),
    ("session.c", "DELETE FROM session WHERE (person_id, session_id) IN", "expiry: idle sessions"),
    ("session.c", "DELETE FROM session_by_token WHERE token_hash IN", "expiry: tokens of ended sessions"),
    ("session.c", "DELETE FROM sign_in WHERE (person_id, sign_in_id) IN", "expiry: old sign-ins"),
]

# Statements that are made for any table, with a place for its name: file, why.
ANY_TABLE = {
    "db-load.c": "bulk: a row with all its columns, so it names its key",
    "postgres-load.c": "bulk: which types the columns have, and no row",
}

# Tables that are asked without a key and never lie on shards: the schema's own record, the engines' catalogues.
LOCAL = re.compile(r"schema_(version|statement)|sqlite_\w+|pragma_\w+|pg_\w+|information_schema")

# What a distributed engine lacks, or has in another way (service/store/README.md).
FOREIGN_WORDS = re.compile(
    r"\bpg_(try_)?advisory\w*|\bLISTEN\s+\w|\bNOTIFY\s+\w|\bLOCK\s+TABLE\b|\bnextval\b|\bTRUNCATE\b|\bMERGE\s+INTO\b"
    r"|\bINSERT\s+OR\b|\bREPLACE\s+INTO\b|\browid\b|\bctid\b|\bchanges\s*\(|\blast_insert_rowid\b")

COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\])*")', re.S)
DEFINE = re.compile(r"^#\s*define\s+(\w+)[ \t]+((?:[^\\\n]|\\\n)+)$", re.M)
CALLED = re.compile(r"^#\s*define\s+(\w+)\(([\w, ]*)\)[ \t]+((?:[^\\\n]|\\\n)+)$", re.M)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\\\n]|\\\n|\\.)*", re.M)
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|\S')
VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s", re.I)
TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|(?<!FOR )(?<!DO )UPDATE)\s+([\w%.]+)")


def keys_of_schema():
    """table -> leading column of its primary key"""
    keys = {}
    for step in sorted((ROOT / "data/schema").glob("*.sql")):
        text = re.sub(r"--[^\n]*", "", step.read_text(encoding="utf-8"))
        for name, body in re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+) \((.*?)\n\);", text, re.S):
            whole = re.search(r"PRIMARY KEY \((\w+)", body)
            single = re.search(r"(\w+) \w+ NOT NULL PRIMARY KEY", body)
            keys[name] = (whole or single).group(1)
    return keys


def unquote(literal):
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), literal[1:-1])


def macros_of(text):
    """The macros that are text alone."""
    macros = {}
    for name, body in DEFINE.findall(text):
        parts = TOKEN.findall(body.replace("\\\n", " "))
        if parts and all(part.startswith('"') or part in macros for part in parts):
            macros[name] = "".join(macros.get(part) or unquote(part) for part in parts)
    return macros


def expand_calls(text, code):
    """@code with the macros of @text that take texts and give one."""
    for name, parameters, body in CALLED.findall(text):
        parameters = [parameter.strip() for parameter in parameters.split(",")]
        parts = TOKEN.findall(body.replace("\\\n", " "))
        if all(part.startswith('"') or part in parameters for part in parts):
            def expand(match, parts=parts, parameters=parameters):
                given = dict(zip(parameters, match[1].split(",")))
                return " ".join(given.get(part, part) for part in parts)
            code = re.sub(rf"\b{name} ?\(([^()]*)\)", expand, code)
    return code


def literals_of(text):
    """Texts as the compiler joins them."""
    text = COMMENT.sub(lambda match: match[1] or " ", text)
    macros = macros_of(text)
    joined = []
    for token in TOKEN.findall(expand_calls(text, DIRECTIVE.sub("", text))):
        if token.startswith('"'):
            joined.append(unquote(token))
        elif token in macros:
            joined.append(macros[token])
        elif joined:
            yield "".join(joined)
            joined = []


def sources():
    for path in sorted((ROOT / "service").rglob("*.c")):
        if not path.name.endswith(("-test.c", "-fixture.c")) and not path.name.startswith("test-"):
            yield path


def statements():
    """(file, statement with single blanks)"""
    for path in sources():
        for literal in literals_of(path.read_text(encoding="utf-8")):
            if VERB.match(literal) and TABLE.search(literal):
                yield path, " ".join(literal.split())


def sweep_of(path, statement):
    for sweep in SWEEPS:
        pattern = re.escape(sweep[1]).replace(r"\{\}", ".*")
        if path.name == sweep[0] and re.match(pattern, statement):
            return sweep
    return None


def tables_of(statement):
    given = set(re.findall(r"(?:\bWITH|\),) (\w+)(?: \([^)]*\))? AS\b", statement))
    return [name for name in TABLE.findall(statement) if not LOCAL.match(name) and name not in given]


def names_key(statement, key):
    if statement.upper().startswith("INSERT"):
        columns = re.match(r"INSERT INTO \w+ (?:\(([^)]*)\) )?VALUES", statement, re.I)
        return bool(columns) and (columns[1] is None or key in re.split(r",\s*", columns[1]))
    where = re.search(r"\bWHERE\b(.*)", statement, re.S | re.I)
    return bool(where) and bool(re.search(rf"\b{key} = \$\d", where[1])) and not re.search(r"\bOR\b", where[1])


def goes_to_one_shard(statement, keys):
    tables = set(tables_of(statement))
    return len(tables) == 1 and all(names_key(statement, keys[table]) for table in tables)


def check_one_shard_or_listed():
    keys = keys_of_schema()
    for path, statement in statements():
        unknown = [table for table in tables_of(statement) if table not in keys]
        if path.name in ANY_TABLE and all("%" in table for table in unknown):
            continue
        if unknown:
            yield f"{path.name}: {unknown[0]} is no table of data/schema: {statement}"
        elif tables_of(statement) and not sweep_of(path, statement) and not goes_to_one_shard(statement, keys):
            yield f"{path.name}: names no single leading key and is no listed sweep: {statement}"


def check_list_is_true():
    keys = keys_of_schema()
    met = [(sweep_of(path, statement), statement) for path, statement in statements()]
    for sweep in SWEEPS:
        own = [statement for found, statement in met if found == sweep]
        if not own:
            yield f"{sweep[0]}: no such statement any more: {sweep[1]}"
        for statement in own:
            if goes_to_one_shard(statement, keys):
                yield f"{sweep[0]}: goes to one shard, so it is no sweep: {statement}"


def check_sweeps_are_bounded():
    """Whoever asks every shard takes so many rows and no more, or what one lease holds."""
    for path, statement in statements():
        if sweep_of(path, statement) and " LIMIT " not in statement and "lease_token" not in statement:
            yield f"{path.name}: no LIMIT: {statement}"


def check_row_locks():
    """Who locks rows on several shards and waits for them waits in a circle one day; sweeps skip what is locked."""
    keys = keys_of_schema()
    for path, statement in statements():
        waits = statement.count("FOR UPDATE") != statement.count("FOR UPDATE SKIP LOCKED")
        if "FOR UPDATE" in statement and not goes_to_one_shard(statement, keys) and (waits or not sweep_of(path, statement)):
            yield f"{path.name}: locks rows of more than one shard and may wait for them: {statement}"


def check_columns_are_named():
    """A column that the next release adds must not change what a statement of this one means."""
    for path, statement in statements():
        if re.match(r"INSERT INTO \w+ VALUES|SELECT (\w+\.)?\*", statement) or "RETURNING *" in statement:
            yield f"{path.name}: name the columns: {statement}"


def check_foreign_words():
    for path in sources():
        for literal in literals_of(path.read_text(encoding="utf-8")):
            found = FOREIGN_WORDS.search(literal)
            if found:
                yield f"{path.name}: “{found[0]}” is not for every engine: {literal}"


def table():
    """The statements of each table as data/schema/README.md shows them."""
    keys = keys_of_schema()
    lines = ["| table | distributed by | to one shard | sweeps all shards |", "| --- | --- | --- | --- |"]
    for name in sorted(keys):
        own = [(path, text) for path, text in statements() if name in tables_of(text)]
        sweeps = [sweep_of(path, text) for path, text in own if sweep_of(path, text)]
        verbs = [VERB.match(text)[1].upper() for path, text in own if not sweep_of(path, text)]
        one = ", ".join(verb for verb in ("SELECT", "INSERT", "UPDATE", "DELETE") if verb in verbs)
        lines.append(f"| `{name}` | `{keys[name]}` | {one or '–'} | {'; '.join(sweep[2] for sweep in sweeps) or '–'} |")
    return lines


def check_readme():
    shown = README.read_text(encoding="utf-8").splitlines()
    for line in table():
        if line not in shown:
            yield f"data/schema/README.md: run “service/store/sql-test.py --table” and put this in: {line}"


# What the test itself can see: the judge is judged too.
GOOD = ["SELECT name FROM person WHERE person_id = $1", "INSERT INTO person_by_id_number VALUES ($1, $2)",
        "UPDATE account SET password_hash = $3 WHERE person_id = $1 AND password_hash = $2",
        "DELETE FROM session WHERE person_id = $1 AND session_id NOT IN (SELECT session_id FROM session WHERE"
        " person_id = $1 LIMIT $2)"]
BAD = ["SELECT name FROM person", "SELECT name FROM person WHERE name = $1", "DELETE FROM account",
       "SELECT 1 FROM person p JOIN card c ON c.person_id = p.person_id WHERE c.card_number = $1",
       "SELECT 1 FROM person WHERE person_id = $1 OR name = $2", "INSERT INTO account (email) VALUES ($1)",
       "INSERT INTO account SELECT * FROM person WHERE person_id = $1",
       "UPDATE session SET seen_at = $1 WHERE session_id = $2", "SELECT person_id = $1 FROM person"]
JOINED = """#define A "WHERE person_id = $1" \\
  " LIMIT 1"
#define B(x) "WHERE " x " = $2"
/* "no" */ f ("SELECT 1 FROM person " A, "x"); // "no"
g ("DELETE FROM person " B ("name"), 1);
"""
READ = ["SELECT 1 FROM person WHERE person_id = $1 LIMIT 1", "x", "DELETE FROM person WHERE name = $2"]


def check_itself():
    keys = keys_of_schema()
    yield from (f"taken for bad: {statement}" for statement in GOOD if not goes_to_one_shard(statement, keys))
    yield from (f"taken for good: {statement}" for statement in BAD if goes_to_one_shard(statement, keys))
    if list(literals_of(JOINED)) != READ:
        yield f"literals are joined wrongly: {list(literals_of(JOINED))}"
    if len(list(statements())) < 50 or len(keys) < 20:
        yield "it does not find the sources"


CHECKS = [
    ("the-test-tells-good-from-bad", check_itself),
    ("statements-go-to-one-shard-or-are-listed", check_one_shard_or_listed),
    ("the-list-is-true", check_list_is_true),
    ("sweeps-are-bounded", check_sweeps_are_bounded),
    ("row-locks-stay-on-one-shard-or-skip", check_row_locks),
    ("columns-are-named", check_columns_are_named),
    ("no-word-of-one-engine", check_foreign_words),
    ("the-readme-shows-them", check_readme),
]


def main():
    if sys.argv[1:] == ["--table"]:
        print("\n".join(table()))
        return 0
    failed = False
    print(f"1..{len(CHECKS)}")
    for number, (name, check) in enumerate(CHECKS, 1):
        complaints = list(check())
        failed = failed or bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {number} /sql/{name}")
        for complaint in complaints:
            print(f"# {complaint}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
