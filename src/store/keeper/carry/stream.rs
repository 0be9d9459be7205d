//! The cipher of an archive: pieces of 64 KiB, each sealed for its place, the last one told apart, so
//! that none can be changed, left out, moved or cut off unseen (the STREAM construction).

use std::io::{self, Read, Write};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// What is sealed at once, in bytes.
const PIECE: usize = 64 * 1024;
/// What sealing adds.
const TAG: usize = 16;

/// Which piece, and whether it is the last. The key is of this archive alone, so that no more is needed.
struct Place(u32);

impl Place {
    fn nonce(&self, last: bool) -> XNonce {
        let mut nonce = [0; 24];
        nonce[19..23].copy_from_slice(&self.0.to_be_bytes());
        nonce[23] = u8::from(last);
        XNonce::from(nonce)
    }

    fn next(&mut self) -> io::Result<()> {
        self.0 =
            self.0.checked_add(1).ok_or_else(|| io::Error::other("the archive is too long"))?;
        Ok(())
    }
}

/// Seals what is written to it.
pub(super) struct Sealer<W> {
    cipher: XChaCha20Poly1305,
    /// The hash of the head: it is vouched for by each piece.
    head: [u8; 32],
    place: Place,
    piece: Zeroizing<Vec<u8>>,
    to: W,
}

impl<W: Write> Sealer<W> {
    pub(super) fn new(key: &[u8; 32], head: [u8; 32], to: W) -> Self {
        let (cipher, place) = (XChaCha20Poly1305::new(key.into()), Place(0));
        Self { cipher, head, place, piece: Zeroizing::new(Vec::with_capacity(PIECE)), to }
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let payload = Payload { msg: &self.piece, aad: &self.head };
        let sealed = self.cipher.encrypt(&self.place.nonce(last), payload);
        self.to.write_all(&sealed.map_err(|_| io::Error::other("a piece cannot be sealed"))?)?;
        self.piece.clear();
        self.place.next()
    }

    /// Seals the last piece.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only once more comes is it known that a full piece is not the last.
        if self.piece.len() == PIECE && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens what was sealed.
pub(super) struct Opener<R> {
    cipher: XChaCha20Poly1305,
    head: [u8; 32],
    place: Place,
    /// The piece behind the one that is being read; empty at the end.
    next: Vec<u8>,
    piece: Zeroizing<Vec<u8>>,
    read: usize,
    ended: bool,
    from: R,
}

impl<R: Read> Opener<R> {
    pub(super) fn new(key: &[u8; 32], head: [u8; 32], mut from: R) -> io::Result<Self> {
        let next = piece(&mut from)?;
        Ok(Self {
            cipher: XChaCha20Poly1305::new(key.into()),
            head,
            place: Place(0),
            next,
            piece: Zeroizing::new(Vec::new()),
            read: 0,
            ended: false,
            from,
        })
    }

    fn open(&mut self) -> io::Result<()> {
        let behind = piece(&mut self.from)?;
        let sealed = std::mem::replace(&mut self.next, behind);
        let last = self.next.is_empty();
        let payload = Payload { msg: &sealed, aad: &self.head };
        let opened = self.cipher.decrypt(&self.place.nonce(last), payload);
        self.piece = Zeroizing::new(opened.map_err(|_| io::ErrorKind::InvalidData)?);
        self.read = 0;
        self.ended = last;
        self.place.next()
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.piece.len() && !self.ended {
            self.open()?;
        }
        let taken = into.len().min(self.piece.len() - self.read);
        into[..taken].copy_from_slice(&self.piece[self.read..self.read + taken]);
        self.read += taken;
        Ok(taken)
    }
}

/// A sealed piece, or what is left.
fn piece(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    from.by_ref().take((PIECE + TAG) as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut sealer = Sealer::new(&KEY, [1; 32], Vec::new());
        sealer.write_all(plain).unwrap();
        sealer.finish().unwrap()
    }

    fn opened(sealed: &[u8], key: &[u8; 32], head: [u8; 32]) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Opener::new(key, head, sealed)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn what_is_sealed_opens_at_every_length_around_a_piece() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7] {
            let plain: Vec<u8> = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
            assert_eq!(opened(&sealed(&plain), &KEY, [1; 32]).unwrap(), plain, "{length}");
        }
    }

    #[test]
    fn what_was_changed_cut_off_moved_or_is_of_another_key_does_not_open() {
        let plain = vec![5; 3 * PIECE];
        let good = sealed(&plain);
        let fails = |bytes: &[u8]| {
            let error = opened(bytes, &KEY, [1; 32]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        };
        for at in [0, PIECE, PIECE + TAG, good.len() - 1] {
            let mut changed = good.clone();
            changed[at] ^= 1;
            fails(&changed);
        }
        let (first, rest) = good.split_at(PIECE + TAG);
        let (second, third) = rest.split_at(PIECE + TAG);
        fails(&[second, first, third].concat());
        fails(&[first, second].concat());
        fails(&[first, third].concat());
        fails(&good[..good.len() - 1]);
        fails(&[&good[..], &[0]].concat());
        fails(&[]);
        assert!(opened(&good, &[8; 32], [1; 32]).is_err());
        assert!(opened(&good, &KEY, [2; 32]).is_err());
    }
}
