"""The rounds of chaos.py for two nodes over PostgreSQL and Redis.

Both nodes serve. In each round, something happens to Redis (it is emptied, killed, killed and started, or frozen), and one
node is killed while requests are in flight. The other one goes on; whoever lost a response sends a keyed request again,
to either node. A mail server receives every email: one can arrive twice only if its node died between handing it over
and noting that.
"""

import asyncio
import collections
import time

import aiohttp
from aiosmtpd.controller import Controller

from redis_server import Redis
from support import Server, free_port

# How long both nodes serve before one is killed, and how long the other goes on alone, in seconds.
BEFORE, AFTER = (0.2, 1.0), 0.7
WORKERS = 32
# Emails that one node hands over at the same time.
AT_ONCE = 8


class Sink:
    """Counts emails by their Message-ID."""

    def __init__(self):
        self.seen = collections.Counter()

    async def handle_DATA(self, server, session, envelope):
        head = envelope.content.split(b"\r\n\r\n", 1)[0].splitlines()
        self.seen[next(line for line in head if line.lower().startswith(b"message-id:"))] += 1
        return "250 ok"


class Nodes:
    """Two nodes of one installation, with everything around them."""

    def __init__(self, path, program, database):
        self.redis = Redis(path / "redis").start()
        self.sink = Sink()
        self.mail = Controller(self.sink, hostname="127.0.0.1", port=free_port())
        self.mail.start()
        shared = {
            "REDIS_URL": self.redis.url,
            "SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "TEKVWARHO_SECRET_FILE": path / "keys.json",
            "TEKVWARHO_LOG": "warn",
        }
        self.servers = [Server(path / name, program, database.url, **shared) for name in ("a", "b")]
        for server in self.servers:
            server.start()

    def end(self):
        for server in self.servers:
            if server.process.poll() is None:
                server.kill()
        self.redis.kill()
        self.mail.stop()


async def worker(load, sessions, number, dice, until):
    while not until.is_set():
        marker = f"nodes-{load.sent}-{number}"
        if dice.random() < 0.2:
            load.keyed[marker] = f"key-{marker}"
        # A keyed request is sent again, to either node, until somebody answers.
        for _ in range(20 if marker in load.keyed else 1):
            try:
                await load.post(dice.choice(sessions), marker)
                break
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.01)


async def trouble(redis, dice):
    """Something happens to Redis while both nodes serve."""
    what = dice.choice(["nothing", "emptied", "killed", "restarted", "frozen"])
    if what == "emptied":
        redis.ask("flushall")
    elif what in ("killed", "restarted"):
        redis.kill()
    elif what == "frozen":
        redis.freeze()
    if what == "restarted":
        await asyncio.sleep(dice.uniform(*BEFORE) / 2)
        redis.start()
    return what


async def rounds(count, nodes, load, session_for, dice):
    """Kills one node in each round; returns how many requests were in flight each time."""
    flights = []
    for number in range(count):
        async with session_for(nodes.servers[0]) as first, session_for(nodes.servers[1]) as second:
            until = asyncio.Event()
            workers = [asyncio.create_task(worker(load, [first, second], index, dice, until)) for index in range(WORKERS)]
            what = await trouble(nodes.redis, dice)
            await asyncio.sleep(dice.uniform(*BEFORE))
            deadline = time.monotonic() + 10
            while not load.in_flight and time.monotonic() < deadline:
                await asyncio.sleep(0.001)
            victim = dice.choice(nodes.servers)
            flights.append(len(load.in_flight))
            victim.kill()
            before = len(load.acknowledged)
            await asyncio.sleep(AFTER)
            alone = len(load.acknowledged) - before
            until.set()
            await asyncio.gather(*workers)
        print(f"  kill {number + 1:>2}: Redis {what}, {flights[-1]:>2} in flight; the other node answered {alone} alone", flush=True)
        if alone == 0:
            raise SystemExit(f"the other node answered nothing\n{load.server.tail()}")
        victim.start()
        nodes.redis.thaw()
        if nodes.redis.process is None:
            nodes.redis.start()
    return flights


def doubled(nodes, kills):
    """What is wrong with the emails, and a line about them."""
    twice = sum(1 for count in nodes.sink.seen.values() if count > 1)
    line = f"{len(nodes.sink.seen)} emails arrived, {twice} of them twice"
    return [f"{line}, more than {kills} kills explain"] if twice > kills * AT_ONCE else [], line
