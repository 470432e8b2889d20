"""Shared by fuzzing, chaos and benchmarks: a separate server, an admin, and access to its database."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
EMAIL = "bench@tekvwarho.example"
PASSWORD = "gravel-otter-lantern-42"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=30.0, step=0.002):
    """Waits for a condition; on timeout, says what did not happen."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(step)
    raise SystemExit(f"{what} did not happen within {seconds:g} s")


def binary(profile):
    """The binary of that profile, or the one in BENCH_BINARY."""
    path = pathlib.Path(os.environ.get("BENCH_BINARY") or ROOT / "target" / profile / "tekvwarho")
    if not path.exists():
        raise SystemExit(f"{path} is missing: build it first")
    return path


def environment(**more):
    """A clean environment: none of the caller's settings reach the server."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LANG", "RUST_BACKTRACE")}
    return kept | {name: str(value) for name, value in more.items()}


@contextlib.contextmanager
def folder(prefix):
    path = pathlib.Path(tempfile.mkdtemp(prefix=f"tekvwarho-{prefix}-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Measured:
    """A process whose memory is read from outside."""

    process = None

    def rss(self):
        """Resident memory in bytes."""
        return self._memory("VmRSS")

    def rss_at_rest(self):
        """Resident memory in bytes, once it has stood still for five seconds."""
        seen = []

        def settled():
            seen.append(self.rss())
            last = seen[-5:]
            return len(last) == 5 and max(last) - min(last) < 100_000

        wait_until(settled, "memory that stands still for five seconds", 60, 1)
        return self.rss()

    def peak(self):
        """The most resident memory that it had, in bytes, since `forget_peak`."""
        return self._memory("VmHWM")

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _memory(self, field):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith(f"{field}:"))) * 1024


class Server(Measured):
    """One installation: a data folder, a database, a port. Can be started, killed and restarted."""

    def __init__(self, data, program, database_url=None, port=None, unlimited=True, **settings):
        self.data = pathlib.Path(data)
        self.data.mkdir(parents=True, exist_ok=True)
        self.program = program
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        values = {
            "TEKVWARHO_LISTEN": f"127.0.0.1:{self.port}",
            "TEKVWARHO_DATA_DIR": self.data,
            "TEKVWARHO_PUBLIC_URL": f"http://localhost:{self.port}",
        }
        if unlimited:
            values |= {"TEKVWARHO_RATE_LIMITS": "off", "TEKVWARHO_BOT_GUARD": "off"}
        if database_url:
            values["DATABASE_URL"] = database_url
        self.env = environment(**values, **settings)
        self.log = self.data / "server.log"
        self.process = None

    def start(self, wait=True):
        # The data folder contains no developer's .env.
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([self.program, "serve"], env=self.env, cwd=self.data, stdout=log, stderr=log)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, path="/api/health", seconds=30.0):
        def ready():
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended with {self.process.returncode}:\n{self.tail()}")
            return self.answers(path)

        return wait_until(ready, f"an answer of {path}", seconds)

    def answers(self, path="/api/health", timeout=5):
        try:
            return self.call("GET", path, timeout=timeout)[0] == 200
        except OSError:
            return False

    def tail(self, lines=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill(self):
        """kill -9, and nothing else."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=15):
        """SIGTERM; returns the exit code and how long it took."""
        if self.process is None or self.process.poll() is not None:
            return (self.process.returncode if self.process else None), 0.0
        began = time.monotonic()
        self.process.terminate()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            code = "killed: it did not end"
        return code, time.monotonic() - began

    def command(self, *arguments, stdin=None, check=True, timeout=3_600):
        done = subprocess.run([self.program, *arguments], env=self.env, cwd=self.data, input=stdin, text=True, capture_output=True, timeout=timeout)
        if check and done.returncode != 0:
            raise SystemExit(f"tekvwarho {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()}")
        return done

    def create_admin(self):
        self.command("staff", "create", "--email", EMAIL, "--name", "Bench Admin", "--role", "admin", "--password-stdin", stdin=PASSWORD + "\n")

    def call(self, method, path, body=None, headers=None, timeout=30):
        """One request on a new connection: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            sent = dict(headers or {})
            if body is not None and not isinstance(body, bytes):
                body = json.dumps(body).encode()
                sent.setdefault("Content-Type", "application/json")
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def sign_in(self, email=EMAIL):
        """An access token of the admin, or of somebody else with the same password."""
        status, _, body = self.call("POST", "/api/admin/auth/login", {"email": email, "password": PASSWORD})
        if status != 200:
            raise SystemExit(f"signing in was answered with {status}: {body[:300]!r}")
        return json.loads(body)["data"]["accessToken"]


class Sqlite:
    """Queries an SQLite file."""

    name = "SQLite"

    def __init__(self, path):
        self.path = path
        self.url = f"sqlite://{path}"

    def rows(self, sql):
        with contextlib.closing(sqlite3.connect(self.path, timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def script(self, sql):
        with contextlib.closing(sqlite3.connect(self.path, timeout=60)) as connection:
            connection.executescript(sql)


class Postgres:
    """Queries a separate database on the server of TEST_DATABASE_URL."""

    name = "PostgreSQL"

    def __init__(self, database):
        base = os.environ.get("TEST_DATABASE_URL")
        if not base:
            raise SystemExit("TEST_DATABASE_URL is missing: run it under tools/with-postgres")
        self.base, self.database = base, database
        self.url = urllib.parse.urlsplit(base)._replace(path=f"/{database}").geturl()
        self.bin = pathlib.Path(os.environ.get("TEST_POSTGRES_BIN", "/usr/bin"))
        self._psql(base, f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        self._psql(base, f'CREATE DATABASE "{database}"')

    def _psql(self, url, sql):
        done = subprocess.run([self.bin / "psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", url], input=sql, text=True, capture_output=True)
        if done.returncode != 0:
            raise SystemExit(f"psql: {done.stderr.strip()}")
        return [tuple(line.split("\t")) for line in done.stdout.splitlines()]

    def rows(self, sql):
        return self._psql(self.url, sql)

    def script(self, sql):
        self._psql(self.url, sql)

    def drop(self):
        self._psql(self.base, f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')


def table(rows, header):
    """Prints rows in columns."""
    rows = [tuple(str(cell) for cell in row) for row in [header, *rows]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    for number, row in enumerate(rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    sys.stdout.flush()


class Baseline(Measured):
    """A server of `server/examples` that runs."""

    def __init__(self, process, port):
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def example(name, *arguments, port):
    """A baseline server of `server/examples`."""
    program = pathlib.Path(os.environ.get("BENCH_EXAMPLES") or ROOT / "target/release/examples") / name
    process = subprocess.Popen([program, *arguments], env=environment(), stdout=subprocess.DEVNULL)
    try:
        def listens():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True

        wait_until(listens, f"the start of {name}")
        yield Baseline(process, port)
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def running(server):
    server.start()
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
