//! Tiles: the tree as files that never change, as in C2SP `tlog-tiles`.
//!
//! A tile is a row of up to 256 hashes of one height, or the leaves behind such a row (an entry
//! bundle, `bundle.rs`). Each has one path, and a path is read in no other spelling: what is served,
//! exported and cached by path must be the same thing for everybody.

use std::fmt;
use std::ops::Range;

use super::{Hash, Node, Nodes, TreeSize, decimal};

/// How many hashes, or leaves, a full tile holds.
pub const TILE_WIDTH: u16 = 256;

/// How many levels of the tree one level of tiles spans: 256 is 2^8.
const HEIGHT: u8 = 8;

/// How many levels of tiles a tree of 2^64 leaves has.
const LEVELS: u8 = 64 / HEIGHT;

/// The greatest level that a path may name.
const LEVEL_MAX: u64 = 63;

/// Beyond this a tile's first leaf would be beyond 2^64.
const INDEX_MAX: u64 = (1 << 56) - 1;

/// What stands in a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileOf {
    /// Hashes: of leaves at level 0, of full tiles of the level below at the others.
    Hashes(u8),
    /// The leaves themselves.
    Leaves,
}

impl TileOf {
    /// The level of the tree that a member stands on, where any tree has it.
    fn node_level(self) -> Option<u8> {
        match self {
            Self::Leaves => Some(0),
            Self::Hashes(level) => level.checked_mul(HEIGHT).filter(|level| *level < 64),
        }
    }

    /// How many members a tree of this size has in all tiles of the row.
    fn members(self, size: TreeSize) -> u64 {
        self.node_level().map_or(0, |level| size.0 >> level)
    }
}

/// One tile: what is in it, which of its row it is, and how many members it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    of: TileOf,
    index: u64,
    width: u16,
}

impl Tile {
    /// The tile as a tree of this size has it: full, partial, or not at all.
    pub fn at(of: TileOf, index: u64, size: TreeSize) -> Option<Self> {
        let first = index.checked_mul(TILE_WIDTH.into())?;
        let left = of.members(size).saturating_sub(first);
        let width = u16::try_from(left.min(TILE_WIDTH.into())).unwrap_or(TILE_WIDTH);
        (width > 0).then_some(Self { of, index, width })
    }

    /// The tiles of a row that the tree of the new size has and the tree of the old size has not,
    /// from left to right.
    pub fn added(of: TileOf, old: TreeSize, new: TreeSize) -> impl Iterator<Item = Self> {
        let width = u64::from(TILE_WIDTH);
        // A partial tile that has grown is another tile.
        let unchanged = of.members(old) == of.members(new);
        let first = of.members(old) / width;
        let end = if unchanged { first } else { of.members(new).div_ceil(width) };
        (first..end).filter_map(move |index| Self::at(of, index, new))
    }

    /// The last tile of a row in a tree of this size, where it is not full.
    pub fn partial(of: TileOf, size: TreeSize) -> Option<Self> {
        let index = of.members(size) / u64::from(TILE_WIDTH);
        Self::at(of, index, size)
    }

    /// At which sizes a bundle became full while a tree grew from the old size to the new.
    pub fn full_ends(old: TreeSize, new: TreeSize) -> impl Iterator<Item = TreeSize> {
        let width = u64::from(TILE_WIDTH);
        (old.0 / width + 1..=new.0 / width).map(move |full| TreeSize(full * width))
    }

    /// The rows that a tree of this size has: leaves, and each level of hashes.
    pub fn rows(size: TreeSize) -> impl Iterator<Item = TileOf> {
        let levels = (0..LEVELS).map(TileOf::Hashes).take_while(move |of| of.members(size) > 0);
        (size.0 > 0).then_some(TileOf::Leaves).into_iter().chain(levels)
    }

    /// Reads a path such as `tile/0/x001/234.p/56` or `tile/entries/000`.
    pub fn parse(path: &str) -> Option<Self> {
        let (of, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let of = match of {
            "entries" => TileOf::Leaves,
            level => {
                let level = decimal(level).filter(|level| *level <= LEVEL_MAX)?;
                TileOf::Hashes(u8::try_from(level).ok()?)
            }
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((index, width)) => {
                let width = u16::try_from(decimal(width)?).ok()?;
                (index, Some(width).filter(|width| (1..TILE_WIDTH).contains(width))?)
            }
        };
        parse_number(index).map(|index| Self { of, index, width })
    }

    /// What stands in it.
    pub const fn of(&self) -> TileOf {
        self.of
    }

    /// Which of its row it is, from 0.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many members it has, 1 to 256.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether it will never grow.
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Whether a tree of this size has all of its members.
    pub fn is_in(&self, size: TreeSize) -> bool {
        self.members().end <= self.of.members(size)
    }

    /// The positions of its members on their level: for leaves, their indices.
    pub fn members(&self) -> Range<u64> {
        let first = self.index * u64::from(TILE_WIDTH);
        first..first.saturating_add(self.width.into())
    }

    /// The bytes of a tile of hashes; empty where no tree can have it, or where it holds leaves.
    pub fn hashes<N: Nodes>(&self, nodes: &N) -> Result<Vec<u8>, N::Error> {
        let TileOf::Hashes(_) = self.of else { return Ok(Vec::new()) };
        let Some(level) = self.of.node_level() else { return Ok(Vec::new()) };
        Ok(to_bytes(&nodes.row(level, self.members().start, self.width)?))
    }

    /// Takes the bytes of a tile of hashes apart; `None` where their number is not its width.
    pub fn read_hashes(&self, bytes: &[u8]) -> Option<Vec<Hash>> {
        let (hashes, []) = bytes.as_chunks::<32>() else { return None };
        let fits = hashes.len() == usize::from(self.width);
        fits.then(|| hashes.iter().copied().map(Hash::new).collect())
    }
}

/// The path, as it stands in an address and in an exported folder.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            TileOf::Hashes(level) => write!(f, "tile/{level}/")?,
            TileOf::Leaves => f.write_str("tile/entries/")?,
        }
        write!(f, "{}", PathNumber(self.index))?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// A number as path elements of three digits, all but the last with an `x` before it: a file system
/// then never has a file and a folder of one name, and no folder with too many names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathNumber(pub u64);

impl fmt::Display for PathNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // 2^64 has twenty digits: seven groups.
        let groups = (0..7).rev().map(|group| (group, self.0 / 1000_u64.pow(group)));
        for (group, number) in groups {
            if group == 0 {
                write!(f, "{:03}", number % 1000)?;
            } else if number > 0 {
                write!(f, "x{:03}/", number % 1000)?;
            }
        }
        Ok(())
    }
}

fn parse_number(path: &str) -> Option<u64> {
    let mut number = 0_u64;
    let mut groups = path.split('/').peekable();
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() { group.strip_prefix('x')? } else { group };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        number = number.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    // Groups of zeroes in front would be a second spelling.
    (number <= INDEX_MAX && PathNumber(number).to_string() == path).then_some(number)
}

fn to_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.bytes()).collect()
}

/// Makes the tiles of hashes of a growing tree, from the nodes that each leaf completes.
#[derive(Debug, Default)]
pub struct Tiler {
    /// Per level: how many tiles are done, and the members of the one that is not.
    levels: Vec<(u64, Vec<Hash>)>,
}

impl Tiler {
    /// Takes a node that [`super::Frontier::push`] gave, in that order; gives the tile that it fills.
    pub fn push(&mut self, node: &Node) -> Option<(Tile, Vec<u8>)> {
        if !node.level.is_multiple_of(HEIGHT) {
            return None;
        }
        let level = node.level / HEIGHT;
        if self.levels.len() <= usize::from(level) {
            self.levels.resize_with(usize::from(level) + 1, Default::default);
        }
        let (done, members) = &mut self.levels[usize::from(level)];
        members.push(node.hash);
        if members.len() < usize::from(TILE_WIDTH) {
            return None;
        }
        let tile = Tile { of: TileOf::Hashes(level), index: *done, width: TILE_WIDTH };
        *done += 1;
        Some((tile, to_bytes(&std::mem::take(members))))
    }

    /// The partial tiles of the tree as it is.
    pub fn partial(&self) -> impl Iterator<Item = (Tile, Vec<u8>)> {
        (0..).zip(&self.levels).filter_map(|(level, (done, members))| {
            let width = u16::try_from(members.len()).ok().filter(|width| *width > 0)?;
            let tile = Tile { of: TileOf::Hashes(level), index: *done, width };
            Some((tile, to_bytes(members)))
        })
    }
}
