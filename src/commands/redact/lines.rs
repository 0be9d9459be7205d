//! Lines of bounded length: what is longer is passed over, and never held in memory.

use std::io::{self, BufRead, BufReader, Read};

/// What comes next.
pub(super) enum Next<'l> {
    /// A line, without its end.
    Line(&'l [u8]),
    /// A line that is longer than it may be; the next one can be read.
    TooLong,
    /// Nothing more.
    End,
}

/// Reads line by line into one buffer.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    length_max: usize,
    line: Vec<u8>,
    number: u64,
}

impl<R: Read> Lines<R> {
    /// Of lines with at most so many bytes.
    pub(super) fn new(input: BufReader<R>, length_max: usize) -> Self {
        Self { input, length_max, line: Vec::new(), number: 0 }
    }

    /// Whether reading on may have to wait for somebody to write.
    pub(super) fn would_wait(&self) -> bool {
        self.input.buffer().is_empty()
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Reads on.
    pub(super) fn next(&mut self) -> io::Result<Next<'_>> {
        self.line.clear();
        let bound = u64::try_from(self.length_max).unwrap_or(u64::MAX).saturating_add(1);
        if self.input.by_ref().take(bound).read_until(b'\n', &mut self.line)? == 0 {
            return Ok(Next::End);
        }
        self.number += 1;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        } else if self.line.len() > self.length_max {
            self.input.skip_until(b'\n')?;
            return Ok(Next::TooLong);
        }
        Ok(Next::Line(&self.line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a text, with at most four bytes; `None` for one that is longer.
    #[track_caller]
    fn check(text: &str, expected: &[Option<&str>]) {
        for capacity in [1, 2, 5, 64] {
            let mut lines = Lines::new(BufReader::with_capacity(capacity, text.as_bytes()), 4);
            let mut read = Vec::new();
            loop {
                match lines.next().unwrap() {
                    Next::Line(line) => read.push(Some(String::from_utf8(line.to_vec()).unwrap())),
                    Next::TooLong => read.push(None),
                    Next::End => break,
                }
            }
            let read: Vec<_> = read.iter().map(Option::as_deref).collect();
            assert_eq!(read, expected, "of {text:?}, {capacity} bytes at a time");
            assert_eq!(lines.number(), u64::try_from(expected.len()).unwrap());
        }
    }

    #[test]
    fn a_long_line_costs_itself_only() {
        check("", &[]);
        check("a", &[Some("a")]);
        check("a\n", &[Some("a")]);
        check("\n\nb", &[Some(""), Some(""), Some("b")]);
        check("abcd\nefgh", &[Some("abcd"), Some("efgh")]);
        check("abcde\nf", &[None, Some("f")]);
        check("abcdefghijklmnop\nqr\n", &[None, Some("qr")]);
        check("abcdefghijklmnop", &[None]);
    }
}
