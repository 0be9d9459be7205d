"""Judges what make.py made, with pymerkle (trees and proofs), cryptography (signatures) and pycose (COSE receipts).

    judge.py FOLDER

Nothing of sluss is in here but the file formats' names; where the formats ask for something that these packages do
not do, such as the lines of a note, it is done here by the text of the specification.
"""

import base64
import hashlib
import os
import pathlib
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pycose.headers import KID, Algorithm
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import CoseMessage, Sign1Message
from pymerkle import InclusionProof, InmemoryTree
from tally import Tally


class Refused(Exception):
    pass


def need(holds, why):
    if not holds:
        raise Refused(why)


class Key:
    """A verifier key of C2SP signed-note."""

    def __init__(self, line):
        self.line = line
        self.name, key_id, key = line.split("+", 2)
        key = base64.b64decode(key, validate=True)
        self.id, self.raw = bytes.fromhex(key_id), key[1:]
        need(key[0] == 1, "not Ed25519")
        need(hashlib.sha256(f"{self.name}\n".encode() + key).digest()[:4] == self.id, "not the key's id")
        self.key = Ed25519PublicKey.from_public_bytes(self.raw)


def checkpoint(note, key):
    text, _, signatures = note.decode().rpartition("\n\n")
    text += "\n"
    signed = False
    for line in signatures.splitlines():
        dash, name, blob = line.split(" ")
        blob = base64.b64decode(blob, validate=True)
        if (dash, name, blob[:4]) == ("\u2014", key.name, key.id):
            key.key.verify(blob[4:], text.encode())
            signed = True
    need(signed, "nobody has signed")
    origin, size, root = text.removesuffix("\n").split("\n")
    need(origin == key.name and size.isdigit(), "not this log's")
    return int(size), base64.b64decode(root, validate=True)


def number(n):
    groups = [f"{n % 1000:03}"]
    while n := n // 1000:
        groups.insert(0, f"x{n % 1000:03}")
    return "/".join(groups)


def tile(folder, row, n, width):
    path = folder / "tile" / row / (number(n) + (f".p/{width}" if width < 256 else ""))
    return path.read_bytes()


def audit(folder, key):
    """Every leaf into a tree of pymerkle's, and every tile beside it."""
    size, root = checkpoint((folder / "checkpoint").read_bytes(), key)
    tree, leaves, hashes = InmemoryTree(algorithm="sha256"), [], []
    for n in range((size + 255) // 256):
        width = min(256, size - n * 256)
        bundle, stored = tile(folder, "entries", n, width), tile(folder, "0", n, width)
        need(len(stored) == 32 * width, "a tile of another width")
        for m in range(width):
            end = 2 + int.from_bytes(bundle[:2], "big")
            need(len(bundle) >= end > 2, "the bundle ends within a leaf")
            leaf, bundle = bundle[2:end], bundle[end:]
            tree.append_entry(leaf)
            leaves.append(leaf)
            hashes.append(tree.hash_buff(leaf))
            need(hashes[-1] == stored[32 * m : 32 * m + 32], "a leaf is not the one that was logged")
        need(not bundle, "something stands behind the last leaf")
    need(tree.get_root() == root, "the leaves do not lead to the root")
    members, level = hashes, 1
    while len(members) >= 256:
        above = []
        for first in range(0, len(members) - 255, 256):
            row = members[first : first + 256]
            while len(row) > 1:
                row = [tree.hash_pair(row[i], row[i + 1]) for i in range(0, len(row), 2)]
            above += row
        for n in range((len(above) + 255) // 256):
            part = above[256 * n : 256 * n + 256]
            need(tile(folder, str(level), n, len(part)) == b"".join(part), "a tile of tiles is not the tree's")
        members, level = above, level + 1
    return tree, leaves


def included(tree, leaf, index, size, root, path):
    """pymerkle's own verification of a path that we made, in the place of the one that it would make."""
    proof = tree.prove_inclusion(index + 1, size).serialize()
    proof["path"] = [tree.hash_buff(leaf).hex()] + [digest.hex() for digest in path]
    InclusionProof.deserialize(proof).verify(tree.hash_buff(leaf), root, index=index + 1, size=size, algorithm="sha256")


def receipt(data, index, size, leaf, key, tree):
    head, note = data.decode().split("\n\n", 1)
    first, position, *path = head.split("\n")
    need(first == "c2sp.org/tlog-proof@v1", "not a receipt")
    need(position == f"index {index}", "of another leaf")
    signed, root = checkpoint(note.encode(), key)
    need(signed == size, "of another tree")
    included(tree, leaf, index, size, root, [base64.b64decode(line, validate=True) for line in path])


def fold(leaf, index, size, path):
    """RFC 9162, 2.1.3.2: the root that leaf and path lead to."""
    digest, node, last = hashlib.sha256(b"\0" + leaf).digest(), index, size - 1
    need(index < size, "beyond the tree")
    for sibling in path:
        need(last > 0, "the path is too long")
        if node & 1 or node == last:
            digest = hashlib.sha256(b"\1" + sibling + digest).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = hashlib.sha256(b"\1" + digest + sibling).digest()
        node, last = node >> 1, last >> 1
    need(last == 0, "the path is too short")
    return digest


def cose(data, index, size, leaf, key):
    """RFC 9942: the path first, and then the signature over where it leads to."""
    message = CoseMessage.decode(data)
    need(isinstance(message, Sign1Message) and message.payload is None, "not a detached COSE_Sign1")
    protected, unprotected = cbor2.loads(message.phdr_encoded), cbor2.loads(data).value[1]
    need(protected[395] == 1 and list(unprotected) == [396] and list(unprotected[396]) == [-1], "not RFC9162_SHA256")
    need(protected[15] == {1: key.name, 2: str(size)}, "of another log or tree")
    need(message.phdr[KID] == hashlib.sha256(key.line.encode()).digest(), "by another key")
    need(message.phdr[Algorithm].fullname == "EDDSA", "by another algorithm")
    (proof,) = unprotected[396][-1]
    said_size, said_index, path = cbor2.loads(proof)
    need((said_size, said_index) == (size, index), "of another leaf or tree")
    root = fold(leaf, index, size, path)
    message.key = OKPKey(crv=Ed25519, x=key.raw)
    if not message.verify_signature(detached_payload=root):
        raise InvalidSignature


def named(path):
    index, size = path.name.split(".")[0].split("-")
    return int(index), int(size)


def main():
    os.chdir(sys.argv[1])
    here = pathlib.Path()
    key = Key((here / "export/verifier-keys").read_text().splitlines()[0])

    folders = Tally("python", "folders, each leaf and tile")
    folders.good("mirror", lambda: audit(here / "mirror", key))
    tree, leaves = folders.good("export", lambda: audit(here / "export", key))
    for folder in (here / "forged/folders").iterdir():
        folders.bad(folder, lambda: audit(folder, key))
    folders.told()

    notes = Tally("python", "notes, each a state of one tree")
    fork, _ = audit(here / "forged/forks/signed-by-the-log", key)

    def lies_on(tree, note):
        size, root = checkpoint(note, key)
        need(size <= tree.get_size() and tree.get_root(size) == root, "of another history")
        return size

    sizes = []
    for path in [*(here / "export/checkpoints").rglob("*"), here / "export/checkpoint"]:
        if path.is_file():
            sizes.append(notes.good(path, lambda: lies_on(tree, path.read_bytes())))
    for path in (here / "forged/notes").iterdir():
        notes.bad(path, lambda: lies_on(tree, path.read_bytes()))
    head = (here / "forged/forks/signed-by-the-log/checkpoint").read_bytes()
    notes.bad("the fork's head", lambda: lies_on(tree, head))
    notes.bad("our head on the fork", lambda: lies_on(fork, (here / "export/checkpoint").read_bytes()))
    notes.told()

    receipts = Tally("python", "receipts")
    for path in (here / "receipts").iterdir():
        index, size = named(path)
        data = path.read_bytes()
        receipts.good(path, lambda: receipt(data, index, size, leaves[index], key, tree))
        receipts.bad(f"{path} for another leaf", lambda: receipt(data, index, size, leaves[index - 1], key, tree))
    for path in (here / "forged/receipts").iterdir():
        index, size = named(path)
        receipts.bad(path, lambda: receipt(path.read_bytes(), index, size, leaves[index], key, tree))
    receipts.told()

    cbor = Tally("python", "COSE receipts")
    for path in (here / "cose").iterdir():
        index, size = named(path)
        data = path.read_bytes()
        cbor.good(path, lambda: cose(data, index, size, leaves[index], key))
        cbor.bad(f"{path} for another leaf", lambda: cose(data, index, size, leaves[index - 1], key))
    for path in (here / "forged/cose").iterdir():
        index, size = named(path)
        cbor.bad(path, lambda: cose(path.read_bytes(), index, size, leaves[index], key))
    cbor.told()


main()
