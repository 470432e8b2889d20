"""Load: wrk for requests per second, and a sequential client for the latency of single requests."""

import http.client
import json
import re
import subprocess
import time

# Sample input for the contact form.
FORM = {
    "name": "Marlene Brinkmann",
    "email": "marlene.brinkmann@example.com",
    "message": "Good morning,\n\nour stock list is a spreadsheet that three people open at once, and every Friday somebody loses an hour of work. "
    "Could you tell us what a first step would cost and how soon you could start?\n\nWe are in Hamburg.\n\nMarlene Brinkmann",
    "consent": True,
}
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3}


def post_script(path):
    """A wrk script that submits the contact form."""
    script = path / "post.lua"
    script.write_text(f"wrk.method = 'POST'\nwrk.body = [==[{json.dumps(FORM)}]==]\nwrk.headers['Content-Type'] = 'application/json'\n")
    return script


def wrk(url, seconds, connections=64, headers=(), script=None, threads=2):
    """Requests, requests a second, latencies in ms (p50, p99), and errors: answers that were not 2xx or 3xx, and connections that broke.

    `statuses` are those that the script prints at its end, as lines such as `status 429: 7`.
    """
    command = ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "--latency", "--timeout", "10s"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", script]
    text = subprocess.run([*command, url], text=True, capture_output=True, check=True).stdout
    errors = int(found[1]) if (found := re.search(r"Non-2xx or 3xx responses: (\d+)", text)) else 0
    found = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    broken = sum(map(int, found.groups())) if found else 0

    def latency(share):
        found = re.search(rf"^\s*{share}%\s+([\d.]+)(us|ms|s|m)$", text, re.M)
        return float(found[1]) * UNITS[found[2]] if found else float("nan")

    requests = int(re.search(r"(\d+) requests in ", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    statuses = {int(status): int(count) for status, count in re.findall(r"^status (\d+): (\d+)$", text, re.M)}
    return {"requests": requests, "rate": rate, "p50": latency(50), "p99": latency(99), "errors": errors + broken, "broken": broken, "statuses": statuses}


def times(server, path, count, token=None):
    """Latencies in ms of `count` sequential requests on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        taken.append((time.perf_counter() - began) * 1e3)
        if response.status != 200:
            raise SystemExit(f"GET {path} was answered with {response.status}")
    connection.close()
    return taken


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]
