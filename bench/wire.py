"""The client's end of a WebSocket, by hand: thousands of them in one process, and little work for each frame.

Frames are masked with zeros, which leaves their bytes as they are; any server takes that mask like any other.
"""

import asyncio
import json

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
HELLO = (
    "GET /ws/chat HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGVrdndhcmhvIGJlbmNoIQ==\r\n\r\n"
)


def frame(kind, content):
    size = len(content)
    head = bytes((128 | kind, 128 | size)) if size < 126 else bytes((128 | kind, 254)) + size.to_bytes(2, "big")
    return head + bytes(4) + content


PONGED = frame(PONG, b"")


class Wire(asyncio.Protocol):
    """One socket. `heard` takes the text of each frame; who waits for one asks with `until`."""

    def __init__(self, port):
        self.port = port
        self.rest = b""
        self.transport = None
        self.ready = asyncio.get_running_loop().create_future()
        self.wanted = None
        self.lost = None

    @classmethod
    async def open(cls, port, *arguments):
        _, wire = await asyncio.get_running_loop().create_connection(lambda: cls(port, *arguments), "127.0.0.1", port)
        await asyncio.wait_for(wire.ready, 30)
        return wire

    def heard(self, text):
        """A text that came."""

    def pinged(self):
        """A ping that came, and was answered."""

    def send(self, text):
        self.transport.write(frame(TEXT, text))

    def send_json(self, **content):
        self.send(json.dumps(content).encode())

    def until(self, kind, seconds=30):
        """The next frame of that type, to be awaited after what causes it was sent; what comes before it is heard as always."""
        future = asyncio.get_running_loop().create_future()
        self.wanted = (f'{{"type":"{kind}"'.encode() if kind else b"", future)
        return self.read(future, seconds)

    async def read(self, future, seconds):
        return json.loads(await asyncio.wait_for(future, seconds))

    def connection_made(self, transport):
        self.transport = transport
        transport.write(HELLO.format(port=self.port).encode())

    def connection_lost(self, error):
        self.fail(self.lost or f"the socket has ended: {error or 'closed by the server'}")

    def fail(self, why):
        self.lost = why
        for future in (self.ready, self.wanted and self.wanted[1]):
            if future and not future.done():
                future.set_exception(ConnectionError(why))

    def close(self):
        self.transport.abort()

    def data_received(self, data):
        data = self.rest + data if self.rest else data
        if not self.ready.done():
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self.rest = head
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self.fail(f"the upgrade was answered with {head.splitlines()[0]!r}")
                return
            self.ready.set_result(None)
        at, end = 0, len(data)
        while end - at >= 2:
            kind, size, start = data[at] & 15, data[at + 1], at + 2
            if size > 125:
                start += 2 if size == 126 else 8
                size = int.from_bytes(data[at + 2 : start], "big")
            if end - start < size:
                break
            at = start + size
            self.take(kind, data[start:at])
        self.rest = data[at:]

    def take(self, kind, content):
        if kind == TEXT:
            self.heard(content)
            if self.wanted and content.startswith(self.wanted[0]):
                (_, future), self.wanted = self.wanted, None
                if not future.done():
                    future.set_result(content)
        elif kind == PING:
            self.transport.write(PONGED if not content else frame(PONG, content))
            self.pinged()
        elif kind == CLOSE:
            self.lost = f"the server said goodbye: {content[2:]!r}"
