//! `sluss subject`: what a person can ask for. Asking for a report is itself logged.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::deployment::Deployment;
use super::serve::private;
use super::{Failure, Output, log, witnessed};
use crate::config::Config;
use crate::domain::ClientId;
use crate::log::{Checkpoint, Code, ErasureReason, InclusionProof, LeafIndex, Note, Receipt, Role};
use crate::store::{Found, Reference, Sight, Store, StoredLeaf, Subjects};
use crate::subject::{PersonalReceipt, Reasons, Statement, Utterance, data, lines, told};
use crate::witness::Standing;

/// A longer reference on standard input is none.
const REFERENCE_BYTES_MAX: u64 = 1_024;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Who got what about a person, when, why and under which rule; in Swedish, for the person
    Report {
        #[command(flatten)]
        whom: Whom,
        /// Show what was sent, too: think of who can see the screen
        #[arg(long)]
        values: bool,
        /// Write one file for each disclosure, to be given to the person; they hold what was sent
        #[arg(long, value_name = "DIR")]
        receipts: Option<PathBuf>,
    },
    /// Destroy what is kept about a person whose cases have ended. It cannot be undone
    Erase {
        #[command(flatten)]
        whom: Whom,
        /// request, not-needed, objection, unlawful or legal-obligation
        #[arg(long, value_name = "CODE")]
        reason: String,
    },
}

#[derive(Args, Debug)]
pub(super) struct Whom {
    /// A case's id, the ordering system's id, or the customer's number; `-` reads it from standard
    /// input, which no list of processes shows
    #[arg(value_name = "REF")]
    reference: String,
    /// The client that handed in, where several have somebody by that reference
    #[arg(long, value_name = "ID")]
    client: Option<String>,
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Report { whom, values, receipts } => {
            let deployment = Deployment::open_existing(config.clone())?;
            report(&deployment, whom, values, receipts.as_deref(), output).await
        }
        Command::Erase { whom, reason } => {
            let reason = reason_of(&reason)?;
            let deployment = Deployment::open_existing(config.clone())?;
            erase(&deployment, whom, reason, output).await
        }
    }
}

fn reason_of(text: &str) -> Result<ErasureReason, Failure> {
    // Retention comes by itself: it is nobody's decision.
    let ours = || ErasureReason::ALL.iter().filter(|one| **one != ErasureReason::Retention);
    ours().copied().find(|reason| reason.as_str() == text).ok_or_else(|| {
        let known: Vec<_> = ours().map(|reason| reason.as_str()).collect();
        Failure::Usage(format!("--reason is one of {}", known.join(", ")))
    })
}

/// Whom it is about. The reference may be a customer's number: it is never repeated.
async fn find(store: &Store, whom: Whom) -> Result<Subjects, Failure> {
    let client = whom.client.as_deref().map(ClientId::parse).transpose();
    let client = client.map_err(|error| Failure::Usage(format!("--client: {error}")))?;
    let mut reference = whom.reference;
    if reference == "-" {
        reference.clear();
        std::io::stdin()
            .take(REFERENCE_BYTES_MAX)
            .read_to_string(&mut reference)
            .map_err(|error| Failure::io("standard input cannot be read", error))?;
        reference.truncate(reference.trim_end().len());
    }
    match store.find_subject(Reference::new(reference), client, Sight::Restricted).await? {
        Found::One(subjects) => Ok(subjects),
        Found::Nobody => Err(Failure::Usage(
            "nobody goes by that reference: it was never handed in, or the person is erased"
                .to_owned(),
        )),
        Found::Several(clients) => {
            let mut clients: Vec<_> = clients.iter().map(ClientId::as_str).collect();
            clients.dedup();
            Err(Failure::Usage(format!(
                "several persons go by that reference (clients: {}): give --client, or the id of \
                 a case as `sluss case list` shows it",
                clients.join(", ")
            )))
        }
    }
}

async fn report(
    deployment: &Deployment,
    whom: Whom,
    values: bool,
    receipts: Option<&Path>,
    output: &Output,
) -> Result<(), Failure> {
    let store = &deployment.store;
    let subjects = find(store, whom).await?;
    let about = store.about(&subjects).await?;
    // Which leaves were shown would link them: the record has their number only.
    let what = if receipts.is_some() { "subject-receipts" } else { "subject-report" };
    let what = Code::parse(what).ok_or_else(|| Failure::Log(what.to_owned()))?;
    store.note_read(Role::Privacy, what, LeafIndex(0), about.told.len() as u64).await?;
    let broken = |error: crate::subject::StatementError| Failure::Log(error.to_string());
    let mut reasons = BTreeMap::new();
    for id in Statement::policies(&about).map_err(broken)? {
        let kept = store.policy(id).await?;
        reasons.extend(kept.and_then(|bytes| Reasons::read(id, &bytes)).map(|read| (id, read)));
    }
    let statement = Statement::new(&about, &reasons).map_err(broken)?;
    for line in lines(&statement, values) {
        output.line(line);
    }
    let mut told = data(&statement, values);
    if let Some(folder) = receipts {
        let vouched = witnessed::configured(store, &deployment.config, &*deployment.clock).await?;
        let written = write_receipts(store, &statement, vouched.as_ref(), folder).await?;
        output.line(String::new());
        output.line(format!("{} kvitton i {}", written.len(), folder.display()));
        told["receipts"] = json!(written);
    }
    output.data(&told);
    Ok(())
}

/// One file for each disclosure, readable by their owner only: they hold what was sent.
async fn write_receipts(
    store: &Store,
    statement: &Statement<'_>,
    vouched: Option<&Standing>,
    folder: &Path,
) -> Result<Vec<String>, Failure> {
    let failed = |error| Failure::io(format!("{} cannot be written", folder.display()), error);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let latest = log::note(store, None).await?;
    let mut written = Vec::new();
    for case in &statement.cases {
        for one in &case.disclosures {
            let name = format!("kvitto-{:08}.json", one.told.leaf.index.0);
            // What others vouch for is worth more than what is newer.
            let last = one.told.outcome.as_ref().unwrap_or(&one.told.leaf).index;
            let covered = vouched.filter(|vouched| vouched.witnessed.checkpoint.size.holds(last));
            let note = covered.map_or(&latest, |vouched| &vouched.note);
            let receipt = receipt(store, note, one).await?;
            private(&folder.join(&name), &receipt.to_json()).map_err(failed)?;
            written.push(name);
        }
    }
    Ok(written)
}

async fn receipt(
    store: &Store,
    note: &Note,
    one: &Utterance<'_>,
) -> Result<PersonalReceipt, Failure> {
    let keys = [store.verifier_key()];
    let (leaf, proof) = proven(store, note, &one.told.leaf).await?;
    let outcome = match &one.told.outcome {
        Some(outcome) => Some(proven(store, note, outcome).await?),
        None => None,
    };
    let mut text = vec!["Kvitto på ett utlämnande av dina uppgifter".to_owned()];
    text.extend(told(one, false));
    let receipt = PersonalReceipt::new(
        text,
        (&leaf, &proof),
        &one.told.openings,
        &keys,
        outcome.as_ref().map(|(leaf, proof)| (leaf.as_str(), proof)),
    );
    // What does not hold is not handed out.
    receipt.verify(Some(&keys)).map_err(|fault| Failure::Log(fault.to_string()))?;
    Ok(receipt)
}

/// A leaf as text, with its proof in the tree of this checkpoint.
async fn proven(
    store: &Store,
    note: &Note,
    stored: &StoredLeaf,
) -> Result<(String, Receipt), Failure> {
    let keys = [store.verifier_key()];
    let checkpoint =
        Checkpoint::open(note, &keys).map_err(|error| Failure::Log(error.to_string()))?;
    let hashes = store.inclusion(stored.index, checkpoint.size).await?;
    let proof = InclusionProof::new(hashes).map_err(|error| Failure::Log(error.to_string()))?;
    let body = String::from_utf8(stored.body.clone())
        .map_err(|_| Failure::Log(format!("leaf {} is no text", stored.index)))?;
    Ok((body, Receipt::new(stored.index, proof, note.clone())))
}

async fn erase(
    deployment: &Deployment,
    whom: Whom,
    reason: ErasureReason,
    output: &Output,
) -> Result<(), Failure> {
    let store = &deployment.store;
    let subjects = find(store, whom).await?;
    let erased = store.erase(&subjects, reason).await?;
    output.line(format!(
        "erased: {} cases, {} records of the log are about nobody any more",
        erased.cases, erased.cut
    ));
    for index in &erased.leaves {
        output.line(format!("the erasure is leaf {index}"));
    }
    if erased.recipients.is_empty() {
        output.line("nobody received anything: nobody has to be told (GDPR art. 19)");
    } else {
        output.line("to be told of the erasure (GDPR art. 19); this version does not tell them:");
    }
    for recipient in &erased.recipients {
        output.line(format!(
            "  {}, {} ({}), agreement {}",
            recipient.legal_name, recipient.org_no, recipient.country, recipient.agreement
        ));
    }
    output.line("for the person, kept nowhere: opens what the erasure commits to");
    for opening in &erased.openings {
        output.line(format!("  {}", opening.disclosure()));
    }
    if erased.traces {
        output.line(TRACES);
    }
    let recipients: Vec<_> = erased
        .recipients
        .iter()
        .map(|one| {
            json!({
                "id": one.id.as_str(),
                "legalName": one.legal_name,
                "orgNo": one.org_no,
                "country": one.country,
                "agreement": one.agreement,
            })
        })
        .collect();
    output.data(&json!({
        "cases": erased.cases,
        "cut": erased.cut,
        "leaves": erased.leaves.iter().map(|index| index.0).collect::<Vec<_>>(),
        "toBeTold": recipients,
        "openings": erased.openings.iter().map(|one| one.disclosure().to_owned()).collect::<Vec<_>>(),
        "tracesInWriteAheadLog": erased.traces,
    }));
    Ok(())
}

/// Said where the write-ahead log could not be emptied.
pub(super) const TRACES: &str = "old pages may stand in keys.db-wal for a while, as somebody was \
                                 reading: they go with the next commits, or at the next stop";
