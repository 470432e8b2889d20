"""The list of chats at 10,000 and 1,000,000 sessions: each filter, and words that are looked for."""

import time
import urllib.parse
import uuid

from lists import measure_lists, settle, two_sizes
from results import ENGINES
from support import EMAIL, Postgres, running

# Sessions that wait, and as many that the admin has. Those of the demo data are over, but for the last half hour.
OPEN = 200
MINE = f"(SELECT id FROM staff WHERE email = '{EMAIL}')"
BUSY = "SELECT staff_id FROM chat_sessions WHERE staff_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"


def fill(server, database, rows):
    began = time.monotonic()
    server.create_admin()
    server.command("demo", "--messages", "0", "--chats", str(rows), "--seed", "1")
    settle(database)
    print(f"  {rows:,} chats on {database.name} in {time.monotonic() - began:.0f} s", flush=True)


def go_on(database):
    """The newest sessions are open again, as of now: a server closes what has been silent for long."""
    now = "now()" if isinstance(database, Postgres) else "strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', 'now')"
    for skipped, change in ((0, "status = 'waiting', staff_id = NULL, waiting_since = {now}"), (OPEN, "status = 'active', staff_id = {mine}, held_since = {now}, waiting_since = NULL")):
        newest = f"SELECT session_id FROM chat_sessions ORDER BY activity_id DESC LIMIT {OPEN} OFFSET {skipped}"
        database.script(f"UPDATE chat_sessions SET {change.format(now=now, mine=MINE)}, ended_at = NULL, last_activity_at = {now} WHERE session_id IN ({newest});")


def queries(database):
    """Typical filters, with existing values."""
    ((busy,),) = database.rows(BUSY)
    person = uuid.UUID(bytes=busy) if isinstance(busy, bytes) else busy
    ((tag,),) = database.rows("SELECT tag FROM chat_tags GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    ((named,),) = database.rows("SELECT visitor_name FROM chat_sessions WHERE visitor_name IS NOT NULL ORDER BY session_id LIMIT 1 OFFSET 432")
    ((newest, oldest),) = database.rows("SELECT max(started_at), min(started_at) FROM chat_sessions")
    newest, oldest = str(newest)[:10], str(oldest)[:10]
    asked = [("no filter", "")]
    asked += [(f"status {status}", f"status={status}") for status in ("waiting", "active", "closed", "missed", "waiting,active")]
    asked += [("status spam (nothing)", "status=spam")]
    asked += [
        ("assignee one person", f"assignedTo={person}"), ("assignee none", "assignedTo=none"), ("assignee me", "assignedTo=me"), ("mine: active × me", "status=active&assignedTo=me"),
        ("closed × assignee", f"status=closed&assignedTo={person}"), ("closed × assignee none", "status=closed&assignedTo=none"), ("waiting × assignee none", "status=waiting&assignedTo=none"),
        ("waiting × assignee (nothing)", f"status=waiting&assignedTo={person}"), ("tag", f"tag={urllib.parse.quote(tag)}"), ("tag × closed", f"tag={urllib.parse.quote(tag)}&status=closed"),
        ("tag × waiting", f"tag={urllib.parse.quote(tag)}&status=waiting"), ("this month", f"from={newest[:7]}-01"), ("the oldest month", f"to={oldest[:8]}28"), ("a week", f"from={newest[:8]}01&to={newest[:8]}07"),
    ]
    searches = [("one name", named), ("common word", "network"), ("in most chats", "you"), ("two common words", "wordpress thursday"), ("prefix of three letters", "web"), ("two letters", "an"), ("nothing", "zzyzx")]
    asked += [(f"q {title}", "q=" + urllib.parse.quote(words)) for title, words in searches]
    return asked + [("q common × waiting", "q=network&status=waiting"), ("q common × me", "q=network&assignedTo=me"), ("q common × tag", f"q=network&tag={urllib.parse.quote(tag)}")]


def chats(path):
    for engine in ENGINES:
        with two_sizes(path, engine, "chats", fill) as (databases, servers):
            for database in databases:
                go_on(database)
            with running(servers[0]), running(servers[1]):
                tokens = [server.sign_in() for server in servers]
                stats = ("figures of chat", "/api/admin/chats/stats")
                asked = [[(title, f"/api/admin/chats?limit=25&{query}") for title, query in queries(database)] + [stats] for database in databases]
                measure_lists("chat list", databases[0].name, servers, tokens, asked, {stats[0]})
