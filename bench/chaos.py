"""Nothing acknowledged is lost: `kill -9` at random moments under load, on both engines; then SIGTERM, which must lose nothing at all.

In each round, workers post contact messages, each with its own marker; after a random number of responses the server is
killed while requests are in flight, and restarted. One in five requests carries an `Idempotency-Key`; those whose
response was lost are sent again until they get one. At the end the script reads the database and checks:

- each acknowledged message exists exactly once, with one audit entry and each of its two emails once;
- each keyed message exists exactly once, however often it was sent;
- no message, acknowledged or not, exists twice or without audit entry and emails;
- `tekvwarho audit verify` exits 0.

Then `chaos_chat.py` does the same to live chat.

CHAOS_ROUNDS: kills per engine (default 50). CHAOS_ENGINES: default `sqlite postgres`. CHAOS_SEED.
"""

import asyncio
import collections
import json
import os
import random
import socket
import sys
import time
import uuid

import aiohttp

import chaos_chat
from support import Postgres, Server, Sqlite, binary, folder, free_port, table, wait_until

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "50"))
ENGINES = os.environ.get("CHAOS_ENGINES", "sqlite postgres").split()
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.randrange(1, 10**9)
WORKERS = 48
DRAINED = 50
# If the first request died, its key is free again after two minutes.
KEY_PATIENCE = 180


class Load:
    """What was sent and what came back."""

    def __init__(self, server):
        self.server = server
        self.acknowledged = {}  # marker → id
        self.keyed = {}  # marker → key
        self.sent = 0
        self.in_flight = set()
        self.odd = collections.Counter()

    def body(self, marker):
        return {"name": f"Chaos {marker}", "email": f"{marker}@example.com", "message": f"Marker {marker}.\nText as people write it, a few words long.", "consent": True}

    async def post(self, session, marker):
        key = self.keyed.get(marker)
        self.sent += 1
        self.in_flight.add(marker)
        try:
            headers = {"Idempotency-Key": key} if key else {}
            async with session.post("/api/contact", json=self.body(marker), headers=headers) as response:
                answer = await response.json(content_type=None)
                if response.status == 201:
                    self.acknowledged[marker] = answer["data"]["id"]
                else:
                    self.odd[f"{response.status} {answer.get('code')}"] += 1
                return response.status
        finally:
            self.in_flight.discard(marker)

    async def worker(self, session, number, dice):
        while True:
            marker = f"{self.server.port}-{self.sent}-{number}"
            if dice.random() < 0.2:
                self.keyed[marker] = uuid.uuid4().hex
            try:
                await self.post(session, marker)
            except (aiohttp.ClientError, OSError):
                return  # The server is gone.

    def unanswered_keys(self):
        return [marker for marker in self.keyed if marker not in self.acknowledged]


def session_for(server):
    return aiohttp.ClientSession(server.url, timeout=aiohttp.ClientTimeout(total=30), connector=aiohttp.TCPConnector(limit=0))


async def rounds(server, load, dice):
    flights = []
    for number in range(ROUNDS):
        async with session_for(server) as session:
            for marker in load.unanswered_keys():
                await load.post(session, marker)
            before, wanted = len(load.acknowledged), dice.randrange(1, 600)
            workers = [asyncio.create_task(load.worker(session, index, dice)) for index in range(WORKERS)]
            deadline = time.monotonic() + 30
            while len(load.acknowledged) - before < wanted or not load.in_flight:
                if time.monotonic() > deadline or all(worker.done() for worker in workers):
                    raise SystemExit(f"round {number}: {len(load.acknowledged) - before} answers of {wanted}; {dict(load.odd)}\n{server.tail()}")
                await asyncio.sleep(dice.random() * 0.005)
            in_flight, answered = len(load.in_flight), len(load.acknowledged) - before
            server.kill()
            late = len(load.acknowledged)
            await asyncio.gather(*workers)
            # Responses in transit when the server died count as acknowledged, and must be there too.
            late = len(load.acknowledged) - late
        flights.append(in_flight)
        print(f"  kill {number + 1:>2}: {answered:>4} answered before, {in_flight:>2} in flight, {late:>2} of them answered all the same", flush=True)
        server.start()
    return flights


async def answer_keys(server, load):
    """Sends every keyed request whose response was lost until it gets one; returns how long that took."""
    began = time.monotonic()
    async with session_for(server) as session:
        while left := load.unanswered_keys():
            for marker in left:
                await load.post(session, marker)
            if load.unanswered_keys():
                if time.monotonic() - began > KEY_PATIENCE:
                    break
                await asyncio.sleep(1)
        # And acknowledged requests get the same response again.
        different = 0
        for marker in random.sample([marker for marker in load.keyed if marker in load.acknowledged], min(50, len(load.keyed))):
            first = load.acknowledged[marker]
            await load.post(session, marker)
            different += load.acknowledged[marker] != first
    return time.monotonic() - began, different


def read(database):
    """Ids by marker, audit entries by message, email templates by message."""
    def text(value):
        return str(uuid.UUID(bytes=value)) if isinstance(value, bytes) else str(value)

    messages = collections.defaultdict(list)
    for identity, name in database.rows("SELECT id, name FROM messages"):
        messages[name.removeprefix("Chaos ")].append(text(identity))
    entries = collections.Counter(text(row[0]) for row in database.rows("SELECT entity_id FROM audit_logs WHERE action = 'message.created'"))
    mails = collections.defaultdict(collections.Counter)
    for identity, template in database.rows("SELECT entity_id, template FROM outbox WHERE entity_type = 'message'"):
        mails[text(identity)][template] += 1
    return messages, entries, mails


def check(database, server, load):
    messages, entries, mails = read(database)
    both = {"contact_notice": 1, "contact_confirmation": 1}
    found = collections.Counter()
    for marker, identity in load.acknowledged.items():
        if identity not in messages[marker]:
            found["answered but lost"] += 1
    for marker in load.keyed:
        if len(messages[marker]) > 1:
            found["keyed but doubled"] += 1
        elif marker not in load.acknowledged:
            found["keyed and never answered"] += 1
    for marker, identities in messages.items():
        if len(identities) > 1 and marker not in load.keyed:
            found["doubled"] += 1
        for identity in identities:
            if entries[identity] != 1:
                found["without exactly one audit entry"] += 1
            if mails[identity] != both:
                found["without exactly its two mails"] += 1
    if isinstance(database, Sqlite) and (verdict := database.rows("PRAGMA integrity_check")[0][0]) != "ok":
        found[f"integrity_check: {verdict}"] += 1
    verdict = server.command("audit", "verify", check=False)
    if verdict.returncode != 0:
        found[f"audit verify: {verdict.stderr.strip()}"] += 1
    return found, sum(map(len, messages.values())), (verdict.stdout or verdict.stderr).strip().splitlines()[0]


def drain(server, load):
    """SIGTERM while handlers wait for the rest of their bodies: each gets a response, then the program exits with 0."""
    waiting = []
    for number in range(DRAINED):
        marker = f"{server.port}-drain-{number}"
        body = json.dumps(load.body(marker)).encode()
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=12)
        head = f"POST /api/contact HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
        connection.sendall(head.encode())
        waiting.append((marker, connection, body))
    for _, connection, _ in waiting:
        # The server says that its handler wants the body: the request is definitely in flight.
        assert connection.recv(64).startswith(b"HTTP/1.1 100"), "no 100 Continue"
    began = time.monotonic()
    server.process.terminate()

    def refused():
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
            return False
        except OSError:
            return True

    wait_until(refused, "the end of listening after SIGTERM", 5)
    answered = 0
    for marker, connection, body in waiting:
        try:
            connection.sendall(body)
            answer = connection.recv(65_536)
            if answer.startswith(b"HTTP/1.1 201"):
                answered += 1
                load.acknowledged[marker] = json.loads(answer.partition(b"\r\n\r\n")[2])["data"]["id"]
        except OSError:
            pass
        connection.close()
    try:
        code = server.process.wait(12)
    except Exception:
        server.kill()
        code = "none: it did not end"
    return answered, code, time.monotonic() - began


async def engine(name, path):
    dice = random.Random(f"{SEED} {name}")
    port = free_port()
    database = Sqlite(path / "data" / "tekvwarho.db") if name == "sqlite" else Postgres(f"chaos_{os.getpid()}")
    server = Server(path / "data", binary("release"), None if name == "sqlite" else database.url, port, TEKVWARHO_LOG="warn")
    server.start()
    load = Load(server)
    print(f"{database.name}:", flush=True)
    failures = []
    try:
        flights = await rounds(server, load, dice)
        keys, different = await answer_keys(server, load)
        answered, code, took = drain(server, load)
        found, stored, verdict = check(database, server, load)
    finally:
        if server.process.poll() is None:
            server.kill()
        if name != "sqlite":
            database.drop()
    if not flights or min(flights) == 0:
        failures.append("a kill hit no request in flight")
    if different:
        failures.append(f"{different} keyed requests got another answer the second time")
    if answered != DRAINED or code != 0 or took > 10:
        failures.append(f"SIGTERM: {answered} of {DRAINED} requests in flight answered, exit code {code}, {took:.1f} s")
    failures += [f"{count} × {what}" for what, count in found.items()]
    failures += [f"{count} × answer {what}" for what, count in load.odd.items() if what[0] == "5" and "unavailable" not in what]
    row = (
        database.name, ROUNDS, load.sent, len(load.acknowledged), stored, f"{min(flights)}–{max(flights)}, {sum(flights)} in all", f"{len(load.keyed)}, {keys:.0f} s",
        f"{answered}/{DRAINED}, {took:.1f} s, exit {code}", sum(found.values()),
    )
    print(f"  audit verify: {verdict}; other answers: {dict(load.odd) or 'none'}", flush=True)
    return row, [f"{database.name}: {failure}" for failure in failures]


def of_chat(name, path):
    database = Sqlite(path / "data" / "tekvwarho.db") if name == "sqlite" else Postgres(f"chaos_chat_{os.getpid()}")
    server = Server(path / "data", binary("release"), None if name == "sqlite" else database.url, free_port(), TEKVWARHO_LOG="warn")
    server.start()
    try:
        return asyncio.run(chaos_chat.chat(server, database, f"{SEED} {name}"))
    finally:
        if server.process.poll() is None:
            server.kill()
        if name != "sqlite":
            database.drop()


def main():
    print(f"CHAOS_SEED={SEED} CHAOS_ROUNDS={ROUNDS} CHAOS_CHAT_SECONDS={chaos_chat.SECONDS:g}")
    rows, chats, failures = [], [], []
    for name in ENGINES:
        if ROUNDS:
            with folder("chaos") as path:
                row, failed = asyncio.run(engine(name, path))
                rows.append(row)
                failures += failed
        if chaos_chat.SECONDS:
            with folder("chaos") as path:
                row, failed = of_chat(name, path)
                chats.append(row)
                failures += failed
    print()
    if chats:
        table(chats, chaos_chat.HEAD)
    if rows:
        table(rows, ("engine", "kills", "sent", "answered 201", "stored", "in flight at a kill", "keyed, retried for", "SIGTERM: in flight answered", "losses"))
    if failures:
        print("\n".join(["", *failures]))
        sys.exit(1)
    print("\nNothing that was answered is lost or doubled.")


if __name__ == "__main__":
    main()
