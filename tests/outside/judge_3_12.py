"""Judges what make.py made, with aics-tlog: the one Python package that knows C2SP tlog-tiles as a whole.

    judge_3_12.py FOLDER

It needs Python 3.12 or later, which Debian 12 does not have: run where such a Python is found.
"""

import base64
import os
import pathlib
import sys

from aics_tlog import (
    FileSystemTileReader,
    consistency_proof_from_tiles,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    read_entry,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
)
from aics_tlog.verified import audit_tiles
from tally import Tally


def need(holds, why):
    if not holds:
        raise ValueError(why)


def checkpoint(data, key):
    note = parse_note(data)
    result = verify_checkpoint(note, key, expected_origin=key.name)
    need(result.ok, result.error)
    return parse_checkpoint(note.text)


def audit(folder, key):
    head = checkpoint((folder / "checkpoint").read_bytes(), key)
    audit_tiles(FileSystemTileReader(folder), head.size, head.root)
    return head


def receipt(data, index, size, leaf, key):
    head, note = data.split(b"\n\n", 1)
    first, position, *path = head.decode().split("\n")
    need(first == "c2sp.org/tlog-proof@v1" and position == f"index {index}", "not this leaf's receipt")
    tree = checkpoint(note, key)
    path = [base64.b64decode(line, validate=True) for line in path]
    need(tree.size == size and verify_leaf_inclusion(leaf, index, size, path, tree.root), "the path leads elsewhere")


def main():
    os.chdir(sys.argv[1])
    here = pathlib.Path()
    key = parse_vkey((here / "export/verifier-keys").read_text().splitlines()[0])

    notes = Tally("aics-tlog", "notes")
    heads = []
    for path in [*(here / "export/checkpoints").rglob("*"), here / "mirror/checkpoint", here / "export/checkpoint"]:
        if path.is_file():
            heads.append(notes.good(path, lambda: checkpoint(path.read_bytes(), key)))
    for path in (here / "forged/notes").iterdir():
        notes.bad(path, lambda: checkpoint(path.read_bytes(), key))
    notes.told()

    folders = Tally("aics-tlog", "folders, each tile and bundle")
    folders.good("mirror", lambda: audit(here / "mirror", key))
    whole = folders.good("export", lambda: audit(here / "export", key))
    for folder in (here / "forged/folders").iterdir():
        folders.bad(folder, lambda: audit(folder, key))
    folders.told()

    reader = FileSystemTileReader(here / "export")
    receipts = Tally("aics-tlog", "receipts")

    def leaf(index):
        return read_entry(reader, index % whole.size, whole.size)

    for folder, is_good in [("receipts", True), ("forged/receipts", False)]:
        for path in (here / folder).iterdir():
            index, size = map(int, path.name.split(".")[0].split("-"))
            data = path.read_bytes()
            if is_good:
                receipts.good(path, lambda: receipt(data, index, size, leaf(index), key))
                receipts.bad(f"{path} for another leaf", lambda: receipt(data, index, size, leaf(index + 1), key))
            else:
                receipts.bad(path, lambda: receipt(data, index, size, leaf(index), key))
    receipts.told()

    consistent = Tally("aics-tlog", "consistency of checkpoints")
    fork = here / "forged/forks/signed-by-the-log"
    forked = audit(fork, key)

    def lead(folder, tree, old, new):
        proof = consistency_proof_from_tiles(FileSystemTileReader(folder), old.size, new.size, tree.size)
        need(verify_consistency(old.size, new.size, old.root, new.root, proof), "no continuation")

    begins = min(head.size for head in heads)
    for old in heads:
        for new in heads:
            if old.size < new.size:
                consistent.good(f"{old.size} to {new.size}", lambda: lead("export", whole, old, new))
        if begins < old.size < forked.size:
            consistent.bad(f"{old.size} to the fork", lambda: lead(fork, forked, old, forked))
        if old.size > forked.size:
            consistent.bad(f"the fork to {old.size}", lambda: lead("export", whole, forked, old))
    consistent.told()


main()
