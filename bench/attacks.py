"""Attacks: what strangers and members without permissions send to wear the server out, and what everybody else notices of it.

On the configuration that everybody has: rate limits and bot guard are on, the database is SQLite.
"""

import collections
import concurrent.futures
import contextlib
import http.client
import json
import random
import struct
import time
import zlib

import load
from results import QUICK, ROUNDS, middle, report, spread
from support import EMAIL, PASSWORD, Server, binary, running

SECONDS = 3 if QUICK else 10
# Judged in full it takes longer than any other of its length.
COSTLY = "4@8({[<369!1|7+0$5%24@8({[<369!1|7+0$5%24@8({[<369!1|7+0$5%24@8("
STRANGERS = 8
# Seconds between two requests of the client that measures.
BEAT = 0.01
GUESSES = 200
MEMBER = "member@tekvwarho.example"
PICTURES = 300
UPLOADERS = 32
# Pixels of a side: more than a picture may have, and about as many.
SIDES = 7_000, 3_500
# Bytes that a picture may have.
LARGEST = 2_000_000
# No answer came: the connection was cut, or nothing was said for too long.
NONE = "none"


def attacks(path):
    costly_passwords(path)
    guesses(path)
    for side in SIDES:
        pictures(path / f"pictures-{side}", side)


def defended(data):
    """A server as people run it, with an admin."""
    server = Server(data, binary("release"), unlimited=False)
    server.create_admin()
    return server


def answered(what, counts, allowed):
    """A row that says which answers came; anything but the allowed ones is a miss, and so is no answer."""
    total = sum(counts.values())
    odd = total - sum(counts[status] for status in allowed)
    seen = ", ".join(f"{status} × {count:,}" for status, count in sorted(counts.items(), key=str))
    figure = f"{odd:,} others of {total:,}" if odd else f"all {total:,}" if total else "no answers"
    report(f"answers to {what}", f"{', '.join(map(str, allowed))} only", figure, total > 0 and not odd, seen)


def answer_of(connection):
    """Reads the answer to what was sent: the status, or that none came."""
    try:
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        return NONE
    finally:
        connection.close()


# --- Costly passwords ---------------------------------------------------------------------------------------------

# wrk, because clients in Python would take the processor from the one that measures.
STRANGER = """
local paths, number, threads = {{ "/api/auth/reset", "/api/auth/accept-invite" }}, 0, {{}}
seen = {{}}
setup = function(thread) table.insert(threads, thread) end
request = function()
  number = number % #paths + 1
  return wrk.format("POST", paths[number], {{ ["Content-Type"] = "application/json" }}, [==[{body}]==])
end
response = function(status)
  local key = tostring(status)
  seen[key] = (seen[key] or 0) + 1
end
done = function()
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("seen")) do print("status " .. status .. ": " .. count) end
  end
end
"""


def costly_passwords(path):
    """Strangers set a password that takes long to judge, with a link that was never given: how long does everybody else wait?"""
    script = path / "stranger.lua"
    script.write_text(STRANGER.format(body=json.dumps({"token": "x", "password": COSTLY})))
    with running(defended(path / "costly")) as server:
        alone = health_for(server, SECONDS)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            run = pool.submit(load.wrk, server.url, SECONDS, STRANGERS, script=script, threads=1)
            beside = health_for(server, SECONDS)
            run = run.result()
    median = middle(beside)
    report(
        f"GET /api/health beside {STRANGERS} strangers who set costly passwords, median", "≤ 5 ms", f"{median:.2f} ms", median <= 5,
        f"without {middle(alone):.2f} ms; p99 {load.percentile(beside, 0.99):.1f} ms, without {load.percentile(alone, 0.99):.1f} ms; {len(beside):,} requests, one every {BEAT * 1e3:.0f} ms",
    )
    answered("costly passwords of strangers", collections.Counter(run["statuses"]) + collections.Counter({NONE: run["broken"]}), (422, 429))


def health_for(server, seconds):
    """Milliseconds that each request of one client took, counted from when it was due: whoever comes while nobody is answered waits, too."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    taken, due = [], time.perf_counter()
    end = due + seconds
    while due < end:
        time.sleep(max(0, due - time.perf_counter()))
        connection.request("GET", "/api/health")
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"GET /api/health was answered with {response.status}")
        taken.append((time.perf_counter() - due) * 1e3)
        due += BEAT
    connection.close()
    return taken


# --- Wrong sign-ins -----------------------------------------------------------------------------------------------


def guesses(path):
    """A browser that the account knows signs in while somebody at the same address guesses its password: how long does it wait?"""
    alone, beside, wrong, right = [], [], collections.Counter(), collections.Counter()
    for number in range(ROUNDS):
        # A fresh server for each: a locked account has the guesses refused at once.
        with running(defended(path / f"guesses-{number}")) as server:
            known = mark(server)
            seconds, status = timed(*sent(server, PASSWORD, known))
            alone.append(seconds)
            right[status] += 1
            waiting = [sent(server, f"not this one at all, {guess}") for guess in range(GUESSES)]
            # Sent last and read first: all guesses are with the server by then.
            seconds, status = timed(*sent(server, PASSWORD, known))
            beside.append(seconds)
            right[status] += 1
            wrong += collections.Counter(timed(*one)[1] for one in waiting)
    slowest = max(beside)
    report(
        f"sign-in of a known browser beside {GUESSES} wrong ones at once, slowest of {ROUNDS}", "≤ 1.5 s", f"{slowest:.2f} s", slowest <= 1.5 and right[200] == right.total(),
        f"{spread(beside, '{:.2f}')} s, without {spread(alone, '{:.2f}')} s",
    )
    answered("right sign-ins", right, (200,))
    answered(f"{ROUNDS} × {GUESSES} wrong sign-ins", wrong, (401, 429))


def mark(server):
    """The cookie that a browser is known by once it has signed in."""
    status, headers, body = server.call("POST", "/api/admin/auth/login", {"email": EMAIL, "password": PASSWORD}, {"X-Client": "web"})
    given = [cookie.partition(";")[0] for cookie in headers.get_all("Set-Cookie", []) if cookie.startswith("device=")]
    if status != 200 or not given:
        raise SystemExit(f"the first sign-in was answered with {status} and marked no browser: {body[:300]!r}")
    return given[0]


def sent(server, password, cookie=None):
    """Sends a sign-in and does not wait: the connection, and when it was sent."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Content-Type": "application/json", "X-Client": "web"} | ({"Cookie": cookie} if cookie else {})
    began = time.perf_counter()
    connection.request("POST", "/api/admin/auth/login", json.dumps({"email": EMAIL, "password": password}), headers)
    return connection, began


def timed(connection, began):
    """Reads the answer: seconds since it was sent, and the status."""
    status = answer_of(connection)
    return time.perf_counter() - began, status


# --- Pictures -----------------------------------------------------------------------------------------------------


def pictures(path, side):
    """A member sends heavy pictures again and again: how much memory does the server need for them?"""
    server = defended(path)
    server.command("staff", "create", "--email", MEMBER, "--name", "A Member", "--role", "staff", "--password-stdin", stdin=PASSWORD + "\n")
    file = picture(side)
    with running(server):
        token = server.sign_in(MEMBER)
        before = server.rss_at_rest()
        server.forget_peak()
        counts = upload(server, token, file)
        if (code := server.process.poll()) is not None:
            raise SystemExit(f"the server ended with {code} over the pictures, which were answered with {dict(counts)}:\n{server.tail()}")
        peak = server.peak()
        after = server.rss_at_rest()
        healthy = server.answers()
    grown = (peak - before) / 1e6
    report(
        f"memory at its peak, more than before {PICTURES} pictures of {side:,} × {side:,}", "≤ 100 MB", f"{grown:.0f} MB" + ("" if healthy else ", and it answers no more"),
        grown <= 100 and healthy, f"before {before / 1e6:.0f} MB, peak {peak / 1e6:.0f} MB, at rest afterwards {after / 1e6:.0f} MB; {UPLOADERS} at once, {len(file) / 1e6:.2f} MB each",
    )
    answered(f"{PICTURES} pictures of {side:,} × {side:,}", counts, (200, 413, 422, 429, 503))


def picture(side):
    """A PNG in colour: some lines of noise, so that the file is about as large as it may be, and nothing below them."""
    dice, width = random.Random(1), side * 3
    # The empty lines take some bytes, too.
    noise = min(side, (LARGEST - 200_000) // width)
    lines = b"".join(b"\0" + dice.randbytes(width) for _ in range(noise)) + bytes((side - noise) * (width + 1))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 6)) + chunk(b"IEND", b"")
    assert len(file) <= LARGEST, len(file)
    return file


def chunk(kind, content):
    """A part of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def upload(server, token, file):
    """Sends each picture once, as many at a time as there are clients; the answers by status."""
    with concurrent.futures.ThreadPoolExecutor(UPLOADERS) as clients:
        return collections.Counter(clients.map(lambda _: put(server, token, file), range(PICTURES)))


def put(server, token, file):
    """Sends one picture: the status."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    # Refused before all of it was sent, the answer may be there all the same.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.request("PUT", "/api/auth/me/avatar", file, {"Authorization": f"Bearer {token}", "Content-Type": "image/png"})
    return answer_of(connection)
