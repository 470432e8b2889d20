"""Measures the applicable rows of the quality table, each against a baseline from the same run, and prints targets and figures side by side.

Needs wrk, `tools/with-postgres`, the release binary and the baselines (built here). Rate limits and bot guard are off but for attacks, the access log is on.
BENCH_QUICK=1: short runs. BENCH_ONLY="pages contact lists cost storm attacks nodes sockets delivery history chats start size weights": some of it. BENCH_ENGINES="sqlite postgres".
BENCH_JSON=FILE, BENCH_TABLES=FILE: the figures, as JSON or as the tables of docs/measurements.md. BENCH_ROWS: rows of the large database (1,000,000). BENCH_KEEP: a folder where the seeded SQLite databases stay for the next run.
BENCH_SOCKETS: idle sockets (15,000; BENCH_QUICK: 2,000).
"""

import contextlib
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse

import load
from attacks import attacks
from chats import chats
from cost import cost
from delivery import delivery
from history import history
from lists import lists, seeded
from nodes import nodes
from load import FORM, post_script
from results import ENGINES, QUICK, ROUNDS, ROWS, SECONDS, TURNS, details, middle, ratio_of, report, results, spread
from sockets import sockets
from support import EMAIL, PASSWORD, ROOT, Postgres, Server, binary, example, folder, free_port, running, table, wait_until

ONLY = os.environ.get("BENCH_ONLY", "size start pages contact lists cost storm attacks nodes sockets delivery history chats weights").split()
BASELINES = {"pages": "baseline_hyper", "contact": "baseline_contact", "sockets": "baseline_socket", "delivery": "baseline_socket"}


# --- Size, start, memory ------------------------------------------------------------------------------------------


def size(_):
    megabytes = binary("release").stat().st_size / 1e6
    report("binary, stripped", "≤ 40 MB", f"{megabytes:.1f} MB", megabytes <= 40)


def first_200(server):
    """Milliseconds from the start of the process to the first page."""
    began = time.perf_counter()
    server.start(wait=False)
    wait_until(lambda: server.answers("/", 1), "the first page", 60, 0.001)
    taken = (time.perf_counter() - began) * 1e3
    return taken


def start(path):
    runs = 3 if QUICK else 9
    for title, data in (("an empty database", path / "empty"), ("a large database", seeded(path, ROWS) if "lists" in ONLY or not QUICK else None)):
        if data is None:
            continue
        server = Server(data, binary("release"))
        with running(server):
            pass  # The schema is there afterwards.
        taken = []
        for _ in range(runs):
            taken.append(first_200(server))
            if len(taken) == runs and title == "an empty database":
                memory(server)
            server.stop()
        weight = sum(file.stat().st_size for file in pathlib.Path(data).glob("tekvwarho.db*")) / 1e9
        report(f"start to first 200, {title} ({weight:.1f} GB)", "≤ 100 ms", f"{middle(taken):.0f} ms", middle(taken) <= 100, f"{runs} starts, {spread(taken)} ms")


def memory(server):
    server.create_admin()
    _, _, sitemap = server.call("GET", "/sitemap.xml")
    public = [urllib.parse.urlsplit(address).path or "/" for address in re.findall("<loc>(.*?)</loc>", sitemap.decode())]
    for page in [*public, "/admin/", "/api/docs", "/api/openapi.json", "/api/health/ready"]:
        server.call("GET", page)
    token = server.sign_in()
    server.call("GET", "/api/admin/messages", headers={"Authorization": f"Bearer {token}"})
    megabytes = server.rss_at_rest() / 1e6
    report("idle memory, after every public page, the reference of the API and a sign-in", "≤ 50 MB", f"{megabytes:.1f} MB", megabytes <= 50)


# --- Pages --------------------------------------------------------------------------------------------------------


def pages(path):
    server = Server(path / "pages", binary("release"))
    with running(server):
        for page in ["/", "/services", "/contact", "/privacy-policy"][: 2 if QUICK else None]:
            port = free_port()
            with example("baseline_hyper", f"127.0.0.1:{port}", f"127.0.0.1:{server.port}", page, port=port) as baseline:
                ours, bare = [], []
                for turn in range(TURNS):
                    # Alternate which of the two comes first.
                    for url, rates in ((server.url, ours), (baseline.url, bare))[:: 1 if turn % 2 else -1]:
                        run = load.wrk(url + page, 2, headers=["Accept-Encoding: br, gzip"])
                        if run["errors"]:
                            raise SystemExit(f"{url}{page}: {run['errors']} errors")
                        rates.append(run["rate"])
            ratio = ratio_of(ours, bare)
            report(f"page {page}, wrk -c64", "≥ 90 %", f"{ratio:.1%}", ratio >= 0.9, f"{middle(ours):,.0f}/s of {middle(bare):,.0f}/s")


# --- Contact form -------------------------------------------------------------------------------------------------


def contact(path):
    script = post_script(path)
    if "sqlite" in ENGINES:
        contact_sqlite(path, script)
    if "postgres" in ENGINES:
        contact_postgres(path, script)


def posted(url, script):
    run = load.wrk(f"{url}/api/contact", SECONDS, script=script)
    if run["errors"]:
        raise SystemExit(f"{url}: {run['errors']} errors while posting")
    return run


def contact_sqlite(path, script):
    ours, bare, latency = [], [], []
    for number in range(TURNS // 2):
        # A new database for every run; otherwise later runs would write into larger B-trees.
        server = Server(path / f"contact-{number}", binary("release"))
        # One person who gets a notice of each message: one row more than the baseline writes.
        server.create_admin()
        server.start()
        run = posted(server.url, script)
        server.kill()
        ours.append(run["rate"])
        latency.append(run["p99"])
        other = Server(path / f"contact-base-{number}", binary("release"))
        other.command("migrate", "up")
        port = free_port()
        with example("baseline_contact", f"127.0.0.1:{port}", f"sqlite://{other.data / 'tekvwarho.db'}", port=port) as baseline:
            bare.append(posted(baseline.url, script)["rate"])
        shutil.rmtree(server.data)
        shutil.rmtree(other.data)
    ratio = ratio_of(ours, bare)
    report("POST /api/contact on SQLite, wrk -c64", "≥ 60 %", f"{ratio:.1%}", ratio >= 0.6, f"{middle(ours):,.0f}/s (p99 {middle(latency):.0f} ms) of {middle(bare):,.0f}/s")


PGBENCH = r"""
\set r random(0, 9223372036854775806)
\set s random(0, 9223372036854775806)
BEGIN;
INSERT INTO messages (id, name, email, email_key, message, status, last_activity_at, reply_count, consent, ip_address, version, search_text, created_at)
VALUES ({message}, '{name}', '{email}', '{email}', '{text}', 'new', now(), 0, true, '127.0.0.1', 1, '{search}', now());
INSERT INTO audit_logs (id, action, entity_type, entity_id, changes, ip_address, salt, commitments, request_id, created_at)
VALUES ({audit}, 'message.created', 'message', {message}::text, '{{"status":{{"to":"new"}}}}', '127.0.0.1', '\x00112233445566778899aabbccddeeff', '{commitments}', 'req_00000000000000000000000000000000', now());
INSERT INTO outbox (id, template, recipient, payload, message_id, auto_submitted, entity_type, entity_id, state, attempts, next_attempt_at, created_at)
VALUES ({first}, 'contact_notice', 'hello@tekvwarho.example', '{payload}', '<' || {first} || '@localhost>', true, 'message', {message}, 'pending', 0, now(), now()),
       ({second}, 'contact_confirmation', '{email}', '{short}', '<' || {second} || '@localhost>', true, 'message', {message}, 'pending', 0, now(), now());
INSERT INTO notifications (id, staff_id, event, entity_type, entity_id, created_at)
VALUES ({notice}, '{person}', 'message_created', 'message', {message}, now());
COMMIT;
"""


def pgbench_script(person):
    """What one request writes: message, audit entry, two emails, and a notice for the only person."""
    def identity(variable, digit):
        # UUIDv7: the time comes first, so that new rows go to the end of the B-trees.
        return f"(lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '7{digit}00' || lpad(to_hex(:{variable}::bigint), 16, '0'))::uuid"

    text = FORM["message"].replace("'", "''")
    return PGBENCH.format(
        message=identity("r", 0), audit=identity("r", 1), first=identity("s", 2), second=identity("s", 3), name=FORM["name"], email=FORM["email"], text=text,
        search=" " + text.lower(), commitments=json.dumps({"ipAddress": "0f" * 32}),
        payload=json.dumps({"message": FORM, "link": "http://localhost:5500/admin/messages"}).replace("'", "''"),
        notice=identity("s", 4), person=person,
        short=json.dumps({"answerTime": "2 h", "threadCode": "x" * 22, "threadLink": "http://localhost:5500/message/" + "x" * 58}),
    )


def contact_postgres(path, script):
    ours, bare, latency = [], [], []
    transaction = path / "contact.sql"
    for number in range(TURNS // 2):
        database = Postgres(f"contact_{number}")
        server = Server(path / f"contact-pg-{number}", binary("release"), database.url)
        server.create_admin()
        server.start()
        run = posted(server.url, script)
        server.kill()
        ours.append(run["rate"])
        latency.append(run["p99"])
        database.drop()
        database = Postgres(f"contact_base_{number}")
        Server(path / f"contact-pg-base-{number}", binary("release"), database.url).create_admin()
        ((person,),) = database.rows("SELECT id FROM staff")
        transaction.write_text(pgbench_script(person))
        command = [database.bin / "pgbench", "-n", "-M", "prepared", "-c", "64", "-j", "2", "-T", str(SECONDS), "-f", transaction, database.url]
        done = subprocess.run(command, text=True, capture_output=True)
        if done.returncode:
            raise SystemExit(done.stderr[:1_000])
        bare.append(float(done.stdout.partition("tps = ")[2].split()[0]))
        database.drop()
    ratio = ratio_of(ours, bare)
    report("POST /api/contact on PostgreSQL, wrk -c64", "≥ 60 %", f"{ratio:.1%}", ratio >= 0.6, f"{middle(ours):,.0f}/s (p99 {middle(latency):.0f} ms) of {middle(bare):,.0f}/s (pgbench -c 64)")


# --- Sign-in storm ------------------------------------------------------------------------------------------------

MIX = """
local paths = {{ "/", "/api/health", "/api/admin/messages?limit=25", "/contact" }}
local number = 0
request = function()
  number = number % #paths + 1
  return wrk.format("GET", paths[number], {{ ["Authorization"] = "Bearer {token}", ["Accept-Encoding"] = "br" }})
end
{delay}
"""


def storm(path):
    server = Server(seeded(path, 10_000), binary("release"))
    script = path / "mix.lua"
    with running(server):
        token = server.sign_in()

        def mix(delay=None):
            # A pause of that many ms in a share of the requests, calibrated to halve the load.
            text = f"delay = function() return {delay} end" if delay is not None else ""
            script.write_text(MIX.format(token=token, delay=text))
            run = load.wrk(server.url, SECONDS, script=script)
            if run["errors"]:
                raise SystemExit(f"{run['errors']} errors in the mixed load")
            return run

        top = mix()["rate"]
        delay, half = calibrate(mix, top)
        alone, stormy, rates, signed = [], [], [], []
        for _ in range(ROUNDS):
            alone.append(mix(delay)["p99"])
            with signing_in(server) as counted:
                run = mix(delay)
            stormy.append(run["p99"])
            rates.append(run["rate"])
            signed.append(counted[0] / SECONDS)
    limit = max(2 * middle(alone), 10)
    report(
        "sign-in storm: p99 of other requests at half load", "≤ max(2 × p99 without it, 10 ms)", f"{middle(stormy):.1f} ms", middle(stormy) <= limit,
        f"without {middle(alone):.1f} ms; top {top:,.0f}/s, half {half:,.0f}/s, in the storm {middle(rates):,.0f}/s beside {middle(signed):.0f} sign-ins/s, 64 at once",
    )


def calibrate(mix, top):
    """The pause (ms) between two requests on a connection that halves the load."""
    best = None
    for delay in ("0", "1", "2", "3", "4", "6", "8", "12", "16"):
        rate = mix(delay)["rate"]
        if best is None or abs(rate - top / 2) < abs(best[1] - top / 2):
            best = (delay, rate)
        if rate < top / 2:
            break
    return best


@contextlib.contextmanager
def signing_in(server):
    """64 people who sign in repeatedly, half of them with a wrong password."""
    done, counted = threading.Event(), [0]

    def person(number):
        while not done.is_set():
            with contextlib.suppress(OSError):
                server.call("POST", "/api/admin/auth/login", {"email": EMAIL, "password": PASSWORD if number % 2 else "wrong-password"})
                counted[0] += 1

    threads = [threading.Thread(target=person, args=(number,), daemon=True) for number in range(64)]
    for thread in threads:
        thread.start()
    wait_until(lambda: counted[0] >= 5, "the first sign-ins", 30, 0.01)
    counted[0] = 0
    yield counted
    done.set()
    for thread in threads:
        thread.join(30)


# --- Weights ------------------------------------------------------------------------------------------------------


def weights(path):
    server = Server(path / "weights", binary("release"))
    server.env["TEKVWARHO_PUBLIC_URL"] = server.url
    server.create_admin()
    with running(server):
        done = subprocess.run(["node", ROOT / "bench/weigh.mjs", server.url, EMAIL, PASSWORD], text=True, capture_output=True, timeout=180)
    if done.returncode:
        report("weights", "", f"not measured: {done.stderr.strip().splitlines()[-1] if done.stderr else 'node failed'}", False)
        return
    seen = json.loads(done.stdout)
    for title, key, limit in (("home page with everything", "home", 40), ("dashboard, first load", "dashboard", 100), ("sign-in page and what follows it", "login", None)):
        files = [file for file in seen[key] if not file["path"].startswith("/api/")]
        total = sum(file["bytes"] for file in files) / 1e3
        heaviest = ", ".join(f"{pathlib.PurePath(file['path']).name or '/'} {file['bytes'] / 1e3:.1f}" for file in sorted(files, key=lambda file: -file["bytes"])[:3])
        report(f"weight: {title}", f"≤ {limit} kB" if limit else "", f"{total:.1f} kB", None if limit is None else total <= limit, f"{len(files)} files; {heaviest}")


# --- The run ------------------------------------------------------------------------------------------------------


def machine():
    name = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?")
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 1e6
    return f"{os.cpu_count()} × {name}, {memory:.0f} GB, Linux {platform.release()}; load before: {os.getloadavg()[0]:.1f}"


MACHINE = machine()


def markdown():
    """The tables of docs/measurements.md."""
    def rows(header, lines):
        return "\n".join(["| " + " | ".join(line) + " |" for line in (header, ["---"] * len(header), *lines)]) + "\n"

    parts = [rows(("what", "target", "measured", "baseline of the same run", ""), results)]
    for title, header, lines in details:
        parts += [f"{title}:\n", rows(header, lines)]
    return "\n".join(parts)


def main():
    subprocess.run([ROOT / "tools/need", "wrk"], check=True)
    # Linking takes most of the build time, so parts that need no baseline skip it.
    needed = sorted({BASELINES[part] for part in ONLY if part in BASELINES})
    if "BENCH_EXAMPLES" not in os.environ and needed:
        build = ["cargo", "build", "--quiet", "--release", "--package", "tekvwarho", "--bins"]
        subprocess.run(build + [word for name in needed for word in ("--example", name)], cwd=ROOT, check=True)
    print(MACHINE, flush=True)
    with folder("bench") as path:
        for part in (size, start, pages, contact, lists, cost, storm, attacks, nodes, sockets, delivery, history, chats, weights):
            if part.__name__ in ONLY:
                print(f"{part.__name__}:", flush=True)
                part(path)
    print()
    table(results, ("what", "target", "measured", "baseline", ""))
    if out := os.environ.get("BENCH_JSON"):
        pathlib.Path(out).write_text(json.dumps({"machine": MACHINE, "results": results, "lists": details}, indent=1))
    if out := os.environ.get("BENCH_TABLES"):
        pathlib.Path(out).write_text(markdown())
    missed = sum(row[-1] == "MISS" for row in results)
    print(f"\n{missed} of {len(results)} missed." if missed else "\nAll targets are reached.")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
