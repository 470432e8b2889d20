"""Lists at 10,000 and 1,000,000 rows: each filter of messages and of the audit trail, and the verification of its chain."""

import contextlib
import os
import pathlib
import shutil
import time
import urllib.parse
import uuid

import load
from results import ENGINES, QUICK, ROUNDS, ROWS, details, middle, report
from support import Postgres, Server, Sqlite, binary, running, table


def seeded(path, rows, kind="rows", filler=None):
    """The data folder of an SQLite database with that many messages, or with what another filler puts there."""
    kept = pathlib.Path(os.environ["BENCH_KEEP"]) if "BENCH_KEEP" in os.environ else path
    data = kept / f"{kind}-{rows}"
    if not (data / "seeded").exists():
        shutil.rmtree(data, ignore_errors=True)
        (filler or fill)(Server(data, binary("release")), Sqlite(data / "tekvwarho.db"), rows)
        (data / "seeded").touch()
    return data


def fill(server, database, rows):
    began = time.monotonic()
    server.create_admin()
    server.command("demo", "--messages", str(rows), "--audit-entries", str(rows), "--seed", "1")
    settle(database)
    print(f"  {rows:,} messages and as many audit entries on {database.name} in {time.monotonic() - began:.0f} s", flush=True)


def list_queries(database):
    """Typical filters, with existing values."""
    (busy,) = database.rows("SELECT assigned_to FROM messages WHERE assigned_to IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")[0]
    person = uuid.UUID(bytes=busy) if isinstance(busy, bytes) else busy
    (service,) = database.rows("SELECT service FROM messages WHERE service IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")[0]
    (rare,) = database.rows("SELECT email FROM messages ORDER BY id LIMIT 1 OFFSET 4321")[0]
    rare = rare.split("@")[0].replace(".", " ")
    (newest,) = database.rows("SELECT max(created_at) FROM messages")[0]
    (oldest,) = database.rows("SELECT min(created_at) FROM messages")[0]
    newest, oldest = str(newest)[:10], str(oldest)[:10]
    month = f"{newest[:4]}-{newest[5:7]}-01"
    queries = [("no filter", ""), ("sort oldest", "sort=oldest"), ("sort waiting", "sort=waiting"), ("snoozed", "snoozed=true")]
    queries += [(f"status {status}", f"status={status}") for status in ("new", "in_progress", "replied", "converted", "archived", "spam")]
    queries += [
        ("status new or in_progress", "status=new,in_progress"), ("assignee one person", f"assignedTo={person}"), ("assignee none", "assignedTo=none"), ("assignee me (nothing)", "assignedTo=me"),
        ("status replied × assignee", f"status=replied&assignedTo={person}"), ("status in_progress × assignee", f"status=in_progress&assignedTo={person}"),
        ("status open × assignee none", "status=new,in_progress&assignedTo=none"), ("status open × assignee one", f"status=new,in_progress&assignedTo={person}"),
        ("status open, not snoozed", "status=new,in_progress&snoozed=false"), ("open × waiting × assignee", f"sort=waiting&assignedTo={person}"), ("status replied, newest", "status=replied&sort=newest"),
        ("status spam × assignee (nothing)", f"status=spam&assignedTo={person}"),
        ("service", f"service={service}"), ("tag", "tag=urgent"), ("this month", f"from={month}"), ("the oldest month", f"to={oldest[:8]}28"), ("a week", f"from={newest[:8]}01&to={newest[:8]}07"),
    ]
    searches = [("rare, one message or few", rare), ("common word", "customers"), ("in most messages", "hello"), ("two common words", "backup insurance"), ("prefix of three letters", "ham"), ("two letters", "an"), ("nothing", "zzyzx")]
    queries += [(f"q {title}", "q=" + urllib.parse.quote(words)) for title, words in searches]
    queries += [("q common × status new", "q=customers&status=new"), ("q rare × status", f"q={urllib.parse.quote(rare)}&status=replied"), ("q common, oldest", "q=customers&sort=oldest")]
    return queries


def audit_queries(database):
    """An auditor's filters."""
    (person,) = database.rows("SELECT user_id FROM audit_logs WHERE action = 'message.replied' ORDER BY id LIMIT 1")[0]
    person = uuid.UUID(bytes=person) if isinstance(person, bytes) else person
    (message,) = database.rows("SELECT entity_id FROM audit_logs WHERE action = 'message.created' ORDER BY id LIMIT 1")[0]
    (address,) = database.rows("SELECT ip_address FROM audit_logs WHERE action = 'message.created' ORDER BY id LIMIT 1")[0]
    (newest,) = database.rows("SELECT max(created_at) FROM audit_logs")[0]
    (oldest,) = database.rows("SELECT min(created_at) FROM audit_logs")[0]
    newest, oldest = str(newest)[:10], str(oldest)[:10]
    return [
        ("no filter", ""), ("sort oldest", "sort=oldest"), ("actor", f"actor={person}"), ("action, many", "action=message.replied"), ("action, few", "action=demo.created"),
        ("a group of actions", "action=auth.*"), ("entity type", "entityType=message"), ("one entity", f"entityType=message&entityId={message}"), ("address", f"address={address}"),
        ("this month", f"from={newest[:7]}-01"), ("the oldest month", f"to={oldest[:8]}28"), ("words", "q=replied"),
    ]


MESSAGES = ("message list", "/api/admin/messages", list_queries, [("counts of the inbox", "/api/admin/messages/counts"), ("dashboard", "/api/admin/dashboard")])
AUDIT = ("audit list", "/api/admin/audit", audit_queries, [])


@contextlib.contextmanager
def two_sizes(path, engine, kind, filler):
    """Databases and servers of a small and a large installation."""
    sizes = (10_000, ROWS)
    if engine == "sqlite":
        folders = [seeded(path, rows, kind, filler) for rows in sizes]
        yield [Sqlite(data / "tekvwarho.db") for data in folders], [Server(data, binary("release")) for data in folders]
        return
    databases = [Postgres(f"{kind}_small"), Postgres(f"{kind}_large")]
    servers = [Server(path / database.database, binary("release"), database.url) for database in databases]
    for server, database, rows in zip(servers, databases, sizes):
        filler(server, database, rows)
    yield databases, servers
    for database in databases:
        database.drop()


def settle(database):
    """Does the maintenance after filling now, not during the first queries."""
    if isinstance(database, Postgres):
        database.script("VACUUM ANALYZE")
        database.script("CHECKPOINT")


def lists(path):
    for engine in ENGINES:
        with two_sizes(path, engine, "rows", fill) as (databases, servers):
            measure(databases, servers)


def measure(databases, servers):
    with running(servers[0]), running(servers[1]):
        tokens = [server.sign_in() for server in servers]
        for what, address, queries, extra in (MESSAGES, AUDIT):
            asked = [[(title, f"{address}?limit=25&{query}") for title, query in queries(database)] + extra for database in databases]
            measure_lists(what, databases[0].name, servers, tokens, asked, {title for title, _ in extra})
    measure_verify(databases[1].name, servers[1])


def measure_verify(engine, server):
    """The speed of `audit verify`, including program start."""
    began = time.perf_counter()
    said = server.command("audit", "verify").stdout
    seconds = time.perf_counter() - began
    entries = int(said.split()[0])
    report(f"audit verify on {engine}, {entries:,} entries", "≥ 100,000 entries/s", f"{entries / seconds:,.0f}/s", entries / seconds >= 100_000, f"{seconds:.1f} s")


def measure_lists(what, engine, servers, tokens, asked, free):
    """p95 of every query at both sizes; those named in `free` have no target."""
    count = 40 if QUICK else 150
    rows, missed, worst = [], [], 0.0
    for (title, small_path), (_, large_path) in zip(*asked):
        seen = ([], [])
        for _ in range(ROUNDS):
            for size, path in ((0, small_path), (1, large_path)):
                # The first two warm up; a query that takes a second is not repeated fifty times.
                first = load.times(servers[size], path, 2, tokens[size])
                if min(first) > 1_000:
                    seen[size] += first
                    continue
                seen[size].append(load.percentile(load.times(servers[size], path, count // ROUNDS, tokens[size]), 0.95))
        small, large = middle(seen[0]), middle(seen[1])
        limit = None if title in free else 25 if title.startswith("q ") else max(1.5 * small, 5)
        passed = limit is None or large <= limit
        if not passed:
            missed.append(f"{title} {large:.1f} ms (≤ {limit:.1f})")
        if limit:
            worst = max(worst, large)
        print(f"    {title}: {small:.1f} → {large:.1f} ms", flush=True)
        rows.append((title, f"{small:.1f}", f"{large:.1f}", f"≤ {limit:.1f}" if limit else "—", "" if limit is None else "pass" if passed else "MISS"))
    header = ("filter", "10,000 rows", f"{ROWS:,} rows", "target", "")
    print(f"\n{what}, {engine}: p95 in ms over HTTP, 25 rows a page")
    table(rows, header)
    print()
    asked = len(rows) - len(free)
    report(
        f"{what} on {engine}, {ROWS:,} rows, p95 of each filter", "≤ max(1.5 × p95 at 10,000, 5 ms); q ≤ 25 ms",
        f"{asked - len(missed)} of {asked} within" + (f"; not: {'; '.join(missed)}" if missed else ""), not missed, f"slowest {worst:.1f} ms",
    )
    details.append((f"p95 in ms over HTTP of the {what} on {engine}, 25 rows a page", header, rows))
