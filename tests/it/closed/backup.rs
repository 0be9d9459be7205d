//! Old copies: a store that was set back does not go on, whatever was set back with it.

use std::fs;
use std::process::Command;

use super::*;

/// With the checkpoint on what stands for another volume.
struct Apart(Place);

impl Apart {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.0.command(arguments);
        command.env("SLUSS__LOG__CHECKPOINT_DIR", self.0.path("elsewhere"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().unwrap())
    }
}

#[test]
fn an_old_backup_of_the_whole_state_is_refused_while_the_checkpoint_is_newer() {
    let apart = Apart(Place::unreachable());
    let (state, backup) = (apart.0.state(), apart.0.path("backup"));
    let file = apart.0.write("order.json", &order("ORD-1"));
    let submit = ["order", "submit", file.to_str().unwrap()];
    apart.run(&submit).code(0);
    apart.run(&["log", "list"]).code(0);
    copy(&state, &backup);
    apart.run(&["log", "list"]).code(0);
    assert!(!state.join("checkpoint").exists());
    let signed = fs::read(apart.0.path("elsewhere/checkpoint")).unwrap();

    // Restored as a whole, keys and all: it opens as it did then, and the checkpoint says no.
    let newest = apart.0.path("newest");
    fs::rename(&state, &newest).unwrap();
    copy(&backup, &state);
    for arguments in
        [&submit[..], &["log", "list"], &["log", "fsck"], &["work", "--once"], &["serve"]]
    {
        let ended = apart.run(arguments).code(1);
        assert!(ended.err.contains("old-backup"), "{arguments:?} {ended:?}");
    }
    // Saying so does not make it so.
    let refused = apart.run(&["log", "resume", "--reason", "backup-restored"]).code(1);
    assert!(refused.err.contains("old-backup"), "{refused:?}");
    assert_eq!(fs::read(apart.0.path("elsewhere/checkpoint")).unwrap(), signed, "never set back");

    // The newest copy comes with the marker of who refused the old one; a person lifts it.
    fs::copy(state.join("halted"), newest.join("halted")).unwrap();
    fs::remove_dir_all(&state).unwrap();
    fs::rename(&newest, &state).unwrap();
    let halted = apart.run(&submit).code(1);
    assert!(halted.err.contains("old-backup"), "{halted:?}");
    apart.run(&["log", "resume", "--reason", "newest-copy-restored"]).code(0);
    apart.run(&submit).code(0);
    apart.run(&["log", "fsck"]).code(0);
    apart.run(&["log", "verify"]).code(0);
}

#[test]
fn a_database_that_is_set_back_in_use_is_noticed() {
    let place = place();
    let (running, address) = serve(&place);
    running_again(&address, "ORD-2");
    // The same file, and an older head in it: what a restore into a running database leaves.
    let rows = rusqlite::Connection::open(place.state().join("sluss.db")).unwrap();
    rows.execute("UPDATE head SET size = size - 1", []).unwrap();
    drop(rows);
    stopped(&address, "head-behind");
    running.stop().code(0);
    place.run(&["order", "submit", "-"]).code(1);
    let refused = resume(&place, "looked").code(1);
    assert!(refused.err.contains("disclosure log cannot be trusted"), "{refused:?}");
}
