"""What a bus over Redis costs a request and a notice, beside one process, on PostgreSQL; and the same with Redis gone."""

import asyncio
import contextlib
import json
import time

import aiohttp

import load
from redis_server import Redis
from results import QUICK, ROUNDS, middle, report
from support import Postgres, Server, binary, wait_until

REQUESTS = 300 if QUICK else 1_000
NOTICES = 100 if QUICK else 400
READ = "/api/auth/me"


def nodes(path):
    database = Postgres("nodes")
    redis = Redis(path / "nodes-redis").start()
    shared = {"TEKVWARHO_SECRET_FILE": path / "nodes-keys.json", "TEKVWARHO_LOG": "warn"}
    # Nobody listens there: emails stay in the outbox.
    linked = {**shared, "REDIS_URL": redis.url, "SMTP_URL": "smtp://127.0.0.1:9"}
    alone = Server(path / "alone", binary("release"), database.url, unlimited=False, TEKVWARHO_BOT_GUARD="off", **shared)
    first, second = (Server(path / name, binary("release"), database.url, unlimited=False, TEKVWARHO_BOT_GUARD="off", **linked) for name in ("first", "second"))
    try:
        alone.start()
        alone.create_admin()
        for key, most in (("security.limitStaff", "10000"), ("security.limitPublicRead", "10000"), ("security.limitContact", "1000")):
            alone.command("settings", "set", key, most)
        first.start(), second.start()
        for server in (first, second):
            wait_until(lambda server=server: b'"redis":"ok"' in server.call("GET", "/api/health/ready")[2], "a node that hears the other")
        ways = {"one process": [], "two nodes over Redis": []}
        for _ in range(ROUNDS):
            for server, times in ((alone, ways["one process"]), (first, ways["two nodes over Redis"])):
                times += load.times(server, READ, REQUESTS, server.sign_in())
        for way, times in ways.items():
            told(f"GET {READ}, {way}", times)
        told("notice of a message, one process", asyncio.run(notices(alone, alone)))
        told("notice of a message on the other node, over Redis", asyncio.run(notices(first, second)))
        redis.kill()
        wait_until(lambda: b'"redis":"down"' in first.call("GET", "/api/health/ready")[2], "a node that knows that Redis is gone")
        told(f"GET {READ}, two nodes, Redis gone", load.times(first, READ, REQUESTS, first.sign_in()))
    finally:
        for server in (alone, first, second):
            server.stop()
        redis.kill()
        database.drop()


def told(what, times):
    """A row without a target: median, and what all but one in a hundred stay under."""
    report(f"{what}, sequential", "", f"{middle(times):.2f} ms", None, f"p99 {load.percentile(times, 0.99):.2f} ms, {len(times)} times")


async def notices(here, there):
    """Milliseconds from the response to a contact message on one node to its notice on a socket of the other."""
    token = there.sign_in()
    taken = []
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {token}"}
        async with session.post(f"{there.url}/api/auth/ws-ticket", headers=headers, json={}) as response:
            ticket = (await response.json())["data"]["ticket"]
        async with session.ws_connect(f"{there.url}/ws/chat") as socket:
            await socket.send_json({"type": "auth", "ticket": ticket})
            await until(socket, "ready")
            for _ in range(NOTICES):
                # Without a token of the form, the limit is stricter.
                async with session.get(f"{here.url}/api/form-token") as response:
                    form = {**load.FORM, "formToken": (await response.json())["data"]["formToken"]}
                began = time.perf_counter()
                async with session.post(f"{here.url}/api/contact", json=form) as response:
                    if response.status != 201:
                        raise SystemExit(f"a message was answered with {response.status}: {await response.text()}")
                answered = time.perf_counter()
                await until(socket, "notice", kind="message_created")
                # A notice can be there before the response is.
                taken.append(max(0.0, (time.perf_counter() - answered) * 1e3))
                await asyncio.sleep(max(0.0, 0.005 - (time.perf_counter() - began)))
    return taken


async def until(socket, kind, /, **more):
    with contextlib.suppress(asyncio.TimeoutError):
        while True:
            frame = json.loads((await socket.receive(10)).data)
            if frame["type"] == kind and all(frame.get(name) == value for name, value in more.items()):
                return frame
    raise SystemExit(f"no frame {kind} came")
