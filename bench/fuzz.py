"""Whatever the input: no 5xx, no crash, no response that violates the OpenAPI document.

First, schemathesis covers the whole document, with nothing excluded: once without and once with a token. Then comes input
that no document describes, over plain sockets and WebSockets (`raw_input.py`). Afterwards, the server must still respond
and exit with 0.

FUZZ_EXAMPLES: cases per operation (default 60); FUZZ_SEED: default 1; FUZZ_PART=schema|raw runs one half.
"""

import email
import email.policy
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import raw_input
from support import EMAIL, PASSWORD, Server, binary, folder, wait_until

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "60")
SEED = os.environ.get("FUZZ_SEED", "1")
WANTED = os.environ.get("FUZZ_PART", "schema raw").split()

# A rule that a schema cannot express returns 422 (an unknown service, a reused key) or 412 (If-Match).
# Created resources are not fetched by their Location: fuzz_hooks.py uses ids that another case may have deleted.
# NUL is left to raw_input.py: no JSON schema can forbid it, and we return 400 or 422.
CONFIG = """
workers = 2
continue-on-failure = true
request-timeout = 20
suppress-health-check = ["all"]

[generation]
database = "none"
allow-x00 = false
with-security-parameters = false

[checks]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "429"]
ensure_resource_availability.enabled = false
"""


def main():
    began = time.monotonic()
    failures = []
    with folder("fuzz") as path:
        server = Server(path / "data", binary("debug"), TEKVWARHO_LOG="info")
        server.create_admin()
        server.command("demo", "--messages", "60", "--seed", "1")
        server.start()
        try:
            known = what_exists(server)
            if "schema" in WANTED:
                failures += schemathesis(path, server, "without a token", {})
                failures += schemathesis(path, server, "with a token", {"FUZZ_EMAIL": EMAIL, "FUZZ_PASSWORD": PASSWORD, "FUZZ_KNOWN": json.dumps(known)})
            if "raw" in WANTED:
                failures += raw_input.run(server, known)
            if not server.answers():
                failures.append("the server does not answer /api/health afterwards")
        finally:
            code, took = server.stop()
        if code != 0 or took > 10:
            failures.append(f"SIGTERM: exit code {code} after {took:.1f} s; expected 0 within 10 s")
        failures += read_log(server)
    if failures:
        print(f"\n{len(failures)} failures:")
        for failure in failures:
            print(f"- {failure}")
        sys.exit(1)
    print(f"\nNo input made a failure ({time.monotonic() - began:.0f} s).")


def what_exists(server):
    """Existing ids for requests to use, and the code of one client's conversation."""
    status, _, body = server.call("POST", "/api/contact", {"name": "Fuzz", "email": "fuzz@example.com", "message": "Hello", "consent": True})
    assert status == 201, body
    token = {"Authorization": f"Bearer {server.sign_in()}"}

    def ids(path):
        return [row["id"] for row in json.loads(server.call("GET", path, headers=token)[2])["data"]]

    thread = wait_until(lambda: code_of_thread(server.data / "mail"), "the confirmation mail", step=0.05)
    known = {"thread": thread[1], "ids": {"/api/messages/": [thread[0]], "/api/admin/messages/": ids("/api/admin/messages?limit=20")}}
    known["ids"]["/api/admin/canned-replies/"] = ids("/api/admin/canned-replies")
    server.call("POST", "/api/admin/pages", {"title": "Fuzz", "body": "Text.", "isPublished": True}, headers=token)
    known["ids"]["/api/admin/pages/"] = ids("/api/admin/pages")
    people = json.loads(server.call("GET", "/api/admin/staff?limit=20", headers=token)[2])["data"]
    known["ids"]["/api/admin/staff/"] = [row["id"] for row in people if row["email"] != EMAIL]
    return known


def code_of_thread(mails):
    for path in mails.glob("*.eml") if mails.is_dir() else ():
        if path.name.startswith("."):
            continue  # not complete yet
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found = re.search(r"/message/([0-9a-f-]{36})#([\w-]+)", mail.get_body(("plain",)).get_content() if mail["To"] else "")
        if found and mail["To"] == "fuzz@example.com":
            return found[1], found[2]
    return None


def schemathesis(path, server, title, variables):
    config, report = path / "schemathesis.toml", path / "schemathesis.txt"
    config.write_text(CONFIG)
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    arguments = [program, "--no-color", "--config-file", config, "run", f"{server.url}/api/openapi.json", "--max-examples", EXAMPLES, "--seed", SEED]
    variables = os.environ | variables | {"FUZZ_URL": server.url, "SCHEMATHESIS_HOOKS": "fuzz_hooks", "PYTHONPATH": str(HERE)}
    began = time.monotonic()
    with report.open("w") as out:
        code = subprocess.run(arguments, env=variables, cwd=path, stdout=out, stderr=subprocess.STDOUT).returncode
    text = report.read_text()
    failures = read_report(text)
    cases = re.search(r"(\d+) generated", text)
    print(f"OpenAPI document {title}: {cases[1] if cases else '?'} cases, {len(failures)} failures, {time.monotonic() - began:.0f} s", flush=True)
    if code != 0 and not failures:
        failures = [f"schemathesis ended with {code}:\n{text[-3000:]}"]
    if "Errors:" in text:
        failures.append(f"schemathesis itself had errors:\n{text[-3000:]}")
    return [f"{title}: {failure}" for failure in failures]


def read_report(text):
    """One line per failure: operation, check, what was observed, how to reproduce it."""
    _, _, text = text.partition("= FAILURES =")
    failures = []
    for section in re.split(r"\n(?=_{3,} )", text.split("= WARNINGS =")[0].split("= SUMMARY =")[0]):
        operation = re.match(r"_+ (.*?) _+\n", section)
        for case in re.split(r"\n(?=\d+\. Test Case)", section) if operation else ():
            again = re.search(r"curl .*", case)
            answer = re.search(r"\[\d+\] .*?:\n\n\s+`(.*?)`", case, re.S)
            for check in re.finditer(r"\n- (?:ST\d+ )?(.*)\n((?:\n    .*)+)?", case):
                seen = " ".join((check[2] or "").split())
                failures.append(f"{operation[1]}: {check[1]}: {seen[:300]}\n    {again[0][:700] if again else ''}\n    {answer[1][:400] if answer else ''}")
    return failures


def read_log(server):
    """The access log contains every response, whoever sent the request."""
    failures = []
    answers = 0
    for line in server.log.read_text(errors="replace").splitlines():
        if access := re.match(r"\S+ ([A-Z]+) (\S+) (\d{3}) \d+us (\S+)$", line):
            answers += 1
            if access[3].startswith("5"):
                failures.append(f"log: {access[1]} {access[2]} was answered with {access[3]} ({access[4]})")
        elif "panicked" in line or " ERROR " in line:
            failures.append(f"log: {line}")
    print(f"Access log: {answers} answers")
    return failures[:50]


if __name__ == "__main__":
    main()
