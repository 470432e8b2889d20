"""Cost: CPU time of the whole process per request, in multiples of `GET /api/health` in the same run."""

import os
import pathlib
import shutil
import time

import load
from lists import fill, seeded
from results import ENGINES, QUICK, ROUNDS, ROWS, middle, report, spread
from support import Postgres, Server, binary, running

SMALL = 50_000
# Sequential requests would mostly measure how the machine wakes up from idling.
CONNECTIONS = 16
SECONDS = 1 if QUICK else 3
TICK = 1e3 / os.sysconf("SC_CLK_TCK")
# Name, URL, target in multiples. Reads only; the form comes last, and for only a second, because it creates rows.
READS = (("list of 25 messages", "/api/admin/messages?limit=25", 15), ("audit list", "/api/admin/audit?limit=25", 15), ("dashboard", "/api/admin/dashboard", 30))
CONTACT = ("POST /api/contact", "/api/contact", 12)


def processor_time(server):
    """CPU time of all server threads so far in milliseconds, in user mode and in the kernel."""
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def per_request(server, address, seconds=SECONDS, **more):
    """CPU time per request in milliseconds."""
    before = processor_time(server)
    run = load.wrk(server.url + address, seconds, CONNECTIONS, threads=1, **more)
    if run["errors"]:
        raise SystemExit(f"{address}: {run['errors']} errors")
    return (processor_time(server) - before) / run["requests"]


def settled(server):
    """Waits until the background work of earlier requests is done: the emails of the forms."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        before = processor_time(server)
        time.sleep(0.5)
        if processor_time(server) - before < 20:
            return


def cost(path):
    for engine in ENGINES:
        for rows in (SMALL, ROWS):
            if engine == "sqlite":
                # Sending the form creates rows: use a copy, so that the others see only the seeded data.
                data = path / f"cost-{rows}"
                shutil.copytree(seeded(path, rows), data)
                measure("SQLite", Server(data, binary("release")), rows, path)
                shutil.rmtree(data)
            else:
                database = Postgres("cost")
                server = Server(path / f"cost-pg-{rows}", binary("release"), database.url)
                fill(server, database, rows)
                measure("PostgreSQL", server, rows, path)
                database.drop()


def measure(engine, server, rows, path):
    script = load.post_script(path)
    seen = {name: [] for name, _, _ in (*READS, CONTACT)}
    spent = {name: [] for name in seen}
    bare = []

    def note(name, milliseconds, health):
        spent[name].append(milliseconds)
        seen[name].append(milliseconds / health)

    # A copied database is not on the disk yet: the first commit would wait for gigabytes.
    os.sync()
    with running(server):
        reader = [f"Authorization: Bearer {server.sign_in()}"]
        for _, address, _ in READS:
            per_request(server, address, 1, headers=reader)  # Warms up.
        settled(server)
        for _ in range(ROUNDS):
            for name, address, _ in READS:
                health = per_request(server, "/api/health")
                bare.append(health)
                note(name, per_request(server, address, headers=reader), health)
        for _ in range(ROUNDS):
            health = per_request(server, "/api/health")
            bare.append(health)
            note(CONTACT[0], per_request(server, CONTACT[1], 1, script=script), health)
            settled(server)
    for name, _, target in (*READS, CONTACT):
        # PostgreSQL works in its own processes, which these figures exclude.
        limit = target if engine == "SQLite" else None
        times = middle(seen[name])
        report(
            f"processor time of {name} on {engine}, {rows:,} messages, in multiples of GET /api/health", f"≤ {target} ×" if limit else "", f"{times:.1f} ×",
            None if limit is None else times <= limit, f"{middle(spent[name]):.3f} ms, {spread(seen[name], '{:.1f}')} ×; health {middle(bare):.4f} ms",
        )
