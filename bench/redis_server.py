"""A throw-away Redis on a socket: started, killed, emptied, or stopped without closing a connection."""

import pathlib
import shutil
import signal
import subprocess

from support import wait_until


class Redis:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / "redis.sock"
        self.url = f"unix://{self.path}"
        self.process = None

    def start(self):
        program = shutil.which("redis-server") or exit("redis-server is missing: run `tools/need redis-server`")
        flags = ["--port", "0", "--save", "", "--unixsocket", self.path, "--dir", self.folder]
        self.process = subprocess.Popen([program, *map(str, flags)], stdout=subprocess.DEVNULL)
        wait_until(lambda: self.ask("ping") == "PONG", "an answer of Redis", 10, 0.01)
        return self

    def ask(self, command):
        return subprocess.run(["redis-cli", "-s", self.path, command], text=True, capture_output=True).stdout.strip()

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None
        self.path.unlink(missing_ok=True)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        if self.process:
            self.process.send_signal(signal.SIGCONT)
