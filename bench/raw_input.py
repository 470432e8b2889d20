"""Input that no OpenAPI document describes, written to sockets byte by byte."""

import base64
import http.client
import json
import os
import random
import socket
import struct
import time

PROBLEM = {"success", "type", "title", "status", "detail", "code", "errors", "requestId"}
BAD_BODIES = {
    "empty": b"",
    "only blanks": b"   \r\n\t ",
    "broken UTF-8": b'{"name":"\xff\xfe\xc3(","email":"a@example.com","message":"x"}',
    "overlong UTF-8": b'{"name":"\xc0\xaf"}',
    "10,000 nested arrays": b"[" * 10_000 + b"]" * 10_000,
    "10,000 open arrays": b"[" * 10_000,
    "nested objects": b'{"a":' * 1_600 + b"1" + b"}" * 1_600,
    "deep field": b'{"name":' + b"[" * 2_000 + b"]" * 2_000 + b"}",
    "raw NUL": b'{"name":"a\x00b","email":"a@example.com","message":"x"}',
    "escaped NUL": b'{"name":"a\\u0000b","email":"a@example.com","message":"x","content":"a\\u0000","tags":["\\u0000"],"ids":[]}',
    "lone surrogate": b'{"name":"\\ud800","email":"a@example.com","message":"x","content":"\\udfff"}',
    "duplicate keys": b'{"name":"a","name":"b","email":"a@example.com","email":"b@example.com","message":"x","content":"x","content":"y"}',
    "huge number": b'{"name":1e999999,"status":99999999999999999999999999999999}',
    "a number for a text": b'{"name":1,"email":2,"message":3,"content":4}',
    "byte order mark": b'\xef\xbb\xbf{"name":"a"}',
    "something after the end": b'{"name":"a","email":"a@example.com","message":"x"} x',
    "null": b"null",
    "true": b"true",
    "a string": b'"x"',
    "an array": b"[]",
    "an array for an object": b"[null,null,null,null,null,null,null,null,null,null,null]",
    "comment": b'/* hello */{"name":"a"}',
    "unterminated": b'{"name":"a',
    "control characters": b'{"name":"\\u0001\\u001b[31m\\r\\nBcc: x@example.com","email":"a@example.com\\r\\nBcc: b@example.com","message":"\\u202e\\ufeff"}',
}
TARGETS = [
    ("POST", "/api/contact", False),
    ("POST", "/api/admin/auth/login", False),
    ("POST", "/api/auth/refresh", False),
    ("POST", "/api/auth/forgot", False),
    ("POST", "/api/auth/reset", False),
    ("POST", "/api/setup", False),
    ("PATCH", "/api/auth/me", True),
    ("PATCH", "/api/admin/settings", True),
    ("POST", "/api/admin/messages/bulk", True),
    ("POST", "/api/admin/messages/{message}/replies", True),
    ("PUT", "/api/admin/messages/{message}/tags", True),
    ("PATCH", "/api/admin/messages/{message}", True),
    ("POST", "/api/admin/canned-replies", True),
]
BAD_PATHS = [
    "/api/messages/not-an-id",
    "/api/messages/00000000-0000-0000-0000-000000000000",
    "/api/admin/messages/%00",
    "/api/admin/messages/%ff%fe",
    "/api/admin/messages/" + "a" * 8_000,
    "/api/admin/messages/..%2f..%2fetc%2fpasswd",
    "/api/../../etc/passwd",
    "/assets/../../../etc/passwd",
    "/assets/%2e%2e/%2e%2e/etc/passwd",
    "/admin/..%5c..%5cwindows",
    "/services/%F0%9F%98%80",
    "/services/%c3%28",
    "/message/nonsense",
    "/api/admin/messages?limit=-1",
    "/api/admin/messages?limit=99999999999999999999",
    "/api/admin/messages?limit=x&limit=y",
    "/api/admin/messages?cursor=AAAA",
    "/api/admin/messages?cursor=%ff%00",
    "/api/admin/messages?cursor=" + "A" * 4_000,
    "/api/admin/messages?q=%00",
    "/api/admin/messages?q=%22%20OR%20%2A%20NEAR(%20%3A%20-%20%5E%20AND",
    "/api/admin/messages?q=a%27%3B%20DROP%20TABLE%20messages%3B--",
    "/api/admin/messages?q=" + "%20".join(f"w{number}" for number in range(1_000)),
    "/api/admin/messages?q=" + "x" * 7_000,
    "/api/admin/messages?q=%F0%9F%98%80%20%E2%80%AE",
    "/api/admin/messages?q=%25%5F%5C",
    "/api/admin/messages?from=-262143-01-01",
    "/api/admin/messages?to=%2B262142-12-31",
    "/api/admin/messages?to=9999-12-31&from=0000-01-01",
    "/api/admin/messages?from=2026-02-30",
    "/api/admin/messages?assignedTo=nobody",
    "/api/admin/messages?status=,,,,",
    "/api/admin/messages?%ff=%fe",
    "/api/admin/messages/export?format=exe",
    "/api/admin/messages/export?format=csv&q=%22",
    "/?" + "a=b&" * 1_500,
    "//",
    "/%",
    "/%zz",
    "*",
]


class Findings:
    def __init__(self, server, known):
        self.server, self.known, self.failures, self.sent = server, known, [], 0
        self.token = server.sign_in()

    def fail(self, title, expected, got):
        self.failures.append(f"raw: {title}: expected {expected}, got {got}")

    def alive(self, after):
        if self.server.process.poll() is not None or not self.server.answers():
            self.fail(after, "a server that still answers", f"none (exit code {self.server.process.poll()})")
            raise SystemExit("\n".join(self.failures))

    def write(self, data, timeout=20, finish=False):
        """Sends bytes, and nothing after them if `finish`; returns status, headers and body, or none if the server just closed."""
        self.sent += 1
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=timeout) as connection:
            connection.settimeout(timeout)
            try:
                connection.sendall(data)
                if finish:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # It may have answered and closed before it read everything.
            try:
                response = http.client.HTTPResponse(connection)
                response.begin()
                return response.status, response.headers, response.read()
            except (http.client.HTTPException, ConnectionError):
                return None
            except TimeoutError:
                return "timeout"

    def request(self, method, path, headers=(), body=None, **how):
        lines = [f"{method} {path} HTTP/1.1".encode(), b"Connection: close"]
        if not any(name.lower() == "host" for name, _ in headers):
            lines.append(f"Host: localhost:{self.server.port}".encode())
        lines += [name.encode() + b": " + (value if isinstance(value, bytes) else value.encode()) for name, value in headers]
        if body is not None and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
            lines.append(f"Content-Length: {len(body)}".encode())
        return self.write(b"\r\n".join(lines) + b"\r\n\r\n" + (body or b""), **how)

    def expect(self, title, answer, statuses=range(200, 500), api=True, may_close=False):
        """Expects one of the allowed statuses, and a problem body if it is an API error."""
        if answer is None or answer == "timeout":
            if answer == "timeout" or not may_close:
                self.fail(title, "an answer", answer or "a closed connection")
            return
        status, headers, body = answer
        if status not in statuses:
            self.fail(title, f"status {describe(statuses)}", f"{status} {body[:200]!r}")
        elif status >= 400 and api and not (may_close and not body):
            problem = read_problem(body) if headers.get_content_type() == "application/problem+json" else None
            if not problem or problem["status"] != status:
                self.fail(title, "problem+json with all members", f"{status} {headers.get('content-type')} {body[:200]!r}")
            elif headers.get("x-request-id") != problem["requestId"]:
                self.fail(title, "one request id", f"{headers.get('x-request-id')} and {problem['requestId']}")

    def signed(self, wanted=True):
        return [("Authorization", f"Bearer {self.token}")] if wanted else []


def describe(statuses):
    return f"{statuses.start} to {statuses.stop - 1}" if isinstance(statuses, range) else " or ".join(map(str, statuses))


def read_problem(body):
    try:
        problem = json.loads(body)
    except ValueError:
        return None
    return problem if isinstance(problem, dict) and PROBLEM <= problem.keys() and problem["success"] is False else None


def run(server, known):
    began = time.monotonic()
    out = Findings(server, known)
    for part in (bodies, paths, headers, protocol, slow, web_sockets):
        part(out)
        out.alive(part.__name__)
    print(f"Bad input over sockets: {out.sent} connections, {len(out.failures)} failures, {time.monotonic() - began:.0f} s", flush=True)
    return out.failures


def bodies(out):
    json_type = ("Content-Type", "application/json")
    message = out.known["ids"]["/api/admin/messages/"][0]
    for method, template, signed in TARGETS:
        path = template.replace("{message}", message)
        head = out.signed(signed)
        for name, body in BAD_BODIES.items():
            out.expect(f"{method} {template} with {name}", out.request(method, path, [*head, json_type], body))
        title = f"{method} {template}"
        out.expect(f"{title} with 1 MB", out.request(method, path, [*head, json_type], b'{"name":"' + b"a" * 1_000_000 + b'"}'), [413])
        chunk = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
        out.expect(f"{title} with 1 MB in chunks", out.request(method, path, [*head, json_type, ("Transfer-Encoding", "chunked")], chunk * 16 + b"0\r\n\r\n"), [413])
        # Optional bodies of another type are rejected as well.
        for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json/x", "\xff", ""):
            out.expect(f"{title} with content type {media!r}", out.request(method, path, [*head, ("Content-Type", media.encode("latin-1"))], b'{"name":"a"}'), [415])
        out.expect(f"{title} without content type", out.request(method, path, head, b'{"name":"a"}'), [400, 415, 422])
        out.expect(f"{title} in gzip", out.request(method, path, [*head, json_type, ("Content-Encoding", "gzip")], b"\x1f\x8b\x08\x00garbage"), range(400, 500))
    for name, body in {"garbage": b"%%%=&&=%ff%00", "broken UTF-8": b"name=%ff%fe", "twice": b"name=a&name=b&email=c", "empty": b""}.items():
        answer = out.request("POST", "/contact", [("Content-Type", "application/x-www-form-urlencoded")], body)
        out.expect(f"POST /contact form with {name}", answer, api=False)


def paths(out):
    for path in BAD_PATHS:
        for method in ("GET", "POST"):
            title = f"{method} {path[:80]}"
            out.expect(title, out.request(method, path, out.signed()), api=path.startswith("/api/"), may_close=True)
    random.seed(1)
    for number in range(200):
        path = "/api/" + "".join(random.choice("abc/%?&=.;#~+\"'<>\\^`{}|09") for _ in range(random.randrange(60)))
        out.expect(f"random path {number}: {path}", out.request("GET", path, out.signed()), api=False, may_close=True)


def headers(out):
    contact = json.dumps({"name": "A", "email": "a@example.com", "message": "x"}).encode()
    json_type = ("Content-Type", "application/json")
    post = ("POST", "/api/contact")
    for origin in ("https://evil.example", "null", "http://localhost.evil.example", "http://[", "\xff", "http://localhost:1"):
        answer = out.request(*post, [json_type, ("Origin", origin.encode("latin-1"))], contact)
        out.expect(f"foreign Origin {origin!r}", answer, [403])
        answer = out.request("GET", "/api/health", [("Origin", origin.encode("latin-1"))])
        out.expect(f"GET with foreign Origin {origin!r}", answer, [200])
        if isinstance(answer, tuple) and answer[1].get("access-control-allow-origin"):
            out.fail(f"GET with foreign Origin {origin!r}", "no CORS headers", answer[1]["access-control-allow-origin"])
    for host in ("[", "]", "", "a b", "evil.example", "localhost:99999999", "\xff\xfe", "a" * 5_000, "@", "localhost/../x"):
        out.expect(f"Host {host[:40]!r}", out.request("GET", "/api/health", [("Host", host.encode("latin-1"))]), may_close=True)
    out.expect("no Host", out.write(b"GET /api/health HTTP/1.1\r\nConnection: close\r\n\r\n"), may_close=True)
    out.expect("two Hosts", out.request("GET", "/api/health", [("Host", "a"), ("Host", "b")]), may_close=True)
    for count, size in ((60, 10), (70, 10), (1_000, 10), (50, 2_000), (1, 100_000), (1, 1_000_000)):
        answer = out.request("GET", "/api/health", [(f"X-Flood-{number}", "x" * size) for number in range(count)])
        out.expect(f"{count} headers of {size} bytes", answer, may_close=True)
    def encoded(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    head, payload, signature = out.token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    for token in (
        "", "x", "a.b.c", "....", "\xff\xfe", "A" * 8_000, out.token[:-2], f"{head}.{payload}.", f"{head}.{payload}.{'A' * len(signature)}",
        f"{encoded({'typ': 'at+jwt', 'alg': 'none'})}.{payload}.", f"{encoded({'typ': 'at+jwt', 'alg': 'HS256', 'kid': '../../x'})}.{payload}.{signature}",
        f"{head}.{encoded(claims | {'exp': 10**30})}.{signature}", f"{head}.{encoded([])}.{signature}", f"{encoded(1)}.{encoded(1)}.x", "tkw_" + "x" * 40,
    ):
        answer = out.request("GET", "/api/auth/me", [("Authorization", b"Bearer " + token.encode("latin-1"))])
        out.expect(f"token {token[:60]!r}", answer, [401])
    for value in ("Bearer", "Basic eDp5", "Manage", "bearer  ", "Digest x", ""):
        out.expect(f"Authorization {value!r}", out.request("GET", "/api/auth/me", [("Authorization", value)]), [401])
    message = out.known["ids"]["/api/messages/"][0]
    for value in ("Manage x", "Manage \xff", "Manage " + "A" * 7_000, "manage " + "=" * 10):
        out.expect(f"Authorization {value[:20]!r}", out.request("GET", f"/api/messages/{message}", [("Authorization", value.encode("latin-1"))]), [401, 404])
    for key in ("", "x" * 256, "x" * 7_000, "\xff", "a\tb"):
        answer = out.request(*post, [json_type, ("Idempotency-Key", key.encode("latin-1"))], contact)
        out.expect(f"Idempotency-Key {key[:20]!r}", answer, [201, 422])
    admin = f"/api/admin/messages/{out.known['ids']['/api/admin/messages/'][0]}"
    for value in ("garbage", '"', "*", 'W/"1"', '"-1"', '"99999999999999999999"', "\xff", ""):
        answer = out.request("PATCH", admin, [*out.signed(), json_type, ("If-Match", value.encode("latin-1"))], b'{"status":"new"}')
        out.expect(f"If-Match {value!r}", answer, [200, 400, 412, 422])
    for name, value in {
        "Accept": "garbage/;q=nan", "Accept-Encoding": "br;q=x,gzip;q=-1,\xff", "Range": "bytes=9-1,-", "Cookie": "refresh=" + "x" * 4_000 + "; =;;", "Expect": "100-continue",
        "X-Forwarded-For": "1.2.3.4, garbage, ::::", "X-Request-Id": "req_<script>", "If-None-Match": '"', "Accept-Language": "x" * 500, "User-Agent": "\xff" * 300,
        "Sec-Fetch-Site": "nonsense", "Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings", "HTTP2-Settings": "x", "TE": "trailers", "Forwarded": "for=[",
    }.items():
        for path in ("/api/health", "/", "/admin/"):
            out.expect(f"{name}: {value[:30]!r} to {path}", out.request("GET", path, [(name, value.encode("latin-1"))]), api=False, may_close=True)
    for method in ("TRACE", "FOO", "CONNECT", "OPTIONS", "PROPFIND", "get", "M-SEARCH", "X" * 500):
        for path in ("/api/health", "/", "/api/nothing"):
            out.expect(f"{method[:20]} {path}", out.request(method, path), api=False, may_close=True)
    out.expect("a preflight", out.request("OPTIONS", "/api/contact", [("Origin", "http://["), ("Access-Control-Request-Method", "\x7f")]), api=False, may_close=True)


def protocol(out):
    noise = random.Random(2)
    cases = {
        "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        "an HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(60),
        "HTTP/1.0": b"GET /api/health HTTP/1.0\r\n\r\n",
        "HTTP/9.9": b"GET /api/health HTTP/9.9\r\n\r\n",
        "no version": b"GET /api/health\r\n\r\n",
        "line feeds only": b"GET /api/health HTTP/1.1\nHost: a\n\n",
        "a space before the colon": b"GET /api/health HTTP/1.1\r\nHost : a\r\n\r\n",
        "a folded header": b"GET /api/health HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n",
        "a NUL in a header": b"GET /api/health HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
        "two lengths": b"POST /api/contact HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        "a negative length": b"POST /api/contact HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "an endless length": b"POST /api/contact HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        "length and chunks": b"POST /api/contact HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "a bad chunk": b"POST /api/contact HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        "a huge chunk": b"POST /api/contact HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
        "unknown transfer encoding": b"POST /api/contact HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nx",
        "nothing": b"",
        "blank lines": b"\r\n" * 500,
        "an endless first line": b"GET /" + b"a" * 500_000,
        "200 requests in one go": b"GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n" * 200,
    }
    for title, data in cases.items():
        out.expect(title, out.write(data, finish=True), may_close=True, api=False)
    for number in range(100):
        out.expect(f"random bytes {number}", out.write(noise.randbytes(noise.randrange(1, 2_000)), finish=True), may_close=True, api=False)


def slow(out):
    """Heads and bodies that arrive slowly, stop, or break off: many at once, and none may block the server."""
    head = b"POST /api/contact HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    parts = [b"GET /api/he", b"GET /api/health HTTP/1.1\r\nHost: a\r\nX-Slow: ", head, head + b'{"name":"a"', head.replace(b"Content-Length: 500", b"Transfer-Encoding: chunked") + b"5\r\n{\"na"]
    waiting = []
    for number in range(100):
        connection = socket.create_connection(("127.0.0.1", out.server.port), timeout=5)
        connection.sendall(parts[number % len(parts)])
        waiting.append(connection)
        out.sent += 1
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:  # One byte at a time, for two seconds.
        for connection in waiting:
            try:
                connection.sendall(b"a")
            except OSError:
                pass
        began = time.monotonic()
        if not out.server.answers():
            out.fail("100 slow connections", "an answer of /api/health", "none")
        elif time.monotonic() - began > 1:
            out.fail("100 slow connections", "an answer of /api/health within 1 s", f"{time.monotonic() - began:.1f} s")
    for number, connection in enumerate(waiting):
        if number % 2:  # A reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    answer = out.write(head + b'{"name":"a"', finish=True)
    out.expect("a body that ends early", answer, [400], may_close=True)


# --- WebSockets ---------------------------------------------------------------------------------------------------


def frame(opcode, payload, fin=True, masked=True, reserved=0, length=None):
    size = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    mask = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask | size])
    elif size < 65_536:
        head += bytes([mask | 126]) + struct.pack(">H", size)
    else:
        head += bytes([mask | 127]) + struct.pack(">Q", size)
    if not masked:
        return head + payload
    key = b"\x01\x02\x03\x04"
    return head + key + bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))


def text(value):
    return frame(1, value if isinstance(value, bytes) else json.dumps(value).encode())


class WebSocket:
    def __init__(self, server, headers=b""):
        self.connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        key = base64.b64encode(os.urandom(16))
        self.connection.sendall(
            b"GET /ws/chat HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n" % (server.port, key, headers)
        )
        self.reader = self.connection.makefile("rb")
        self.status = int(self.reader.readline().split()[1])
        while self.reader.readline() not in (b"\r\n", b""):
            pass

    def send(self, data):
        self.connection.sendall(data)

    def receive(self):
        """Opcode and payload of the next frame, or none if the server closed."""
        try:
            head = self.reader.read(2)
            if len(head) < 2:
                return None
            size = head[1] & 0x7F
            if size == 126:
                size = struct.unpack(">H", self.reader.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.reader.read(8))[0]
            return head[0] & 0x0F, self.reader.read(size)
        except (ConnectionError, struct.error):
            return None

    def next_text(self):
        while (got := self.receive()) is not None:
            if got[0] == 1:
                return json.loads(got[1])
            if got[0] == 8:
                return {"type": "closed"}
        return {"type": "closed"}

    def close(self):
        self.reader.close()
        self.connection.close()


def web_sockets(out):
    server = out.server
    for title, extra in {"a foreign Origin": b"Origin: https://evil.example\r\n", "a broken Origin": b"Origin: \xff\r\n"}.items():
        socket_ = WebSocket(server, extra)
        if socket_.status != 403:
            out.fail(f"WebSocket with {title}", "403", socket_.status)
        socket_.close()
    out.expect("GET /ws/chat without upgrade", out.request("GET", "/ws/chat"), range(400, 500))
    for signed in (False, True):
        frames_that_stay(out, signed)
        frames_that_may_close(out, signed)


def open_socket(out, signed):
    socket_ = WebSocket(out.server)
    out.sent += 1
    if signed:
        status, _, body = out.server.call("POST", "/api/auth/ws-ticket", headers={"Authorization": f"Bearer {out.token}"})
        if status == 401:
            out.token = out.server.sign_in()
            status, _, body = out.server.call("POST", "/api/auth/ws-ticket", headers={"Authorization": f"Bearer {out.token}"})
        socket_.send(text({"type": "auth", "ticket": json.loads(body)["data"]["ticket"]}))
        # What everybody who takes chats gets first.
        for expected in ("ready", "sessions", "staff"):
            answer = socket_.next_text()
            if answer["type"] != expected:
                out.fail("WebSocket sign-in", expected, answer)
    return socket_


def frames_that_stay(out, signed):
    """Well-formed but invalid frames get an `error` frame, and the socket stays open."""
    where = "after auth" if signed else "before auth"
    socket_ = open_socket(out, signed)
    frames = {
        "an unknown type": {"type": "nonsense"}, "no type": {}, "null": None, "an array": [], "a number": 1, "a type that is no text": {"type": 1},
        "auth without ticket": {"type": "auth"}, "auth with a number": {"type": "auth", "ticket": 1}, "auth with a wrong ticket": {"type": "auth", "ticket": "x" * 5_000},
        "auth with NUL": {"type": "auth", "ticket": "\0"}, "viewing nothing": {"type": "viewing"}, "viewing a bad id": {"type": "viewing", "entity": "message", "id": "x"},
        "viewing something else": {"type": "viewing", "entity": "\0" * 100, "id": None},
        "not JSON": b"hello", "empty": b"", "deep JSON": b"[" * 8_000, "NUL bytes": b"\0" * 100, "a lone surrogate": b'{"type":"\\ud800"}',
    }
    for title, value in frames.items():
        socket_.send(text(value))
        answer = socket_.next_text()
        if answer.get("type") != "error" or not {"code", "detail"} <= answer.keys():
            out.fail(f"WebSocket {where}: {title}", "an error frame", answer)
            socket_.close()
            socket_ = open_socket(out, signed)
    socket_.send(frame(9, b"ping"))
    if socket_.receive() != (10, b"ping"):
        out.fail(f"WebSocket {where}: ping", "pong", "something else")
    socket_.close()


def frames_that_may_close(out, signed):
    """A protocol violation may close the socket, and must affect nothing else."""
    noise = random.Random(3)
    cases = [
        frame(2, os.urandom(1_000)), frame(2, bytes(200_000)), text(b"a" * 17_000), text(b"a" * 1_000_000), frame(1, b"\xff\xfe\xc3("), frame(0, b"continuation"),
        frame(1, b"a", fin=False) + frame(1, b"b"), frame(1, b"\xc3", fin=False) + frame(0, b"("), (frame(1, b"a", fin=False) + frame(0, b"b", fin=False) * 2_000),
        frame(3, b"x"), frame(11, b"x"), frame(1, b"x", reserved=7), frame(1, b'{"type":"x"}', masked=False), frame(9, bytes(200)), frame(9, b"x", fin=False),
        frame(8, b"\x00"), frame(8, struct.pack(">H", 5)), frame(8, struct.pack(">H", 1000) + b"\xff"), frame(1, b"", length=2**63), frame(1, b"short", length=5_000),
        frame(9, b"x") * 3_000, frame(1, b"{}") * 300,
    ]
    cases += [noise.randbytes(noise.randrange(1, 400)) for _ in range(40)]
    for data in cases:
        socket_ = open_socket(out, signed)
        try:
            socket_.send(data)
            socket_.connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        while socket_.receive() is not None:
            pass
        socket_.close()
    out.alive(f"broken frames {'after' if signed else 'before'} auth")
