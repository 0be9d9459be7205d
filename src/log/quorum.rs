//! Whom one must hear before a checkpoint counts: a policy file as in C2SP `tlog-policy`, and its
//! verdict on a note.
//!
//! ```text
//! log <vkey> [<url>]
//! witness <name> <vkey> [<url>]
//! group <name> all|any|<k> <member>...
//! quorum <name>|none
//! ```
//!
//! Names mean something within the file only. They are bytes: nothing in here knows Unicode.

use std::collections::BTreeSet;
use std::fmt;

use thiserror::Error;

use super::cosignature::WitnessKey;
use super::note::{KeyError, Note, NoteError, VerifierKey};
use super::{Checkpoint, CheckpointError, decimal};
use crate::domain::Timestamp;

/// A longer file is not read.
pub const POLICY_BYTES_MAX: usize = 64 * 1024;

/// So many logs, witnesses and groups each. The standard asks for 32 at least.
pub const MEMBERS_MAX: usize = 64;

/// What is wrong with a policy file, and in which line, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct PolicyError {
    /// Where; 0 for the file as a whole.
    pub line: usize,
    /// What.
    pub what: PolicyFault,
}

/// What can be wrong in a policy file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PolicyFault {
    /// Too long, or with too many members.
    #[error("at most {POLICY_BYTES_MAX} bytes, and {MEMBERS_MAX} logs, witnesses and groups each")]
    Size,
    /// A control character other than tab and newline, or no newline at the end.
    #[error("lines end with a newline alone, and hold no control character but tab")]
    Bytes,
    /// Not one of the four.
    #[error("a line begins with log, witness, group or quorum")]
    Keyword,
    /// Too few or too many items.
    #[error("the line has too few or too many items")]
    Items,
    /// A key that cannot be used here.
    #[error("the key: {0}")]
    Key(KeyError),
    /// One key twice, whatever its names: it would count twice.
    #[error("the same key stands in an earlier line")]
    SameKey,
    /// One name for two things, or `none` for one.
    #[error("the name is taken")]
    Name,
    /// A name that no earlier line defines.
    #[error("no earlier line defines this name")]
    Unknown,
    /// A member of two groups, or of one twice: it would count twice.
    #[error("a name is a member of one group at most, and once")]
    Member,
    /// Not `all`, `any` or a number of members.
    #[error("the threshold is all, any, or a number from 1 to that of the members")]
    Threshold,
    /// There must be exactly one.
    #[error("there is exactly one quorum line")]
    Quorum,
}

/// Why a note does not satisfy a policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QuorumError {
    /// It is no checkpoint of a log that the policy names.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A cosignature of a witness in the policy does not belong to the text.
    #[error("a witness's signature does not belong to the text")]
    Forged,
    /// Too few witnesses have cosigned.
    #[error("the quorum is not reached: cosigned by {}", listed(.cosigned))]
    TooFew {
        /// Those that did.
        cosigned: Vec<MemberName>,
    },
}

/// What a policy calls a witness or a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberName(Vec<u8>);

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// A witness as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the file calls it.
    pub name: MemberName,
    /// Its key.
    pub key: WitnessKey,
    /// Where it takes requests (its submission prefix), as it stands in the file.
    pub url: Option<String>,
}

/// Which logs, which witnesses, and how many of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Quorum,
    source: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quorum {
    /// Nobody needs to have cosigned.
    None,
    Of(Member),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: MemberName,
    threshold: usize,
    members: Vec<Member>,
}

/// By position, in lines that stand above: so nothing can refer to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// A checkpoint that a quorum of witnesses has cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// What they vouch for.
    pub checkpoint: Checkpoint,
    /// Which witnesses of the policy have cosigned, and when.
    pub by: Vec<(MemberName, Timestamp)>,
    /// The quorum vouches that the log was like this at this time: it holds counting only
    /// cosignatures that are no older. `None` where the policy asks for none.
    pub at: Option<Timestamp>,
}

impl Policy {
    /// Reads a policy file.
    pub fn parse(file: &[u8]) -> Result<Self, PolicyError> {
        let whole = |what| PolicyError { line: 0, what };
        if file.len() > POLICY_BYTES_MAX {
            return Err(whole(PolicyFault::Size));
        }
        let lines = match file.strip_suffix(b"\n") {
            Some(lines) => lines.split(|byte| *byte == b'\n'),
            None => return Err(whole(PolicyFault::Bytes)),
        };
        let mut draft = Draft::default();
        for (line, number) in lines.zip(1..) {
            draft.line(line).map_err(|what| PolicyError { line: number, what })?;
        }
        let quorum = draft.quorum.ok_or_else(|| whole(PolicyFault::Quorum))?;
        let Draft { logs, witnesses, groups, .. } = draft;
        Ok(Self { logs, witnesses, groups, quorum, source: file.to_vec() })
    }

    /// The file as it was read, for who hands it on.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// The logs whose checkpoints count. None: the log is known from elsewhere.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether anybody must have cosigned.
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum != Quorum::None
    }

    /// Whether the quorum can be reached by those witnesses alone that have an address.
    pub fn is_within_reach(&self) -> bool {
        self.holds(|witness| self.witnesses.get(witness).is_some_and(|one| one.url.is_some()))
    }

    /// Checks that a log of the policy has signed this checkpoint, and that its quorum of witnesses
    /// has cosigned it. Cosignatures of a time after `now` do not count: a witness whose clock is
    /// ahead would vouch for ever.
    pub fn verify(&self, note: &Note, now: Timestamp) -> Result<Witnessed, QuorumError> {
        self.verify_with(note, &self.logs, now)
    }

    /// The same for a log whose keys are known from elsewhere, as in a policy without logs.
    pub fn verify_with(
        &self,
        note: &Note,
        keys: &[VerifierKey],
        now: Timestamp,
    ) -> Result<Witnessed, QuorumError> {
        let checkpoint = Checkpoint::open(note, keys)?;
        let mut times = Vec::with_capacity(self.witnesses.len());
        for witness in &self.witnesses {
            let time = witness.key.cosigned(note).map_err(|_: NoteError| QuorumError::Forged)?;
            times.push(time.filter(|time| *time <= now));
        }
        let since = |from: Timestamp| {
            self.holds(|witness| times.get(witness).is_some_and(|time| *time >= Some(from)))
        };
        let by = self.witnesses.iter().zip(&times);
        let by: Vec<_> =
            by.filter_map(|(witness, time)| Some((witness.name.clone(), (*time)?))).collect();
        let at = by.iter().map(|(_, time)| *time).filter(|time| since(*time)).max();
        if self.asks_for_witnesses() && at.is_none() {
            let cosigned = by.into_iter().map(|(name, _)| name).collect();
            return Err(QuorumError::TooFew { cosigned });
        }
        Ok(Witnessed { checkpoint, by, at: at.filter(|_| self.asks_for_witnesses()) })
    }

    /// Whether the quorum holds where these witnesses, by position, count.
    fn holds(&self, counts: impl Fn(usize) -> bool) -> bool {
        // Members stand above their group: one pass from the top knows every answer it needs.
        let mut groups: Vec<bool> = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let is_met = |member: &&Member| match **member {
                Member::Witness(at) => counts(at),
                Member::Group(at) => groups.get(at).copied().unwrap_or(false),
            };
            let met = group.members.iter().filter(is_met).count();
            groups.push(met >= group.threshold);
        }
        match self.quorum {
            Quorum::None => true,
            Quorum::Of(Member::Witness(at)) => counts(at),
            Quorum::Of(Member::Group(at)) => groups.get(at).copied().unwrap_or(false),
        }
    }
}

/// A policy whose lines above have been read.
#[derive(Default)]
struct Draft {
    logs: Vec<VerifierKey>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    members: BTreeSet<Member>,
    quorum: Option<Quorum>,
}

impl Draft {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        if line.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
            return Err(PolicyFault::Bytes);
        }
        let items = line.split(|byte| matches!(byte, b' ' | b'\t'));
        let items: Vec<&[u8]> = items.filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", rest @ ..] => self.log(rest),
            [b"witness", rest @ ..] => self.witness(rest),
            [b"group", rest @ ..] => self.group(rest),
            [b"quorum", rest @ ..] => self.quorum(rest),
            _ => Err(PolicyFault::Keyword),
        }
    }

    fn log(&mut self, items: &[&[u8]]) -> Result<(), PolicyFault> {
        // The address is for those who read the log; nobody here does.
        let ([key] | [key, _]) = items else { return Err(PolicyFault::Items) };
        let key = VerifierKey::parse(text(key)).map_err(PolicyFault::Key)?;
        self.new_key(key.bytes())?;
        if self.logs.len() == MEMBERS_MAX {
            return Err(PolicyFault::Size);
        }
        self.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, items: &[&[u8]]) -> Result<(), PolicyFault> {
        let (name, key, url) = match items {
            [name, key] => (name, key, None),
            [name, key, url] => (name, key, Some(*url)),
            _ => return Err(PolicyFault::Items),
        };
        let name = self.new_name(name)?;
        let key = WitnessKey::parse(text(key)).map_err(PolicyFault::Key)?;
        self.new_key(key.bytes())?;
        if self.witnesses.len() == MEMBERS_MAX {
            return Err(PolicyFault::Size);
        }
        let url = url.map(|url| String::from_utf8_lossy(url).into_owned());
        self.witnesses.push(PolicyWitness { name, key, url });
        Ok(())
    }

    fn group(&mut self, items: &[&[u8]]) -> Result<(), PolicyFault> {
        let [name, threshold, names @ ..] = items else { return Err(PolicyFault::Items) };
        if names.is_empty() {
            return Err(PolicyFault::Items);
        }
        let name = self.new_name(name)?;
        let threshold = match *threshold {
            b"all" => names.len(),
            b"any" => 1,
            number => decimal(text(number))
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=names.len()).contains(number))
                .ok_or(PolicyFault::Threshold)?,
        };
        let mut members = Vec::with_capacity(names.len().min(2 * MEMBERS_MAX));
        for name in names {
            let member = self.find(name).ok_or(PolicyFault::Unknown)?;
            if !self.members.insert(member) {
                return Err(PolicyFault::Member);
            }
            members.push(member);
        }
        if self.groups.len() == MEMBERS_MAX {
            return Err(PolicyFault::Size);
        }
        self.groups.push(Group { name, threshold, members });
        Ok(())
    }

    fn quorum(&mut self, items: &[&[u8]]) -> Result<(), PolicyFault> {
        let [name] = items else { return Err(PolicyFault::Items) };
        if self.quorum.is_some() {
            return Err(PolicyFault::Quorum);
        }
        let quorum = match *name {
            b"none" => Quorum::None,
            name => Quorum::Of(self.find(name).ok_or(PolicyFault::Unknown)?),
        };
        self.quorum = Some(quorum);
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Option<Member> {
        let witness = self.witnesses.iter().position(|one| one.name.0 == name);
        let group = || self.groups.iter().position(|one| one.name.0 == name);
        witness.map(Member::Witness).or_else(|| group().map(Member::Group))
    }

    fn new_name(&self, name: &[u8]) -> Result<MemberName, PolicyFault> {
        if name == b"none" || self.find(name).is_some() {
            return Err(PolicyFault::Name);
        }
        Ok(MemberName(name.to_vec()))
    }

    /// The standard forbids a key twice among logs and twice among witnesses. Here it may not stand
    /// in both either: a log would be its own witness.
    fn new_key(&self, key: &[u8; 32]) -> Result<(), PolicyFault> {
        let known = self.logs.iter().any(|log| log.bytes() == key)
            || self.witnesses.iter().any(|witness| witness.key.bytes() == key);
        if known { Err(PolicyFault::SameKey) } else { Ok(()) }
    }
}

/// An item as text; what is none becomes something that no reader of keys and numbers takes.
fn text(item: &[u8]) -> &str {
    std::str::from_utf8(item).unwrap_or_default()
}

fn listed(names: &[MemberName]) -> String {
    match names {
        [] => "nobody".to_owned(),
        names => names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
