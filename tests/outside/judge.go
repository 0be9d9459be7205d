// Judges what make.py made, with golang.org/x/mod/sumdb: notes, receipts, every leaf through the tiles, and
// consistency between all checkpoints. Nothing of sluss is in here but the file formats' names.
//
//	go run judge.go FOLDER        (GOPATH mode: GO111MODULE=off GOPATH=/usr/share/gocode)
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// folder serves the files of an export as x/mod's tile reader wants them.
type folder string

func (f folder) Height() int                     { return height }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		// x/mod writes the height into the path; C2SP has left it out.
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

// checkpoint reads a signed tree head. x/mod's ParseTree wants its own first line, so: three lines.
func checkpoint(data []byte, key note.Verifier) (tree tlog.Tree, err error) {
	signed, err := note.Open(data, note.VerifierList(key))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != key.Name() {
		return tree, errors.New("not a checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// leaves reads every leaf, and proves each by the tiles up to the root that was signed.
func (f folder) leaves(key note.Verifier) (tlog.Tree, [][]byte, error) {
	data, err := os.ReadFile(filepath.Join(string(f), "checkpoint"))
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	tree, err := checkpoint(data, key)
	if err != nil {
		return tree, nil, err
	}
	hashes := tlog.TileHashReader(tree, f)
	var all [][]byte
	for first := int64(0); first < tree.N; first += 1 << height {
		width := int(min(tree.N-first, 1<<height))
		tile := tlog.Tile{H: height, L: 0, N: first >> height, W: width}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return tree, nil, err
		}
		var indexes []int64
		for i := 0; i < width; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+int64(i)))
		}
		proved, err := hashes.ReadHashes(indexes)
		if err != nil {
			return tree, nil, err
		}
		for _, hash := range proved {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return tree, nil, errors.New("the bundle ends within a leaf")
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:end]) != hash {
				return tree, nil, errors.New("a leaf is not the one that was logged")
			}
			all = append(all, bundle[2:end])
			bundle = bundle[end:]
		}
		if len(bundle) > 0 {
			return tree, nil, errors.New("something stands behind the last leaf")
		}
	}
	return tree, all, f.whole(tree, all)
}

// stored holds the hashes of a tree that x/mod has built.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) (hashes []tlog.Hash, err error) {
	for _, i := range indexes {
		hashes = append(hashes, s[i])
	}
	return hashes, nil
}

// whole builds the tree anew from the leaves, and compares root and every tile. Reading through the tiles alone is
// not enough with x/mod 0.7: where several subtrees of the right edge lie in one tile, its TileHashReader takes as
// many of the tiles asked for as proved that it has not looked at, and two swapped leaves with swapped hashes pass.
func (f folder) whole(tree tlog.Tree, leaves [][]byte) error {
	var hashes stored
	for i, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(i), leaf, hashes)
		if err != nil {
			return err
		}
		hashes = append(hashes, more...)
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the leaves do not lead to the root that was signed")
	}
	last := map[[2]int64]tlog.Tile{}
	for _, tile := range tlog.NewTiles(height, 0, tree.N) {
		// Of partial tiles, the widest is the one that the tree has now.
		last[[2]int64{int64(tile.L), tile.N}] = tile
	}
	for _, tile := range last {
		expected, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		found, err := f.ReadTiles([]tlog.Tile{tile})
		if err != nil {
			return err
		}
		if string(found[0]) != string(expected) {
			return fmt.Errorf("%s is not a tile of the tree", tile.Path())
		}
	}
	return nil
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// receipt checks a C2SP tlog-proof for a leaf.
func receipt(data []byte, index, size int64, leaf []byte, key note.Verifier) error {
	parts := strings.SplitN(string(data), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a receipt")
	}
	if lines[1] != fmt.Sprintf("index %d", index) {
		return errors.New("of another leaf")
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := checkpoint([]byte(parts[1]), key)
	if err != nil {
		return err
	}
	if tree.N != size {
		return errors.New("of another tree")
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

// named gives index and size of a receipt, which its file is named by.
func named(path string) (index, size int64) {
	name := strings.SplitN(filepath.Base(path), ".", 2)[0]
	if _, err := fmt.Sscanf(name, "%d-%d", &index, &size); err != nil {
		log.Fatal(err)
	}
	return index, size
}

func files(within string) (paths []string) {
	err := filepath.WalkDir(within, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	return paths
}

// tally counts, and ends the program at the first thing that went the wrong way.
type tally struct {
	what              string
	accepted, refused int
}

func (t *tally) good(what string, err error) {
	if err != nil {
		log.Fatalf("FAILED: %s was refused: %v", what, err)
	}
	t.accepted++
}

func (t *tally) bad(what string, err error) {
	if err == nil {
		log.Fatalf("FAILED: the forgery %s was accepted", what)
	}
	t.refused++
}

func (t *tally) told() {
	fmt.Printf("go: %s: accepted %d, refused %d\n", t.what, t.accepted, t.refused)
	if t.accepted == 0 || t.refused == 0 {
		log.Fatalf("FAILED: %s: nothing was judged", t.what)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	return data
}

func main() {
	log.SetFlags(0)
	if err := os.Chdir(os.Args[1]); err != nil {
		log.Fatal(err)
	}
	key, err := note.NewVerifier(strings.TrimSpace(string(read("export/verifier-keys"))))
	if err != nil {
		log.Fatal(err)
	}

	notes := &tally{what: "notes"}
	trees := map[int64]tlog.Tree{}
	for _, path := range append(files("export/checkpoints"), "export/checkpoint", "mirror/checkpoint") {
		tree, err := checkpoint(read(path), key)
		notes.good(path, err)
		trees[tree.N] = tree
	}
	for _, path := range files("forged/notes") {
		_, err := checkpoint(read(path), key)
		notes.bad(path, err)
	}
	notes.told()

	folders := &tally{what: "folders, each leaf by the tiles"}
	var whole tlog.Tree
	var leaves [][]byte
	for _, path := range []string{"mirror", "export"} {
		whole, leaves, err = folder(path).leaves(key)
		folders.good(path, err)
	}
	forged, err := filepath.Glob("forged/folders/*")
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range forged {
		_, _, err := folder(path).leaves(key)
		folders.bad(path, err)
	}
	folders.told()

	receipts := &tally{what: "receipts"}
	for _, path := range files("receipts") {
		index, size := named(path)
		data := read(path)
		receipts.good(path, receipt(data, index, size, leaves[index], key))
		receipts.bad(path+" for another leaf", receipt(data, index, size, leaves[(index+1)%whole.N], key))
	}
	for _, path := range files("forged/receipts") {
		index, size := named(path)
		receipts.bad(path, receipt(read(path), index, size, leaves[index], key))
	}
	receipts.told()

	consistent := &tally{what: "consistency of checkpoints"}
	fork := folder("forged/forks/signed-by-the-log")
	forkTree, _, err := fork.leaves(key)
	if err != nil {
		log.Fatalf("FAILED: the fork is to be sound by itself: %v", err)
	}
	lead := func(f folder, within, old, new tlog.Tree) error {
		proof, err := tlog.ProveTree(new.N, old.N, tlog.TileHashReader(within, f))
		if err != nil {
			return err
		}
		return tlog.CheckTree(proof, new.N, new.Hash, old.N, old.Hash)
	}
	forkBegins := int64(0)
	for size := range trees {
		if size <= forkTree.N && (forkBegins == 0 || size < forkBegins) {
			forkBegins = size
		}
	}
	for _, old := range trees {
		for _, new := range trees {
			if old.N < new.N {
				what := fmt.Sprintf("%d to %d", old.N, new.N)
				consistent.good(what, lead("export", whole, old, new))
				swapped := new
				swapped.Hash = old.Hash
				consistent.bad(what+" with the old root", lead("export", whole, old, swapped))
			}
			// The fork's head and a checkpoint of ours: neither leads to the other.
			if old.N > forkBegins && old.N < forkTree.N {
				consistent.bad(fmt.Sprintf("%d to the fork", old.N), lead(fork, forkTree, old, forkTree))
			}
		}
		if old.N > forkTree.N {
			what := fmt.Sprintf("the fork to %d", old.N)
			consistent.bad(what, lead("export", whole, forkTree, old))
		}
	}
	consistent.told()
}
