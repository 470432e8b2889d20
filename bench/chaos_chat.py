"""Chat under `kill -9`: visitors and staff write while sockets are cut and the server is killed and started again.

The database is the oracle. Of everything that was acknowledged nothing may be lost, doubled or reordered, as it is stored
and as both ends have seen it: each end keeps `clientId`s and the number of its last line, resumes, and must see every line
of its sessions once and in order.

CHAOS_CHAT_SECONDS: length of the traffic (default 180, 0: none). CHAOS_VISITORS (200), CHAOS_STAFF (20). The traffic is
drawn from CHAOS_SEED.
"""

import asyncio
import collections
import os
import random
import time
import uuid

import aiohttp

SECONDS = float(os.environ.get("CHAOS_CHAT_SECONDS", "180"))
VISITORS = int(os.environ.get("CHAOS_VISITORS", "200"))
STAFF = int(os.environ.get("CHAOS_STAFF", "20"))
PASSWORD = "correct horse battery staple 42"
FLAWS = (aiohttp.ClientError, OSError, asyncio.TimeoutError, ConnectionError)


class Run:
    """What all ends share."""

    def __init__(self, server, seed):
        self.server = server
        self.seed = seed
        self.acked = {}  # (session, clientId) → seq
        self.content = {}  # clientId → text
        self.sent = {}  # (session, end) → clientIds, in the order in which they were first sent
        self.seen = collections.defaultdict(dict)  # end → session → lines by number
        self.found = collections.Counter()
        self.cuts = 0
        self.ending = False


class End:
    """One client that loses nothing: it names its lines, keeps those without an answer, and resumes."""

    def __init__(self, run, name):
        self.run = run
        self.name = name
        self.dice = random.Random(f"{run.seed} {name}")
        self.socket = None
        self.pending = {}  # (session, clientId) → text
        self.last = {}  # session → number of the last line
        self.counter = 0

    def take(self, line):
        """A line that came, in whatever frame."""
        session, seq = line["sessionId"], line["seq"]
        before = self.last.get(session, 0)
        seen = self.run.seen[self.name].setdefault(session, {})
        if seq <= before:
            # Two ways may bring the same line once more; not as another one.
            if seen.get(seq, line["content"]) != line["content"]:
                self.run.found["two lines with one number"] += 1
            self.run.found["seen twice"] += 1
            return
        if seq != before + 1:
            self.run.found["a gap on a live socket"] += 1
        seen[seq] = line["content"]
        self.last[session] = seq

    def hear(self, frame):
        kind = frame["type"]
        if kind == "message":
            self.take(frame)
        elif kind == "history":
            for line in frame["messages"]:
                self.take(line)
        elif kind == "ack":
            key = (frame["sessionId"], frame["clientId"])
            known = self.run.acked.setdefault(key, frame["seq"])
            if known != frame["seq"]:
                self.run.found["acknowledged with two numbers"] += 1
            self.pending.pop(key, None)

    async def send_line(self, session):
        self.counter += 1
        name = f"{self.name}-{self.counter}"
        text = f"{name}: " + "word " * self.dice.randrange(1, 30)
        self.run.content[name] = text.strip()
        self.run.sent.setdefault((session, self.name), []).append(name)
        self.pending[(session, name)] = text.strip()
        await self.message(session, name, text.strip())

    async def message(self, session, name, text):
        await self.socket.send_json({"type": "message", "sessionId": session, "clientId": name, "content": text})

    async def again(self):
        """What was not acknowledged is sent again, in the same order."""
        for (session, name), text in list(self.pending.items()):
            await self.message(session, name, text)

    async def listen(self, seconds):
        """Takes what comes, for a while."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                message = await asyncio.wait_for(self.socket.receive(), left)
            except asyncio.TimeoutError:
                return
            if message.type != aiohttp.WSMsgType.TEXT:
                raise ConnectionError("the socket has ended")
            self.hear(message.json())

    async def cut(self):
        """As a network that goes away: nothing is said."""
        self.run.cuts += 1
        transport = self.socket._response.connection and self.socket._response.connection.transport
        if transport:
            transport.abort()
        raise ConnectionError("cut")

    async def live(self, http):
        while not self.run.ending:
            try:
                async with http.ws_connect("/ws/chat", heartbeat=None, max_msg_size=0) as self.socket:
                    await self.greet(http)
                    await self.again()
                    while not self.run.ending:
                        await self.act()
                        await self.listen(self.dice.random() * 0.8)
                        if self.dice.random() < 0.03:
                            await self.cut()
            except FLAWS:
                await asyncio.sleep(self.dice.random() * 0.5)

    async def settle(self, http):
        """After the traffic: everything is sent and everything has come."""
        for _ in range(20):
            try:
                async with http.ws_connect("/ws/chat", max_msg_size=0) as self.socket:
                    await self.greet(http)
                    await self.again()
                    await self.listen(1.0)
                    if not self.pending:
                        return
            except FLAWS:
                await asyncio.sleep(0.5)
        self.run.found[f"never answered, of {self.name.split('-')[0]}"] += len(self.pending)

    async def until(self, kind):
        while True:
            message = await asyncio.wait_for(self.socket.receive(), 20)
            if message.type != aiohttp.WSMsgType.TEXT:
                raise ConnectionError("the socket has ended")
            frame = message.json()
            self.hear(frame)
            if frame["type"] == kind:
                return frame


class Visitor(End):
    session = token = None

    async def greet(self, http):
        hello = {"type": "hello", "name": self.name}
        if self.session:
            hello["resume"] = {"sessionId": self.session, "token": self.token, "lastSeq": self.last.get(self.session, 0)}
        await self.socket.send_json(hello)
        welcome = await self.until("welcome")
        if self.session and welcome["sessionId"] != self.session:
            self.run.found["a session that could not be resumed"] += 1
        self.session, self.token = welcome["sessionId"], welcome["token"]
        if hello.get("resume"):
            while not (await self.until("history"))["complete"]:
                pass

    async def act(self):
        if self.dice.random() < 0.4:
            for _ in range(self.dice.randrange(1, 4)):
                await self.send_line(self.session)


class Person(End):
    token = None
    email = None

    def __init__(self, run, name):
        super().__init__(run, name)
        self.mine = set()
        self.waiting = set()
        self.id = None

    def hear(self, frame):
        super().hear(frame)
        kind = frame["type"]
        for session in frame["sessions"] if kind == "sessions" else [frame] if kind == "session" else []:
            identity = session["sessionId"]
            self.waiting.discard(identity)
            if session["status"] == "waiting":
                self.waiting.add(identity)
            if session["staffId"] == self.id and session["status"] == "active":
                self.mine.add(identity)
            else:
                self.mine.discard(identity)
        if kind == "error" and frame.get("clientId") and frame["code"] in ("conflict", "session_closed"):
            # A colleague has it now: the line was refused, and is not repeated.
            self.pending.pop((frame.get("sessionId"), frame["clientId"]), None)

    async def greet(self, http):
        async with http.post("/api/auth/ws-ticket", json={}, headers={"Authorization": f"Bearer {self.token}"}) as response:
            if response.status == 401:
                # A token lasts a quarter of an hour; a busy machine needs longer.
                self.token = await sign_in(http, self.email)
            if response.status != 200:
                raise ConnectionError(f"a ticket was answered with {response.status}")
            ticket = (await response.json())["data"]["ticket"]
        await self.socket.send_json({"type": "auth", "ticket": ticket})
        self.id = (await self.until("ready"))["staffId"]
        self.mine, self.waiting = set(), set()
        while not (await self.until("sessions"))["complete"]:
            pass
        self.open = {}
        for session in sorted(set(self.last) | self.mine)[:32]:
            await self.follow(session)

    async def follow(self, session):
        self.open[session] = True
        await self.socket.send_json({"type": "open", "sessionId": session, "lastSeq": self.last.get(session, 0)})

    async def act(self):
        luck = self.dice.random()
        if luck < 0.3 and self.waiting and len(self.mine) < 12:
            session = self.dice.choice(sorted(self.waiting))
            await self.socket.send_json({"type": "claim", "sessionId": session})
        elif luck < 0.8 and self.mine:
            session = self.dice.choice(sorted(self.mine))
            if session not in self.open and len(self.open) < 32:
                await self.follow(session)
            await self.send_line(session)
        elif luck < 0.83 and self.mine:
            await self.socket.send_json({"type": "release", "sessionId": self.dice.choice(sorted(self.mine))})


def people(server):
    """The addresses of staff."""
    emails = [f"staff{number}@chaos.example" for number in range(STAFF)]
    for number, email in enumerate(emails):
        server.command("staff", "create", "--email", email, "--name", f"Staff {number}", "--role", "staff", "--password-stdin", stdin=PASSWORD + "\n")
    return emails


async def sign_in(http, email):
    async with http.post("/api/admin/auth/login", json={"email": email, "password": PASSWORD}) as response:
        if response.status != 200:
            raise ConnectionError(f"a sign-in was answered with {response.status}")
        return (await response.json())["data"]["accessToken"]


async def traffic(run, emails, seconds):
    ends = [Visitor(run, f"visitor-{number}") for number in range(VISITORS)]
    for number, email in enumerate(emails):
        person = Person(run, f"staff-{number}")
        person.email = email
        ends.append(person)
    dice = random.Random(f"{run.seed} kills")
    kills = 0
    timeout = aiohttp.ClientTimeout(total=None, connect=10)
    async with aiohttp.ClientSession(run.server.url, timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as http:
        for end in ends[VISITORS:]:
            end.token = await sign_in(http, end.email)
        tasks = [asyncio.create_task(end.live(http)) for end in ends]
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(2 + dice.random() * 6)
            kills += 1
            await asyncio.to_thread(run.server.kill)
            await asyncio.sleep(dice.random())
            await asyncio.to_thread(run.server.start)
        run.ending = True
        done, late = await asyncio.wait(tasks, timeout=60)
        for task in done:
            task.result()
        if late:
            run.found["an end that did not end"] += len(late)
            for task in late:
                task.cancel()
        await asyncio.gather(*(end.settle(http) for end in ends))
    return ends, kills


def text(value):
    return str(uuid.UUID(bytes=value)) if isinstance(value, bytes) else str(value)


def check(run, database, ends):
    """Compares what was acknowledged and seen with the rows."""
    found = run.found
    rows = collections.defaultdict(dict)
    for session, seq, name, content in database.rows("SELECT session_id, seq, client_id, content FROM chat_messages"):
        # One engine answers in text only.
        session, seq, name = text(session), int(seq), name or None
        if seq in rows[session]:
            found["stored twice under one number"] += 1
        rows[session][seq] = (name, content)
    names = collections.Counter((session, name) for session, lines in rows.items() for name, _ in lines.values() if name)
    found["stored twice"] += sum(count - 1 for count in names.values())
    for session, lines in rows.items():
        if sorted(lines) != list(range(1, len(lines) + 1)):
            found["a gap in the rows"] += 1
    for (session, name), seq in run.acked.items():
        if rows[session].get(seq) != (name, run.content[name]):
            found["acknowledged and lost"] += 1
    for (session, _), sent in run.sent.items():
        place = {name: seq for seq, (name, _) in rows[session].items()}
        stored = [place[name] for name in sent if name in place]
        if stored != sorted(stored):
            found["reordered"] += 1
    for end in ends:
        for session, seen in run.seen[end.name].items():
            for seq, content in seen.items():
                if rows[session].get(seq, (None, None))[1] != content:
                    found["seen, but stored otherwise"] += 1
        if isinstance(end, Visitor) and end.session and set(run.seen[end.name].get(end.session, {})) != set(rows[end.session]):
            found["not seen by its visitor"] += 1
    return sum(len(lines) for lines in rows.values())


async def chat(server, database, seed):
    """One run against a server that runs already. Returns a row for the table, and what was found."""
    run = Run(server, seed)
    emails = people(server)
    ends, kills = await traffic(run, emails, SECONDS)
    stored = check(run, database, ends)
    found = +run.found
    row = (database.name, VISITORS, STAFF, kills, run.cuts, len(run.acked), stored, sum(found.values()))
    return row, [f"{database.name}, chat: {count} × {what}" for what, count in found.items()]


HEAD = ("engine", "visitors", "staff", "kills", "sockets cut", "lines acknowledged", "lines stored", "losses")
