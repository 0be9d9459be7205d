//! Paths of tiles, and entry bundles: what can be read is written as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluss::log::{bundle, tile::Tile};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Some(tile) = Tile::parse(text)
    {
        assert_eq!(tile.to_string(), text);
        assert!((1..=256).contains(&tile.width()));
        assert_eq!(tile.members().count(), usize::from(tile.width()));
        let _ = tile.read_hashes(bytes);
    }
    let Some((width, rest)) = bytes.split_first() else { return };
    if let Ok(leaves) = bundle::leaves(rest, u16::from(*width)) {
        let mut again = Vec::new();
        for leaf in &leaves {
            assert_eq!(bundle::add(&mut again, leaf), Ok(()));
        }
        assert_eq!(again, rest);
    }
});
