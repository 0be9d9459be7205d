"""A witness that is not ours cosigns our log, and a library that is not ours judges our witness.

    python witness_live.py SLUSS CONFIG

Needs `aics-witness` and `aics-tlog` (PyPI; Python 3.12 or newer).
"""

import base64
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import aics_tlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from witness import Deployment, Witness, free_port


class Foreign:
    """aics-witness, as a process of its own."""

    def __init__(self, folder, name, log):
        self.program = pathlib.Path(sys.executable).parent / "aics-witness"
        self.port, self.config = free_port(), pathlib.Path(folder) / "witness.json"
        told = self.run("init", "--name", name, "--listen", f"127.0.0.1:{self.port}")
        self.vkey = told.strip().splitlines()[-1]
        self.run("add-log", "--origin", log.split("+")[0], "--vkey", log)

    def run(self, verb, *arguments):
        command = [self.program, verb, "-c", self.config, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    @contextlib.contextmanager
    def serving(self):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [self.program, "serve", "-c", self.config]
        server = subprocess.Popen(command, env=os.environ, **quiet)
        address = f"http://127.0.0.1:{self.port}"
        try:
            until_answered(address)
            yield address
        finally:
            server.terminate()
            server.wait()


def until_answered(address):
    for _ in range(200):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{address} does not answer")


def post(address, body):
    """Status, content type and body of an answer to add-checkpoint."""
    request = urllib.request.Request(f"{address}/add-checkpoint", data=body.encode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers["content-type"], answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers["content-type"], answer.read().decode()


def request(old, proof, note):
    lines = "".join(base64.b64encode(one).decode() + "\n" for one in proof)
    return f"old {old}\n{lines}\n{note}"


def checked(note, log, witnesses):
    """What their library says of a cosigned checkpoint."""
    keys = [aics_tlog.parse_vkey(key) for key in witnesses]
    return aics_tlog.verify_checkpoint(
        aics_tlog.parse_note(note), aics_tlog.parse_vkey(log), keys, len(keys),
        max_age_seconds=600, max_future_seconds=30,
    )


def our_log(sluss, config, folder):
    """Their witness and ours cosign our log; a restored backup of it is found out."""
    deployment = Deployment(sluss, config, folder / "deployment")
    deployment.submit(0)
    log = deployment.vkey()
    theirs = Foreign(folder / "theirs", "witness.example.org/w1", log)
    ours = Witness(sluss, folder / "ours", "witness.example.se/w1", log)
    cosigned = refused = 0
    with theirs.serving() as first, ours.serving() as second:
        deployment.witnesses(
            f"log {log}\nwitness theirs {theirs.vkey} {first}\nwitness ours {ours.vkey} {second}\n"
            "group both all theirs ours\nquorum both\n"
        )
        notes = []
        for number in range(6):
            deployment.run("work", "--once")
            notes.append(deployment.cosigned())
            result = checked(notes[-1], log, [theirs.vkey, ours.vkey])
            assert result, result
            cosigned += 2
            if number == 2:
                shutil.copytree(deployment.state, folder / "backup")
            deployment.submit(number + 1)
        policy = str(deployment.config / "witnesses")
        deployment.run("log", "verify", "--witness-policy", policy)

        # One line taken from another checkpoint, or the witness's away: no quorum.
        other = aics_tlog.parse_note(notes[0])
        for line in aics_tlog.parse_note(notes[-1]).signatures:
            kept = [one for one in aics_tlog.parse_note(notes[-1]).signatures if one != line]
            fewer = aics_tlog.Note(aics_tlog.parse_note(notes[-1]).text, tuple(kept))
            swapped = aics_tlog.Note(other.text, tuple(kept))
            for bent in (fewer, swapped):
                refused += not fails(checked, bent.serialise(), log, [theirs.vkey, ours.vkey])

        # A rollback: the log as it was, signed as it was, shown again.
        origin, size, _ = notes[-1].split("\n")[:3]
        old = notes[0].split("\n")[1]
        for address in (first, second):
            status, kind, body = post(address, request(int(old), [], notes[0]))
            assert (status, kind, body) == (409, "text/x.tlog.size", f"{size}\n"), (status, kind, body)
            refused += 1
        # A fork: another root of the same size, signed with the log's own key.
        seed = (deployment.state / "keys/log.key").read_bytes()
        key = Ed25519PrivateKey.from_private_bytes(seed)
        forged = aics_tlog.Checkpoint(origin, int(size), bytes(32))
        forged = aics_tlog.sign_checkpoint(forged, key, origin).serialise()
        for address in (first, second):
            status, _, _ = post(address, request(int(size), [], text(forged)))
            assert status in (409, 422), status
            refused += 1
        evidence = theirs.run("evidence")
        assert base64.b64encode(bytes(32)).decode() in evidence, evidence
        kept = list((folder / "ours/evidence").glob("fork-*.request"))
        assert len(kept) == 1, kept

        # The whole folder restored from a backup: only the witnesses can tell, and they do.
        shutil.rmtree(deployment.state)
        shutil.copytree(folder / "backup", deployment.state)
        deployment.run("work", "--once", code=1)
        refused += 1
    return cosigned, refused


def fails(check, *arguments):
    """Whether a check lets it pass; a check may say no by an exception."""
    try:
        return bool(check(*arguments))
    except Exception:
        return False


def text(note):
    return note.decode() if isinstance(note, bytes) else note


def their_log(sluss, folder):
    """Our witness follows a log that their library makes, with their proofs."""
    key, origin = Ed25519PrivateKey.generate(), "log.example.com/theirs"
    log = aics_tlog.format_vkey(aics_tlog.vkey_from_ed25519(origin, key.public_key()))
    ours = Witness(sluss, folder / "follows", "witness.example.se/w2", log)
    our_key = aics_tlog.parse_vkey(ours.vkey)
    cosigned = refused = 0
    tree, old = aics_tlog.MerkleTree(), 0
    with ours.serving() as address:
        for grown in (1, 1, 2, 3, 5, 8, 13, 21, 0, 34, 55, 512):
            tree.extend(f"leaf {old} {n}".encode() for n in range(grown))
            point = aics_tlog.Checkpoint(origin, tree.size, tree.root())
            note = aics_tlog.sign_checkpoint(point, key, origin)
            proof = list(tree.consistency_proof(old, tree.size)) if 0 < old < tree.size else []
            if proof:
                bent = [bytes(32), *proof[1:]]
                for wrong in (bent, proof[:-1], [*proof, bytes(32)]):
                    status, _, _ = post(address, request(old, wrong, text(note.serialise())))
                    assert status == 422, status
                    refused += 1
            # Our witness takes twenty requests a second.
            time.sleep(0.3)
            status, _, line = post(address, request(old, proof, text(note.serialise())))
            assert status == 200, (status, line)
            both = aics_tlog.parse_note(text(note.serialise()) + line)
            result = aics_tlog.verify_checkpoint(
                both, aics_tlog.parse_vkey(log), [our_key], 1, max_age_seconds=600,
            )
            assert result, result
            cosigned += 1
            old = tree.size
    return cosigned, refused


def main(sluss, config):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        cosigned, refused = our_log(sluss, config, folder)
        more, worse = their_log(sluss, folder)
    print(
        f"aics-witness 0.1.0, aics-tlog 0.2.1, Python {sys.version.split()[0]}: "
        f"{cosigned + more} cosignatures accepted, {refused + worse} attempts refused "
        "(rollback, fork, bent proofs, lines moved or missing, a restored backup)"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
