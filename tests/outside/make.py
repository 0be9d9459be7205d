"""Makes what the judges judge: a log with our program, and forgeries of everything it hands out.

    make.py PROGRAM REPOSITORY FOLDER

Only Python's own library. In FOLDER:

    export/                  the log as a folder; mirror/ the same, fetched over HTTP
    receipts/, cose/         <index>-<size>: proofs for many leaves in trees of several sizes
    forged/folders/<how>/    folders that are not what was signed
    forged/receipts/, forged/cose/, forged/notes/   named as the honest ones, with what was done behind
    forged/forks/<how>/      a folder that verifies by itself, and is no continuation of export/checkpoints
"""

import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

PROGRAM, REPOSITORY, OUT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])


def sluss(*arguments, config=None, state=None, data=True, expected=0):
    command = [PROGRAM, "--config", config or OUT / "config", "--state", state or OUT / "state"]
    command += [str(argument) for argument in arguments] + (["--format", "json"] if data else [])
    ended = subprocess.run(command, capture_output=True, text=True, cwd=OUT)
    if ended.returncode != expected:
        sys.exit(f"{arguments}: exit {ended.returncode}\n{ended.stdout}\n{ended.stderr}")
    return json.loads(ended.stdout) if data else ended.stdout


def private(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)


def configuration():
    """As it ships, with operators that nobody reaches."""
    shutil.copytree(REPOSITORY / "config", OUT / "config")
    for recipient in ["globalconnect", "ip-only"]:
        private(OUT / "config/secrets" / recipient, "word\n")
        change(recipient, r'base_url = "[^"]*"', 'base_url = "http://127.0.0.1:9/"')
        change(recipient, "allow_http_loopback = false", "allow_http_loopback = true")
    os.environ["SLUSS__HTTP__REQUESTS_PER_SECOND"] = "10000"
    os.environ["SLUSS__HTTP__LISTEN"] = "127.0.0.1:0"


def change(recipient, pattern, text):
    file = OUT / f"config/recipients/{recipient}.toml"
    before = file.read_text()
    after = re.sub(pattern, text, before)
    assert before != after, pattern
    file.write_text(after)


class Server:
    """`sluss serve`, and one connection to it."""

    def __enter__(self):
        place = [PROGRAM, "--config", OUT / "config", "--state", OUT / "state"]
        made = subprocess.run(
            [*place, "token", "create", "--name", "outside", "--role", "auditor"],
            stdout=subprocess.PIPE, text=True, cwd=OUT, check=True,
        )
        # The new token is the last word printed.
        self.token = made.stdout.split()[-1]
        command = [PROGRAM, "--config", OUT / "config", "--state", OUT / "state", "serve", "--no-worker"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=OUT)
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                self.connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=60)
                return self
        sys.exit("serve has ended")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def get(self, path):
        self.connection.request("GET", f"/log/{path}", headers={"Authorization": f"Bearer {self.token}"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {body!r}")
        return body


def number(n):
    groups = [f"{n % 1000:03}"]
    while n := n // 1000:
        groups.insert(0, f"x{n % 1000:03}")
    return "/".join(groups)


def tiles(size):
    """The paths that a tree of this size has, by the text of C2SP tlog-tiles."""
    rows, level = [("entries", size)], 0
    while size >> 8 * level:
        rows.append((str(level), size >> 8 * level))
        level += 1
    for name, members in rows:
        for n in range(members // 256):
            yield f"tile/{name}/{number(n)}"
        if members % 256:
            yield f"tile/{name}/{number(members // 256)}.p/{members % 256}"


def mirror(server):
    """All that is served for one checkpoint."""
    note = server.get("checkpoint")
    for path in tiles(int(note.split(b"\n")[1])):
        write(OUT / "mirror" / path, server.get(path))
    write(OUT / "mirror/checkpoint", note)


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def grow(server, leaves):
    """Each bundle that is read is a leaf."""
    for _ in range(leaves):
        server.get("tile/entries/000.p/1")


def export():
    return sluss("log", "export", OUT / "export")["size"]


def log():
    configuration()
    sluss("demo", data=False)
    sizes = [export()]
    # A fork begins here: the same key, the same first leaves.
    shutil.copytree(OUT / "state", OUT / "state-fork")
    with Server() as server:
        grow(server, 250)
        sizes.append(export())
        change("globalconnect", r'version = "2026-11-01\.1"', 'version = "2026-12-01.1"')
        sluss("work", "--once")
        grow(server, 300)
        sizes.append(export())
        change("ip-only", r'version = "2026-11-01\.1"', 'version = "2026-12-01.1"')
        sluss("work", "--once")
        grow(server, 100)
        mirror(server)
    sizes.append(export())
    shutil.copy(OUT / "export/verifier-keys", OUT / "mirror/verifier-keys")
    shutil.copytree(OUT / "export/checkpoints", OUT / "mirror/checkpoints")
    for later in (OUT / "mirror/checkpoints").rglob("*"):
        if later.is_file() and int(later.read_text().split("\n")[1]) > int((OUT / "mirror/checkpoint").read_text().split("\n")[1]):
            later.unlink()
    return sizes


def receipts(sizes):
    made = 0
    for size in sizes:
        for index in sorted({0, 1, 2, size // 3, size // 2, size - 2, size - 1, min(255, size - 1), min(256, size - 1)}):
            name = f"{index}-{size}"
            (OUT / "cose").mkdir(exist_ok=True)
            cose = OUT / "cose" / name
            proof = sluss("log", "prove", index, "--size", size, "--cose", cose)
            write(OUT / "receipts" / name, proof["receipt"].encode())
            made += 1
    return made


def forged_folder(how, forge):
    folder = OUT / "forged/folders" / how
    shutil.copytree(OUT / "export", folder)
    forge(folder)


def flip(file, at):
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def leaves(bundle):
    out = []
    while bundle:
        end = 2 + int.from_bytes(bundle[:2], "big")
        out.append(bundle[:end])
        bundle = bundle[end:]
    return out


def swap(file, one, other):
    bundle = leaves(file.read_bytes())
    bundle[one], bundle[other] = bundle[other], bundle[one]
    file.write_bytes(b"".join(bundle))


def forge_folders(size):
    bundle, hashes = "tile/entries/001", "tile/0/001"
    edge = f"{number(size // 256)}.p/{size % 256}"
    forged_folder("a-byte-of-a-bundle", lambda folder: flip(folder / bundle, 5_000))
    forged_folder("a-byte-of-the-last-bundle", lambda folder: flip(folder / "tile/entries" / edge, 50))
    forged_folder("a-byte-of-a-tile", lambda folder: flip(folder / hashes, 4_000))
    forged_folder("a-byte-of-the-last-tile", lambda folder: flip(folder / "tile/0" / edge, 1))
    forged_folder("a-byte-of-a-tile-of-tiles", lambda folder: flip(folder / f"tile/1/000.p/{size // 256}", 40))
    forged_folder("swapped-leaves", lambda folder: swap(folder / bundle, 3, 4))

    def swap_all(folder):
        swap(folder / bundle, 3, 4)
        tile = folder / hashes
        data = tile.read_bytes()
        tile.write_bytes(data[:96] + data[128:160] + data[96:128] + data[160:])

    forged_folder("swapped-leaves-and-hashes", swap_all)

    def another_root(folder):
        text = (folder / "checkpoint").read_text().split("\n")
        text[2] = (OUT / "receipts" / f"0-{size}").read_text().split("\n")[2]
        (folder / "checkpoint").write_text("\n".join(text))

    forged_folder("another-root", another_root)

    def another_size(folder):
        text = (folder / "checkpoint").read_text()
        (folder / "checkpoint").write_text(text.replace(f"\n{size}\n", f"\n{size - 1}\n"))

    forged_folder("another-size", another_size)

    def resigned(folder):
        """By a key of the same name that is not the log's."""
        sluss("demo", data=False, state=OUT / "state-other")
        other = sluss("log", "checkpoint", state=OUT / "state-other")["checkpoint"]
        text = (folder / "checkpoint").read_text().split("\n\n")[0]
        (folder / "checkpoint").write_text(text + "\n\n" + other.split("\n\n")[1])

    forged_folder("another-key", resigned)
    write(OUT / "forged/notes/no-signature", (OUT / "export/checkpoint").read_bytes().split(b"\n\n")[0] + b"\n\n")
    for folder in (OUT / "forged/folders").iterdir():
        note = (folder / "checkpoint").read_bytes()
        if note != (OUT / "export/checkpoint").read_bytes():
            write(OUT / "forged/notes" / folder.name, note)
    signed = bytearray((OUT / "export/checkpoint").read_bytes())
    signed[-8] ^= 1
    write(OUT / "forged/notes/a-byte-of-the-signature", bytes(signed))


def forge_fork(sizes):
    """The log's own key signs another history from the first export on."""
    for _ in range(30):
        sluss("log", "show", 0, state=OUT / "state-fork")
    sluss("log", "export", OUT / "forged/forks/signed-by-the-log", state=OUT / "state-fork")


def forge_receipts():
    for file in (OUT / "receipts").iterdir():
        index, size = map(int, file.name.split("-"))
        text = file.read_text()
        head, note = text.split("\n\n", 1)
        first, position, *path = head.split("\n")

        def forged(how, position=position, path=path, note=note):
            data = "\n".join([first, position, *path]) + "\n\n" + note
            if data != text:
                write(OUT / "forged/receipts" / f"{file.name}.{how}", data.encode())

        forged("another-index", position=f"index {index + 1 if index + 1 < size else index - 1}")
        forged("index-beyond", position=f"index {size}")
        forged("cut", path=path[:-1])
        forged("cut-at-the-leaf", path=path[1:])
        forged("longer", path=[*path, path[-1]])
        forged("turned", path=path[::-1])
        forged("a-hash-of-another", path=[base64.b64encode(bytes(32)).decode(), *path[1:]])
        lines = note.split("\n")
        lines[2] = path[0]
        forged("another-root", note="\n".join(lines))


def forge_cose():
    for file in (OUT / "cose").iterdir():
        honest = file.read_bytes()
        index, size = map(int, file.name.split("-"))

        def forged(how, data):
            write(OUT / "forged/cose" / f"{file.name}.{how}", data)

        def flipped(at):
            data = bytearray(honest)
            data[at] ^= 1
            return bytes(data)

        forged("a-byte-of-the-signature", flipped(-5))
        forged("a-byte-of-the-path", flipped(-80))
        forged("cut", honest[:-1])
        forged("the-key-of-another", flipped(12))


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    begun = time.monotonic()
    sizes = log()
    made = receipts(sizes)
    forge_folders(sizes[-1])
    forge_fork(sizes)
    forge_receipts()
    forge_cose()
    own = [sluss("log", "verify", OUT / folder, expected=expected)["sound"] for folder, expected in
           [("export", 0), ("forged/forks/signed-by-the-log", 0)]
           + [(f"forged/folders/{folder.name}", 1) for folder in (OUT / "forged/folders").iterdir()]]
    assert own[:2] == [True, True] and not any(own[2:]), own
    print(f"made: {sizes[-1]} leaves, {made} receipts in each of two formats, in {time.monotonic() - begun:.0f} s")
    print(f"ours: 2 folders accepted, {len(own) - 2} forged ones refused")


main()
