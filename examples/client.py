#!/usr/bin/env python3
"""Lists the recordings of a running heycat service, with the standard library only (Unix sockets).

HEYCAT_RUNTIME_DIR says where the service is, if not in the usual place. Without --once it goes on printing events.
"""

import hashlib
import hmac
import itertools
import json
import os
import pathlib
import secrets
import socket
import sys


class Refused(Exception):
    """The service answered with an error; `code` is one of the stable codes in docs/IPC.md."""

    def __init__(self, error):
        self.code = error["data"]["code"]
        super().__init__(f"{self.code}: {error['message']}")


class Client:
    def __init__(self, runtime_dir):
        runtime = json.loads((runtime_dir / "runtime.json").read_text())
        self.token = bytes.fromhex(pathlib.Path(runtime["token_file"]).read_text().strip())
        self.ids = itertools.count(1)
        self.events = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(runtime["socket"])
        self.stream = self.socket.makefile("rb")
        self._authenticate()

    def call(self, method, **params):
        number = next(self.ids)
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise Refused(message["error"])
                return message["result"]
            self.events.append(message)

    def next_event(self):
        return self.events.pop(0) if self.events else self._receive()

    def _authenticate(self):
        nonce = secrets.token_hex(32)
        hello = self.call(
            "hello", protocol={"min": 1, "max": 1}, client={"name": "client.py", "version": "1"}, nonce=nonce
        )
        nonces = f"{nonce}:{hello['nonce']}"
        if not hmac.compare_digest(self._proof("server", nonces), hello["proof"]):
            raise SystemExit("whoever answers on the socket does not know the token")
        self.call("authenticate", proof=self._proof("client", nonces))

    def _proof(self, side, nonces):
        return hmac.new(self.token, f"heycat-{side}:{nonces}".encode("ascii"), hashlib.sha256).hexdigest()

    def _send(self, message):
        body = json.dumps(message).encode("utf-8")
        self.socket.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _receive(self):
        length = None
        while True:
            line = self.stream.readline()
            if not line:
                raise SystemExit("the service closed the connection")
            if line == b"\r\n":
                return json.loads(self.stream.read(length))
            name, value = line.split(b":", 1)
            if name.lower() == b"content-length":
                length = int(value)


def runtime_folder():
    if os.environ.get("HEYCAT_RUNTIME_DIR"):
        return pathlib.Path(os.environ["HEYCAT_RUNTIME_DIR"])
    if sys.platform == "linux" and os.environ.get("XDG_RUNTIME_DIR", "").startswith("/"):
        return pathlib.Path(os.environ["XDG_RUNTIME_DIR"]) / "heycat"
    mac = sys.platform == "darwin"
    data = "Library/Application Support" if mac else os.environ.get("XDG_DATA_HOME", ".local/share")
    return pathlib.Path.home() / data / "heycat" / "run"


def main():
    client = Client(runtime_folder())
    answer = client.call("list_recordings")
    print(f"{answer['total_count']} recordings")
    for recording in answer["recordings"]:
        print(recording["id"], recording["file_path"])
    if "--once" in sys.argv:
        return
    client.call("subscribe")
    while True:
        message = client.next_event()
        print(message["method"], json.dumps(message["params"]), flush=True)


if __name__ == "__main__":
    main()
