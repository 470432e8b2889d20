"""Live chat under load: lines a second that arrive at the other end, beside a bare echo that stores one row for each, and how long a line takes to staff."""

import asyncio
import contextlib
import itertools
import os
import shutil
import time

import load
from cost import settled
from results import ENGINES, QUICK, ROUNDS, TURNS, middle, ratio_of, report, spread
from support import PASSWORD, Postgres, Server, Sqlite, binary, example, free_port, running
from wire import Wire

PEOPLE = 8
# As many sessions as one socket of a person follows.
OF_EACH = 32
VISITORS = PEOPLE * OF_EACH
# A visitor's socket can send 200 frames in ten seconds, which is longer than a run.
MOST = 190
SECONDS = 2 if QUICK else 5
WARM_UP = 0.5
STEADY = 3 if QUICK else 10
FLUSHES = 300
WORDS = b" We have a copy on a disk in the office, but nobody has ever tried to restore it."


class Run:
    """What all ends of a run share."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.pressing = False
        self.sent = {}  # number of a line → when it was sent
        self.acked = 0
        self.arrived = 0
        self.taken = []  # ms from a visitor to a person
        self.exhausted = 0

    def line(self):
        """The beginning of the next line, which is its name too."""
        number = next(self.numbers)
        self.sent[number] = time.perf_counter()
        return b"%d" % number

    async def press(self, ends):
        """Lines a second that arrive while each end sends its next line once the last one is stored."""
        self.pressing = True
        for end in ends:
            end.say()
        await asyncio.sleep(WARM_UP)
        arrived, began, work = self.arrived, time.perf_counter(), time.process_time()
        await asyncio.sleep(SECONDS)
        seconds = time.perf_counter() - began
        rate, busy = (self.arrived - arrived) / seconds, (time.process_time() - work) / seconds
        self.pressing = False
        await self.rest()
        return rate, busy

    async def pace(self, visitors, rate, seconds):
        """Visitors send so many lines a second, whether or not the earlier ones have arrived: milliseconds of each."""
        self.taken = []
        began, count = time.perf_counter(), 0
        while count < rate * seconds:
            if (ahead := count / rate - (time.perf_counter() - began)) > 0:
                await asyncio.sleep(ahead)
            visitors[count % len(visitors)].say()
            count += 1
        await self.rest()
        return self.taken

    async def rest(self):
        """Every line must be acknowledged, and arrive once."""
        for _ in range(300):
            if self.acked == self.arrived == len(self.sent):
                return
            await asyncio.sleep(0.1)
        raise SystemExit(f"of {len(self.sent):,} lines {self.acked:,} were acknowledged, and {self.arrived:,} arrived")


class End(Wire):
    """One end, whose lines go where `say` sends them."""

    def __init__(self, port, run):
        super().__init__(port)
        self.run = run

    def acked(self):
        self.run.acked += 1
        if self.run.pressing:
            self.say()

    def write(self, session):
        line = self.run.line()
        self.send(b'{"type":"message","sessionId":"%s","clientId":"%s","content":"%s%s"}' % (session, line, line, WORDS))

    def flaw(self, text):
        raise SystemExit(f"a socket of the benchmark was told {text[:300]!r}")


class Visitor(End):
    session = None
    count = 0

    async def greet(self):
        welcome = self.until("welcome")
        self.send_json(type="hello", url="http://127.0.0.1/services")
        self.session = (await welcome)["sessionId"].encode()
        stored = self.until("ack")
        self.say()
        await stored

    def say(self):
        if self.count == MOST:
            self.run.exhausted += 1
            return
        self.count += 1
        self.write(self.session)

    def heard(self, text):
        if text.startswith(b'{"type":"ack"'):
            self.acked()
        elif text.startswith(b'{"type":"message"'):
            if b'"from":"staff"' in text:
                self.run.arrived += 1
        elif text.startswith((b'{"type":"error"', b'{"type":"bye"')):
            self.flaw(text)


class Person(End):
    def __init__(self, port, run):
        super().__init__(port, run)
        self.mine = None

    async def greet(self, server, email):
        token = server.sign_in(email)
        _, _, body = server.call("POST", "/api/auth/ws-ticket", {}, {"Authorization": f"Bearer {token}"})
        ticket = body.partition(b'"ticket":"')[2].partition(b'"')[0].decode()
        ready = self.until("ready")
        self.send_json(type="auth", ticket=ticket)
        await ready

    async def follow(self, sessions):
        """Takes the sessions, and gets their lines from now on."""
        self.mine = itertools.cycle(sessions)
        for session in sessions:
            taken = self.until("history")
            self.send(b'{"type":"claim","sessionId":"%s"}' % session)
            self.send(b'{"type":"open","sessionId":"%s","lastSeq":9999}' % session)
            await taken

    def say(self):
        self.write(next(self.mine))

    def heard(self, text):
        if text.startswith(b'{"type":"message"'):
            if b'"from":"visitor"' in text:
                now, run = time.perf_counter(), self.run
                number = text.partition(b'"content":"')[2].partition(b" ")[0]
                run.arrived += 1
                run.taken.append((now - run.sent[int(number)]) * 1e3)
        elif text.startswith(b'{"type":"ack"'):
            self.acked()
        elif text.startswith((b'{"type":"error"', b'{"type":"bye"')):
            self.flaw(text)


class Echo(End):
    """The baseline's only kind of end."""

    def say(self):
        self.send(self.run.line() + WORDS)

    def heard(self, text):
        self.run.arrived += 1
        self.acked()


@contextlib.asynccontextmanager
async def closing(ends):
    try:
        yield ends
    finally:
        for end in ends:
            end.close()


def people():
    return [f"person{number}@tekvwarho.example" for number in range(PEOPLE)]


@contextlib.asynccontextmanager
async def desk(server):
    """A run, its visitors and its people, each session with whoever has it."""
    run = Run()
    async with closing([]) as ends:
        visitors = [await Visitor.open(server.port, run) for _ in range(VISITORS)]
        ends += visitors
        await asyncio.gather(*(visitor.greet() for visitor in visitors))
        staff = []
        for number, email in enumerate(people()):
            staff.append(person := await Person.open(server.port, run))
            ends.append(person)
            await person.greet(server, email)
            await person.follow([visitor.session for visitor in visitors[number * OF_EACH : (number + 1) * OF_EACH]])
        # The first lines came before anybody followed.
        run.arrived = run.acked
        await asyncio.to_thread(settled, server)
        yield run, visitors, staff


async def exchange(server):
    async with desk(server) as (run, visitors, staff):
        rate, busy = await run.press(visitors + staff)
        return rate, busy, run.exhausted


async def echo(baseline):
    run = Run()
    async with closing([]) as ends:
        for _ in range(VISITORS + PEOPLE):
            ends.append(end := await Echo.open(baseline.port, run))
            # The first one makes the session.
            end.say()
        await run.rest()
        return await run.press(ends)


def flushes(path):
    """Milliseconds of an fsync after 4 kB, each."""
    taken = []
    with (path / "flushed").open("wb", buffering=0) as file:
        for _ in range(FLUSHES):
            file.write(bytes(4_096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - began) * 1e3)
    return taken


async def latencies(server, path, half):
    """p99 in ms of a line to staff at 100 a second and at half the top rate, and of an fsync in between."""
    slow, busy, flushed = [], [], []
    for _ in range(ROUNDS):
        flushed.append(load.percentile(flushes(path), 0.99))
        # A new desk each time: a visitor's socket can send only so much.
        async with desk(server) as (run, visitors, _):
            slow.append(load.percentile(await run.pace(visitors, 100, STEADY), 0.99))
            busy.append(load.percentile(await run.pace(visitors, half, SECONDS), 0.99))
    return slow, busy, flushed


@contextlib.contextmanager
def fresh(path, engine, name):
    """A new server that nobody has started yet, with its people; and its database."""
    if engine == "sqlite":
        server = Server(path / name, binary("release"))
        database = Sqlite(server.data / "tekvwarho.db")
    else:
        database = Postgres(name.replace("-", "_"))
        server = Server(path / name, binary("release"), database.url)
    try:
        server.create_admin()
        for email in people():
            server.command("staff", "create", "--email", email, "--name", email.partition("@")[0], "--role", "staff", "--password-stdin", stdin=PASSWORD + "\n")
        yield server, database
    finally:
        server.stop()
        shutil.rmtree(server.data)
        if engine != "sqlite":
            database.drop()


def delivery(path):
    for engine in ENGINES:
        ours, bare, work = [], [], ([], [])
        exhausted = 0
        for number in range(TURNS // 2):
            with fresh(path, engine, f"delivery-{number}") as (server, _), running(server):
                rate, busy, stopped = asyncio.run(exchange(server))
            ours.append(rate)
            work[0].append(busy)
            exhausted += stopped
            with fresh(path, engine, f"echo-{number}") as (_, database):
                port = free_port()
                with example("baseline_socket", f"127.0.0.1:{port}", database.url, port=port) as baseline:
                    rate, busy = asyncio.run(echo(baseline))
            bare.append(rate)
            work[1].append(busy)
        ratio, name = ratio_of(ours, bare), database.name
        report(
            f"chat lines delivered on {name}, each committed before its ack, {VISITORS} visitors and {PEOPLE} people", "≥ 60 %", f"{ratio:.1%}", ratio >= 0.6,
            f"{middle(ours):,.0f}/s of {middle(bare):,.0f}/s; of a processor the clients took {middle(work[0]):.0%} and {middle(work[1]):.0%}"
            + (f"; {exhausted} visitors had sent all that they may" if exhausted else ""),
        )
        with fresh(path, engine, "paced") as (server, _), running(server):
            slow, busy, flushed = asyncio.run(latencies(server, path, middle(ours) / 2))
        limit = max(4, 2 * middle(flushed))
        report(
            f"a chat line from visitor to staff on {name}, 100 lines/s, p99", "≤ max(4 ms, 2 × p99 of an fsync)", f"{middle(slow):.1f} ms", middle(slow) <= limit,
            f"{spread(slow, '{:.1f}')} ms; fsync {middle(flushed):.1f} ms",
        )
        report(f"the same at half the top rate, {middle(ours) / 2:,.0f} lines/s", "≤ 25 ms", f"{middle(busy):.1f} ms", middle(busy) <= 25, f"{spread(busy, '{:.1f}')} ms")
