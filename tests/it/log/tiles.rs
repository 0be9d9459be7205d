//! Tiles and bundles: paths in one spelling, the right hashes in them, and noise that is refused.

use proptest::prelude::*;
use sluss::log::bundle::{self, BundleError};
use sluss::log::{
    Frontier, Hash, PathNumber, Tile, TileOf, Tiler, TreeSize, leaf_hash, node_hash, root_at,
};

use super::Book;

fn parsed(path: &str) -> Tile {
    Tile::parse(path).unwrap_or_else(|| panic!("{path}"))
}

#[test]
fn a_tree_of_seventy_thousand_leaves_has_the_tiles_of_the_specification() {
    let size = TreeSize(70_000);
    let row =
        |of| -> Vec<u16> { Tile::added(of, TreeSize(0), size).map(|tile| tile.width()).collect() };
    let leaf_hashes = row(TileOf::Hashes(0));
    assert_eq!(leaf_hashes.len(), 274);
    assert!(leaf_hashes[..273].iter().all(|width| *width == 256));
    assert_eq!(leaf_hashes[273], 112);
    assert_eq!(row(TileOf::Leaves), leaf_hashes);
    assert_eq!(row(TileOf::Hashes(1)), [256, 17]);
    assert_eq!(row(TileOf::Hashes(2)), [1]);
    assert_eq!(row(TileOf::Hashes(3)), [0_u16; 0]);
    let rows: Vec<_> = Tile::rows(size).collect();
    let hashes = [0, 1, 2].map(TileOf::Hashes);
    assert_eq!(rows, [&[TileOf::Leaves], &hashes[..]].concat());
    // And one of 256: a full tile, and above it one of width 1.
    let small = |of| Tile::at(of, 0, TreeSize(256)).unwrap().to_string();
    assert_eq!(small(TileOf::Hashes(0)), "tile/0/000");
    assert_eq!(small(TileOf::Hashes(1)), "tile/1/000.p/1");
    assert_eq!(Tile::rows(TreeSize(0)).count(), 0);
}

#[test]
fn numbers_are_written_in_groups_of_three() {
    for (number, path) in [
        (0, "000"),
        (999, "999"),
        (1_000, "x001/000"),
        (1_234_067, "x001/x234/067"),
        (72_057_594_037_927_935, "x072/x057/x594/x037/x927/935"),
        (u64::MAX, "x018/x446/x744/x073/x709/x551/615"),
    ] {
        assert_eq!(PathNumber(number).to_string(), path);
    }
}

#[test]
fn a_path_is_read_in_one_spelling_only() {
    let tile = parsed("tile/3/x001/x234/067.p/255");
    assert_eq!((tile.of(), tile.index(), tile.width()), (TileOf::Hashes(3), 1_234_067, 255));
    assert_eq!(parsed("tile/entries/000").members(), 0..256);
    assert_eq!(parsed("tile/63/000").to_string(), "tile/63/000");
    assert_eq!(parsed("tile/0/x072/x057/x594/x037/x927/935").members().end, u64::MAX);
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile//000",
        "tile/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/x01/000",
        "tile/0/X001/000",
        "tile/0/x001//000",
        "tile/0/+01",
        "tile/0/ 01",
        "tile/0/\u{663}\u{663}\u{663}",
        "tile/0/x072/x057/x594/x037/x927/936",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/64/000",
        "tile/00/000",
        "tile/01/000",
        "tile/-1/000",
        "tile/256/000",
        "tile/Entries/000",
        "tile/entries/000.p",
        "tile/entries/000.p/",
        "tile/entries/000.p/0",
        "tile/entries/000.p/00",
        "tile/entries/000.p/01",
        "tile/entries/000.p/256",
        "tile/entries/000.p/1.p/1",
        "tile/entries/000.p/1/",
        "tile/entries/000.P/1",
        "tile/data/000",
        "checkpoint",
        "tile/0/../0/000",
        "tile/0/000\n",
        "tile/0/000?",
    ] {
        assert_eq!(Tile::parse(path), None, "{path:?}");
    }
}

proptest! {
    #[test]
    fn what_is_read_writes_itself_the_same(path in "tile/([0-9]{1,2}|entries)/(x[0-9]{3}/){0,6}[0-9]{3}(\\.p/[0-9]{1,3})?") {
        if let Some(tile) = Tile::parse(&path) {
            prop_assert_eq!(tile.to_string(), path);
            prop_assert!((1..=256).contains(&tile.width()));
        }
    }

    #[test]
    fn noise_is_no_path(path in "\\PC{0,40}") {
        prop_assert!(Tile::parse(&path).is_none_or(|tile| tile.to_string() == path));
    }

    #[test]
    fn a_tile_is_in_the_tree_that_it_is_of(size in 1..=u64::MAX, index in 0..1_u64 << 56, level in 0..8_u8) {
        for of in [TileOf::Hashes(level), TileOf::Leaves] {
            for index in [index, index % (size / 256 + 1), 0] {
                if let Some(tile) = Tile::at(of, index, TreeSize(size)) {
                    prop_assert!(tile.is_in(TreeSize(size)));
                    prop_assert_eq!(Tile::parse(&tile.to_string()), Some(tile));
                    let larger = TreeSize(size.saturating_add(1));
                    prop_assert!(tile.is_in(larger));
                    let next = Tile::at(of, index, larger);
                    prop_assert!(next.is_none_or(|next| next.width() >= tile.width()));
                }
            }
        }
    }

    #[test]
    fn a_bundle_gives_back_its_leaves(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..40)) {
        let mut bytes = Vec::new();
        for leaf in &leaves {
            bundle::add(&mut bytes, leaf).unwrap();
        }
        let width = u16::try_from(leaves.len()).unwrap();
        let read = bundle::leaves(&bytes, width).unwrap();
        prop_assert_eq!(read, leaves.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert_eq!(bundle::leaves(&bytes, width + 1), Err(BundleError::Width(width + 1)));
        prop_assert_eq!(bundle::leaves(&bytes, width - 1), Err(BundleError::Width(width - 1)));
        bytes.pop();
        prop_assert!(bundle::leaves(&bytes, width).is_err());
    }

    #[test]
    fn noise_is_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), width in 0..=256_u16) {
        if let Ok(leaves) = bundle::leaves(&bytes, width) {
            prop_assert_eq!(leaves.len(), usize::from(width));
        }
    }
}

#[test]
fn a_leaf_that_has_no_length_of_two_bytes_is_refused() {
    let mut bytes = Vec::new();
    assert_eq!(bundle::add(&mut bytes, &vec![0; 65_536]), Err(BundleError::Leaf(65_536)));
    assert!(bytes.is_empty());
    bundle::add(&mut bytes, &vec![0; 65_535]).unwrap();
    assert_eq!(bundle::leaves(&bytes, 1).unwrap()[0].len(), 65_535);
    assert_eq!(bundle::leaves(&bytes[..9], 1), Err(BundleError::Cut));
    assert_eq!(bundle::leaves(&[1], 0), Err(BundleError::Cut));
    assert_eq!(bundle::leaves(&[], 0), Ok(Vec::new()));
}

fn bodies(count: u32) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|n| n.to_be_bytes().to_vec())
}

/// The root over the members of a full tile, by the definition of RFC 6962.
fn subtree(hashes: &[Hash]) -> Hash {
    match hashes {
        [one] => *one,
        several => {
            let (left, right) = several.split_at(several.len() / 2);
            node_hash(&subtree(left), &subtree(right))
        }
    }
}

#[test]
fn tiles_hold_the_tree_and_are_the_same_read_or_grown() {
    let book = Book::of(bodies(66_000));
    let size = book.head().size();
    // Grown from the leaves,
    let (mut frontier, mut tiler) = (Frontier::empty(), Tiler::default());
    let mut grown = Vec::new();
    for body in &book.bodies {
        for node in frontier.push(leaf_hash(body)) {
            grown.extend(tiler.push(&node));
        }
    }
    grown.extend(tiler.partial());
    grown.sort();
    // and read from the nodes that were kept.
    let mut read = Vec::new();
    for of in Tile::rows(size).filter(|of| *of != TileOf::Leaves) {
        for tile in Tile::added(of, TreeSize(0), size) {
            read.push((tile, tile.hashes(&book).unwrap()));
        }
    }
    read.sort();
    assert!(grown == read, "not the same tiles");
    // A member of a higher tile is the root of the full tile below it.
    let (lower, bytes) = &read[200];
    let above = Tile::at(TileOf::Hashes(1), 0, size).unwrap();
    let members = above.read_hashes(&above.hashes(&book).unwrap()).unwrap();
    assert_eq!(lower.to_string(), "tile/0/200");
    assert_eq!(members[200], subtree(&lower.read_hashes(bytes).unwrap()));
    assert_eq!(above.read_hashes(&bytes[1..]), None);
    assert_eq!(root_at(TreeSize(256), &book).unwrap(), members[0]);
}

#[test]
fn a_growing_tree_adds_tiles_and_never_changes_one() {
    let all = |size: u64| -> Vec<Tile> {
        let size = TreeSize(size);
        Tile::rows(size).flat_map(|of| Tile::added(of, TreeSize(0), size)).collect()
    };
    let sizes = [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000];
    for (n, old) in sizes.iter().enumerate() {
        for new in &sizes[n..] {
            let (old, new) = (TreeSize(*old), TreeSize(*new));
            let added: Vec<Tile> =
                Tile::rows(new).flat_map(|of| Tile::added(of, old, new)).collect();
            let known = all(old.0);
            let expected: Vec<_> =
                all(new.0).into_iter().filter(|tile| !known.contains(tile)).collect();
            assert_eq!(added, expected, "{old} to {new}");
        }
    }
    let ends: Vec<_> = Tile::full_ends(TreeSize(255), TreeSize(1_023)).collect();
    assert_eq!(ends, [256, 512, 768].map(TreeSize));
}
