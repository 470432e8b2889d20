"""A conversation of 10,000 lines: coming back to all of it, and its history a page at a time, beside one of 100 lines."""

import asyncio
import json
import random
import shutil
import time

import load
from cost import settled
from results import ENGINES, QUICK, ROUNDS, middle, report, spread
from support import EMAIL, Postgres, Server, Sqlite, binary, running
from wire import Wire

LONG, SHORT = 10_000, 100
# Those who come back at the same time, for the peak of memory.
AT_ONCE = 20
PAGES = 40 if QUICK else 150
WORDS = (
    "Hi, do you also take over websites that somebody else built?", "Hello! Yes, we do that often. What is it built with, as far as you know?",
    "WordPress, I think. The person who built it has left.", "A first look is half a day, and its price is on the page that you are reading. After it you have a plan.",
    "That would be great. Thursday in the morning?", "Thursday at ten works for us. Shall I write it down for you?",
)
LINES = """
{numbers}
INSERT INTO chat_messages (id, session_id, seq, sender_type, sender_id, content, created_at, search_text)
SELECT {id}, session_id, n, CASE WHEN n % 2 = 0 THEN 'staff' ELSE 'visitor' END, CASE WHEN n % 2 = 0 THEN {person} END, {words}, created_at, lower(' ' || {words} || ' ')
FROM {source}, chat_messages WHERE session_id = {session} AND seq = 1;
UPDATE chat_sessions SET last_seq = {count}, version = version + 1 WHERE session_id = {session};
"""


class Reader(Wire):
    """A visitor who comes back."""

    def __init__(self, port):
        super().__init__(port)
        self.seqs = []
        self.complete = None

    def heard(self, text):
        # Frames of one response can come together, so that nobody could wait for each.
        if text.startswith(b'{"type":"history"'):
            frame = json.loads(text)
            self.seqs += [line["seq"] for line in frame["messages"]]
            if frame["complete"]:
                self.complete.set_result(time.perf_counter())

    async def ask(self, **content):
        """Milliseconds until the last line of the response is there, and the numbers of its lines."""
        self.seqs, self.complete = [], asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self.send_json(**content)
        return (await asyncio.wait_for(self.complete, 60) - began) * 1e3, self.seqs


async def begin(server):
    """A session with one line: what resumes it."""
    wire = await Wire.open(server.port)
    welcome = wire.until("welcome")
    wire.send_json(type="hello", name="Marlene Brinkmann")
    welcome = await welcome
    stored = wire.until("ack")
    wire.send_json(type="message", sessionId=welcome["sessionId"], clientId="1", content=WORDS[0])
    await stored
    wire.close()
    return {"sessionId": welcome["sessionId"], "token": welcome["token"]}


def lengthen(database, session, count):
    """Adds lines of both sides, up to that number."""
    if isinstance(database, Postgres):
        parts = {"numbers": "", "source": f"generate_series(2, {count}) AS n", "id": "gen_random_uuid()", "session": f"'{session}'"}
    else:
        numbers = f"CREATE TEMP TABLE numbers AS WITH RECURSIVE counted(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM counted WHERE n < {count}) SELECT n FROM counted;"
        parts = {"numbers": numbers, "source": "numbers", "id": "randomblob(16)", "session": f"x'{session.replace('-', '')}'"}
    words = "CASE n % {} {} END".format(len(WORDS), " ".join(f"WHEN {place} THEN '{line}'" for place, line in enumerate(WORDS)))
    database.script(LINES.format(**parts, person=f"(SELECT id FROM staff WHERE email = '{EMAIL}')", words=words, count=count))


async def returns(server, known):
    """Milliseconds of one resume from 0, and whether all lines came in order."""
    reader = await Reader.open(server.port)
    taken, seqs = await reader.ask(type="hello", resume={**known, "lastSeq": 0})
    reader.close()
    return taken, seqs == list(range(1, LONG + 1))


async def many_return(server, known):
    return await asyncio.gather(*(returns(server, known) for _ in range(AT_ONCE)))


async def pages(server, known, length):
    """Milliseconds of 50 lines from anywhere, each."""
    dice, times = random.Random(length), []
    reader = await Reader.open(server.port)
    await reader.ask(type="hello", resume={**known, "lastSeq": length})
    for _ in range(PAGES // ROUNDS):
        before = dice.randrange(51, length + 1)
        taken, seqs = await reader.ask(type="history", sessionId=known["sessionId"], beforeSeq=before, limit=50)
        if seqs != list(range(before - 50, before)):
            raise SystemExit(f"the 50 lines before {before} were {seqs}")
        times.append(taken)
    reader.close()
    return times


def requests(server, token, known, length):
    """Milliseconds of 25 lines from the middle, each, as the dashboard asks for them."""
    return load.times(server, f"/api/admin/chats/{known['sessionId']}/messages?limit=25&beforeSeq={length // 2}", PAGES // ROUNDS, token)


def history(path):
    for engine in ENGINES:
        database = None if engine == "sqlite" else Postgres("history")
        server = Server(path / f"history-{engine}", binary("release"), database and database.url)
        database = database or Sqlite(server.data / "tekvwarho.db")
        server.create_admin()
        with running(server):
            known = {length: asyncio.run(begin(server)) for length in (SHORT, LONG)}
            for length, session in known.items():
                lengthen(database, session["sessionId"], length)
            if engine != "sqlite":
                database.script("VACUUM ANALYZE")
            settled(server)
            come_back(server, database.name, known[LONG])
            look_back(server, database.name, known)
        if engine != "sqlite":
            database.drop()
        shutil.rmtree(server.data)


def come_back(server, engine, known):
    """A resume from 0, alone and with others."""
    alone = [asyncio.run(returns(server, known)) for _ in range(ROUNDS)]
    before = server.rss_at_rest()
    server.forget_peak()
    beside = asyncio.run(many_return(server, known))
    grown = (server.peak() - before) / 1e6
    # Of those at once only the memory counts: this process reads their lines one after the other.
    times, whole = [taken for taken, _ in alone], all(right for _, right in alone + beside)
    report(
        f"resume of a chat of {LONG:,} lines from 0 on {engine}", "all lines, in order", ("all" if whole else "not all") + f", {middle(times):.0f} ms", whole,
        f"{spread(times)} ms; {AT_ONCE} at once took {grown:.1f} MB more memory at the peak",
    )


def look_back(server, engine, known):
    """p95 of a page of the long conversation, beside one of the short."""
    token = server.sign_in()
    ways = {
        "50 lines from anywhere, over the socket": lambda length: asyncio.run(pages(server, known[length], length)),
        "25 lines from the middle, by the API": lambda length: requests(server, token, known[length], length),
    }
    for what, ask in ways.items():
        seen = {SHORT: [], LONG: []}
        for _ in range(ROUNDS):
            for length, times in seen.items():
                times.append(load.percentile(ask(length), 0.95))
        short, long = middle(seen[SHORT]), middle(seen[LONG])
        limit = max(1.5 * short, 5)
        report(
            f"history of a chat of {LONG:,} lines on {engine}, {what}, p95", f"≤ max(1.5 × p95 at {SHORT} lines, 5 ms)", f"{long:.1f} ms", long <= limit,
            f"{short:.1f} ms at {SHORT} lines",
        )
