"""Idle sockets: what thousands of silent visitors cost in memory, and their pings in processor time, beside a bare server that only pings as many."""

import asyncio
import os
import resource

from cost import processor_time
from results import QUICK, report
from support import Server, binary, example, free_port, running
from wire import Wire

COUNT = int(os.environ.get("BENCH_SOCKETS", "2000" if QUICK else "15000"))
# Rounds of pings, 30 s each.
PINGS = 1 if QUICK else 3
# Handshakes at a time.
AT_ONCE = 200
# Of all files, for what is no socket of a visitor: in this process, and in the server, which keeps a quarter.
SPARE = 100


class Silent(Wire):
    """A visitor who says hello and no more."""

    def __init__(self, port, crowd):
        super().__init__(port)
        self.crowd = crowd

    def pinged(self):
        self.crowd.pings += 1


class Crowd:
    """All of them."""

    def __init__(self):
        self.sockets = []
        self.pings = 0

    async def come(self, port):
        async def one():
            socket = await Silent.open(port, self)
            greeted = socket.until(None)
            socket.send_json(type="hello", url="http://127.0.0.1/services")
            await greeted
            self.sockets.append(socket)

        for start in range(0, COUNT, AT_ONCE):
            await asyncio.gather(*(one() for _ in range(min(AT_ONCE, COUNT - start))))

    def here(self):
        return sum(socket.lost is None for socket in self.sockets)

    async def quiet(self):
        """Waits until no ping has come for two seconds: in between two rounds."""
        before = -1
        while before != self.pings:
            before = self.pings
            await asyncio.sleep(2)

    async def round(self):
        """Waits until everybody has had one more ping."""
        await self.quiet()
        wanted = self.pings + self.here()
        for _ in range(400):
            if self.pings >= wanted:
                return await self.quiet()
            await asyncio.sleep(0.1)
        raise SystemExit(f"{wanted - self.pings:,} of {len(self.sockets):,} sockets got no ping in 40 s")


async def weigh(server):
    """Bytes of a socket, processor time of a round of pings in ms, sockets that are open at the end."""
    before = await asyncio.to_thread(server.rss_at_rest)
    crowd = Crowd()
    try:
        await crowd.come(server.port)
        # From the end of one round to that of another, so that each window holds whole rounds.
        await crowd.round()
        began = processor_time(server)
        for _ in range(PINGS):
            await crowd.round()
        spent = (processor_time(server) - began) / PINGS
        after = await asyncio.to_thread(server.rss_at_rest)
        return (after - before) / COUNT, spent, crowd.here()
    finally:
        for socket in crowd.sockets:
            socket.close()


def sockets(path):
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if COUNT > min(files - SPARE, files * 3 // 4):
        raise SystemExit(f"{COUNT:,} sockets do not fit into {files:,} files (ulimit -n); BENCH_SOCKETS sets another number")
    with running(Server(path / "sockets", binary("release"))) as server:
        ours, spent, here = asyncio.run(weigh(server))
    port = free_port()
    with example("baseline_socket", f"127.0.0.1:{port}", port=port) as baseline:
        bare, bare_spent, _ = asyncio.run(weigh(baseline))
    report(f"{COUNT:,} idle sockets of visitors on one node, open after {PINGS + 1} rounds of pings", "all", f"{here:,}", here == COUNT)
    report("resident memory of an idle socket", "≤ 4 kB", f"{ours / 1e3:.1f} kB", ours <= 4e3, f"bare server {bare / 1e3:.1f} kB")
    times = spent / bare_spent
    report(
        f"processor time of {COUNT:,} idle sockets, in multiples of a bare server that only pings", "≤ 1.5 ×", f"{times:.2f} ×", times <= 1.5,
        f"{spent:.0f} ms of {bare_spent:.0f} ms in 30 s",
    )
