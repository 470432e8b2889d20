"""Loaded by schemathesis: signs in, and signs in again when a fuzzed sign-out has ended the session; uses ids of existing rows.

FUZZ_URL, FUZZ_EMAIL and FUZZ_PASSWORD set the server and the account (without them nobody signs in); FUZZ_KNOWN is JSON:
ids by path prefix, and the code of one client's conversation.
"""

import json
import os
import random
import threading
import urllib.request
import uuid

import schemathesis

_lock = threading.Lock()
_token = None
_known = json.loads(os.environ.get("FUZZ_KNOWN", "{}"))
_random = random.Random(1)


def _sign_in():
    body = json.dumps({"email": os.environ["FUZZ_EMAIL"], "password": os.environ["FUZZ_PASSWORD"]}).encode()
    request = urllib.request.Request(os.environ["FUZZ_URL"] + "/api/admin/auth/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)["data"]["accessToken"]


def _is_id(value):
    try:
        return bool(uuid.UUID(str(value)))
    except ValueError:
        return False


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces most valid ids with ids of existing rows; a deliberately malformed one stays."""
    parameters = case.path_parameters or {}
    ids = next((ids for prefix, ids in _known.get("ids", {}).items() if case.operation.path.startswith(prefix)), None)
    if ids and _is_id(parameters.get("id")) and _random.random() < 0.8:
        parameters["id"] = _random.choice(ids)


if os.environ.get("FUZZ_EMAIL"):

    @schemathesis.auth(refresh_interval=None)
    class SignedIn:
        def get(self, case, context):
            global _token
            if "thread" in _known and case.operation.path.startswith("/api/messages/{id}"):
                return f"Manage {_known['thread']}"
            with _lock:
                if _token is None:
                    _token = _sign_in()
                return f"Bearer {_token}"

        def set(self, case, data, context):
            case.headers = case.headers or {}
            case.headers["Authorization"] = data

    @schemathesis.hook
    def after_call(context, case, response):
        global _token
        path = case.operation.path
        ended = response.status_code == 401 and str(response.request.headers.get("Authorization", "")).endswith(_token or "?")
        if ended or path.endswith(("/logout", "/logout-all", "/password")) or path.startswith("/api/auth/sessions/"):
            with _lock:
                _token = None
