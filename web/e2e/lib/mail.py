"""A real SMTP server that prints each mail it accepts as one line of JSON.

A line `refuse ADDRESS` or `accept ADDRESS` on stdin changes who may get mail; the end of stdin ends it.
"""

import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


refused = set()


class Printer:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in refused:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        part = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
        print(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "headers": {name.lower(): str(value) for name, value in mail.items()},
                    "type": mail.get_content_type(),
                    "text": part["plain"].get_content() if part["plain"] else None,
                    "html": part["html"].get_content() if part["html"] else None,
                    "defects": [str(defect) for defect in mail.defects],
                }
            ),
            flush=True,
        )
        return "250 Accepted"


controller = Controller(Printer(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    verb, address = line.split()
    (refused.add if verb == "refuse" else refused.discard)(address)
    print(json.dumps({"done": line.strip()}), flush=True)
controller.stop()
