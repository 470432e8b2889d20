"""A real SMTP server that prints each mail it accepts as one line of JSON."""

import asyncio
import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class Printer:
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
asyncio.new_event_loop().run_until_complete(asyncio.to_thread(sys.stdin.read))
controller.stop()
