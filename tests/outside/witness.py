"""Checks cosignatures that `sluss witness` made, with nothing but Python and `cryptography`.

    python witness.py SLUSS CONFIG

A deployment of its own in a temporary folder, whose operators cannot be reached, is witnessed by two
`sluss witness`. Then every signature line of the checkpoint is checked by hand: the log's over the
text, the witnesses' over the message of C2SP tlog-cosignature. Each bent line must fail.
"""

import base64
import contextlib
import hashlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EM_DASH = "\u2014"


def free_port():
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Deployment:
    """A configuration and a state of their own, driven by the command line alone."""

    def __init__(self, sluss, config, folder):
        self.sluss, self.folder = sluss, pathlib.Path(folder)
        self.config, self.state = self.folder / "config", self.folder / "state"
        shutil.copytree(config, self.config)
        (self.config / "secrets").mkdir(exist_ok=True)
        for file in (self.config / "recipients").glob("*.toml"):
            address = f"http://127.0.0.1:{free_port()}/"
            text = re.sub(r"(?m)^base_url = .*$", f'base_url = "{address}"', file.read_text())
            text = re.sub(r"(?m)^allow_http_loopback = .*$", "allow_http_loopback = true", text)
            file.write_text(text)
            secret = self.config / "secrets" / file.stem
            secret.write_text("word")
            secret.chmod(0o600)

    def run(self, *arguments, stdin=None, code=0):
        command = [self.sluss, "--config", self.config, "--state", self.state, *arguments]
        ended = subprocess.run(command, input=stdin, capture_output=True, text=True)
        assert ended.returncode == code, (arguments, ended)
        return ended.stdout

    def submit(self, number):
        """One order more, and what it leads to in the log."""
        lines = pathlib.Path(__file__).parents[2] / "fixtures/tmf/orders.jsonl"
        order = json.loads(lines.read_text().splitlines()[0])
        order["externalId"] = f"ORD-OUTSIDE-{number}"
        self.run("order", "submit", "-", stdin=json.dumps(order))

    def vkey(self):
        return self.run("log", "checkpoint", "--key").strip()

    def witnesses(self, policy):
        (self.config / "witnesses").write_text(policy)
        file = self.config / "sluss.toml"
        text = re.sub(r"(?m)^witness_policy = .*$", 'witness_policy = "witnesses"', file.read_text())
        file.write_text(text)

    def cosigned(self):
        """The newest checkpoint that the quorum has cosigned, as its note."""
        told = self.run("log", "checkpoint", "--witnesses", "--format", "json")
        return json.loads(told)["quorum"]["checkpoint"]


class Witness:
    """A `sluss witness` of its own."""

    def __init__(self, sluss, folder, name, log):
        self.sluss, self.dir = sluss, pathlib.Path(folder)
        made = subprocess.run(
            [sluss, "witness", "init", "--dir", self.dir, "--name", name, "--log", log],
            capture_output=True, text=True, check=True,
        )
        self.vkey, self.port = made.stdout.strip(), free_port()

    @contextlib.contextmanager
    def serving(self):
        listen = f"127.0.0.1:{self.port}"
        command = [self.sluss, "witness", "serve", "--dir", self.dir, "--listen", listen]
        quiet = subprocess.DEVNULL
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True)
        try:
            for line in server.stdout:
                if "listening" in line:
                    break
            yield f"http://{listen}"
        finally:
            server.terminate()
            server.wait()


def parse_vkey(vkey):
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key, validate=True)
    expected = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    assert bytes.fromhex(key_id) == expected, "the key id is not that of name, type and key"
    return name, expected, key[0], Ed25519PublicKey.from_public_bytes(key[1:])


def verify(note, vkey):
    """Whether a line of this key stands under the note and holds. By the text of the standard."""
    text, lines = note.rsplit("\n\n", 1)
    text += "\n"
    name, key_id, kind, key = parse_vkey(vkey)
    for line in lines.splitlines():
        dash, signer, blob = line.split(" ")
        blob = base64.b64decode(blob, validate=True)
        if dash != EM_DASH or signer != name or blob[:4] != key_id:
            continue
        if kind == 1:
            signature, message = blob[4:], text.encode()
        else:
            assert kind == 4
            seconds, signature = int.from_bytes(blob[4:12], "big"), blob[12:]
            if abs(time.time() - seconds) > 600:
                return False
            message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        try:
            key.verify(signature, message)
            return True
        except (InvalidSignature, ValueError):
            return False
    return False


def bent(note):
    """The note with one thing changed, in many ways."""
    text, lines = note.rsplit("\n\n", 1)
    origin, size, root = text.split("\n")
    yield f"{origin}x\n{size}\n{root}\n\n{lines}"
    yield f"{origin}\n{int(size) + 1}\n{root}\n\n{lines}"
    yield f"{origin}\n{size}\n{base64.b64encode(bytes(32)).decode()}\n\n{lines}"
    for at, line in enumerate(lines.splitlines()):
        dash, signer, blob = line.split(" ")
        blob = bytearray(base64.b64decode(blob))
        for place in range(4, len(blob), 7):
            other = bytearray(blob)
            other[place] ^= 1
            changed = lines.splitlines()
            changed[at] = f"{dash} {signer} {base64.b64encode(other).decode()}"
            yield text + "\n\n" + "\n".join(changed) + "\n"


def main(sluss, config):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        deployment = Deployment(sluss, config, folder / "deployment")
        deployment.submit(0)
        log = deployment.vkey()
        one = Witness(sluss, folder / "one", "witness.example.se/w1", log)
        two = Witness(sluss, folder / "two", "witness.example.org/w2", log)
        accepted = refused = 0
        with one.serving() as first, two.serving() as second:
            deployment.witnesses(
                f"log {log}\nwitness one {one.vkey} {first}\nwitness two {two.vkey} {second}\n"
                "group both all one two\nquorum both\n"
            )
            for number in range(4):
                deployment.run("work", "--once")
                note = deployment.cosigned()
                keys = [log, one.vkey, two.vkey]
                for key in keys:
                    assert verify(note, key), (key, note)
                    accepted += 1
                for forged in bent(note):
                    assert not all(verify(forged, key) for key in keys), forged
                    refused += 1
                origin = note.split("\n", 1)[0]
                address = f"{first}/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"
                with urllib.request.urlopen(address, timeout=10) as shown:
                    shown = shown.read().decode()
                assert verify(shown, log) and verify(shown, one.vkey), shown
                accepted += 2
                deployment.submit(number + 1)
        print(
            f"cryptography, Python {sys.version.split()[0]}: {accepted} signature lines accepted, "
            f"{refused} bent notes refused"
        )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
