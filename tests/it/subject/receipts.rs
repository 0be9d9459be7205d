//! Receipts: good offline and for ever, and worthless as soon as anything in them is changed.

use proptest::prelude::*;
use serde_json::{Value, json};
use sluss::domain::{Field, Personal};
use sluss::log::{
    ErasureReason, InclusionProof, KeyName, Note, Receipt, SigningKey, TreeSize, VerifierKey,
};
use sluss::store::{Store, StoredLeaf, Told};
use sluss::subject::{PersonalReceipt, Proved, ReceiptFault};

use super::*;

async fn proof(store: &Store, note: &Note, size: TreeSize, leaf: &StoredLeaf) -> Receipt {
    let hashes = store.inclusion(leaf.index, size).await.unwrap();
    Receipt::new(leaf.index, InclusionProof::new(hashes).unwrap(), note.clone())
}

async fn receipt(store: &Store, told: &Told) -> Value {
    let note = Note::parse(&store.checkpoint(None).await.unwrap().unwrap()).unwrap();
    let size = store.size().await.unwrap();
    let text = |leaf: &StoredLeaf| String::from_utf8(leaf.body.clone()).unwrap();
    let outcome = told.outcome.as_ref().unwrap();
    let (leaf, ended) = (text(&told.leaf), text(outcome));
    let proofs =
        [proof(store, &note, size, &told.leaf).await, proof(store, &note, size, outcome).await];
    let receipt = PersonalReceipt::new(
        vec!["Kvitto".to_owned()],
        (&leaf, &proofs[0]),
        &told.openings,
        &[store.verifier_key()],
        Some((&ended, &proofs[1])),
    );
    serde_json::from_str(&receipt.to_json()).unwrap()
}

/// The receipts of the order and of the fault.
async fn two(app: &App) -> [Value; 2] {
    let store = &app.deployment.store;
    let about = store.about(&person(store, CUSTOMER).await).await.unwrap();
    [receipt(store, &about.told[0]).await, receipt(store, &about.told[1]).await]
}

fn verify(receipt: &Value, keys: Option<&[VerifierKey]>) -> Result<Proved, ReceiptFault> {
    PersonalReceipt::parse(receipt.to_string().as_bytes())?.verify(keys)
}

#[track_caller]
fn refused(receipt: &Value, expected: &ReceiptFault) {
    let fault = verify(receipt, None).err().expect("it was changed");
    assert_eq!(
        std::mem::discriminant(&fault),
        std::mem::discriminant(expected),
        "{fault}, not {expected}"
    );
}

#[tokio::test]
async fn a_receipt_proves_what_was_sent_and_still_does_after_erasure() {
    let app = delivered().await;
    let store = &app.deployment.store;
    let receipts = two(&app).await;
    let schema: Value =
        serde_json::from_str(include_str!("../../../schemas/log/receipt.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let subjects = person(store, CUSTOMER).await;
    store.erase(&subjects, ErasureReason::Request).await.unwrap();
    let key = [store.verifier_key()];
    for receipt in &receipts {
        schema.validate(receipt).unwrap();
        let proved = verify(receipt, Some(&key)).unwrap();
        assert!(proved.trusted && !verify(receipt, None).unwrap().trusted);
        // Every field that was sent, and nothing of ours: neither the message nor the case.
        let opened: Vec<Field> = proved.opened.keys().copied().collect();
        let intent = proved.intent().unwrap();
        assert_eq!(opened, intent.sent.iter().copied().collect::<Vec<_>>());
        assert_eq!(intent.sd.len(), opened.len() + 2);
        let access = proved.opened.get(&Field::AccessId).map(Personal::disclose);
        assert!(matches!(access, Some("STTA0101" | "STTA0201")));
        assert!(proved.outcome.is_some());
        let told = proved.lines(true).join("\n");
        assert!(told.contains("mottagaren tog emot uppgifterna") && told.contains("(bevisat)"));
    }
    app.close_erased().await;
}

#[tokio::test]
async fn whatever_is_changed_is_refused() {
    let app = delivered().await;
    let [order, fault] = two(&app).await;
    let store = &app.deployment.store;
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut receipt = order.clone();
        change(&mut receipt);
        receipt
    };
    let forged = ReceiptFault::Opening(0);
    // Another value under the same salt, an opening of another leaf, one of nothing, one twice.
    refused(&changed(&|r| r["openings"][0] = fault["openings"][0].clone()), &forged);
    refused(&changed(&|r| r["openings"][0] = r["openings"][1].clone()), &forged);
    refused(&changed(&|r| r["openings"][0] = json!("AAAA")), &forged);
    refused(
        &changed(&|r| {
            use base64::Engine as _;
            let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
            let text = engine.decode(r["openings"][0].as_str().unwrap()).unwrap();
            let mut members: Vec<String> = serde_json::from_slice(&text).unwrap();
            members[2] = "STTA9999".to_owned();
            r["openings"][0] = json!(engine.encode(json!(members).to_string()));
        }),
        &forged,
    );
    // Another leaf under this proof, and this leaf with one letter changed.
    let unproved = {
        let leaf = changed(&|r| r["leaf"] = fault["leaf"].clone());
        verify(&leaf, None).err().unwrap()
    };
    assert!(matches!(unproved, ReceiptFault::Leaf(_)), "{unproved}");
    refused(
        &changed(&|r| {
            let leaf = r["leaf"].as_str().unwrap().replace("GlobalConnect AB", "GlobalConnect AC");
            r["leaf"] = json!(leaf);
        }),
        &unproved,
    );
    refused(&changed(&|r| r["proof"] = fault["proof"].clone()), &unproved);
    // Another disclosure's outcome; the outcome in place of the disclosure: nothing is opened in it, and
    // it has no outcome.
    refused(&changed(&|r| r["outcome"] = fault["outcome"].clone()), &ReceiptFault::Outcome);
    let instead = |bare: &dyn Fn(&mut Value)| {
        changed(&|r| {
            r["leaf"] = r["outcome"]["leaf"].clone();
            r["proof"] = r["outcome"]["proof"].clone();
            bare(r);
        })
    };
    refused(&instead(&|_| {}), &forged);
    refused(&instead(&|r| r["openings"] = json!([])), &ReceiptFault::Outcome);
    let alone = instead(&|r| {
        r["openings"] = json!([]);
        r.as_object_mut().unwrap().remove("outcome");
    });
    let told = verify(&alone, None).unwrap();
    assert!(told.intent().is_none() && told.lines(true)[1].contains("hur ett utlämnande slutade"));
    // Another log's key: of another name, and of the same.
    let name = KeyName::parse(&app.deployment.config.origin).unwrap();
    for (name, seed) in [(KeyName::parse("other.example/log").unwrap(), [1; 32]), (name, [2; 32])] {
        let foreign = SigningKey::new(name, &seed).verifier().clone();
        refused(&changed(&|r| r["keys"] = json!([foreign.to_string()])), &unproved);
        assert!(verify(&order, Some(std::slice::from_ref(&foreign))).is_err());
    }
    refused(&changed(&|r| r["keys"] = json!([])), &unproved);
    refused(&changed(&|r| r["keys"] = json!(["nonsense"])), &ReceiptFault::Keys);
    refused(&changed(&|r| r["format"] = json!("sluss-receipt/2")), &ReceiptFault::Form);
    refused(&changed(&|r| r["more"] = json!(1)), &ReceiptFault::Form);
    // A text beside it changes nothing: it proves nothing.
    let text = changed(&|r| r["text"] = json!(["Ingenting lämnades ut."]));
    assert!(verify(&text, Some(&[store.verifier_key()])).is_ok());
    app.close().await;
}

#[tokio::test]
async fn no_changed_byte_changes_what_is_proved() {
    let app = delivered().await;
    let [order, _] = two(&app).await;
    let keys = [app.deployment.store.verifier_key()];
    let good = order.to_string().into_bytes();
    let proved = |file: &[u8]| PersonalReceipt::parse(file).and_then(|one| one.verify(Some(&keys)));
    let expected = proved(&good).ok().unwrap().lines(true);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let change = (0..good.len(), any::<u8>());
    runner
        .run(&change, |(at, byte)| {
            let mut bent = good.clone();
            bent[at] = byte;
            if let Ok(proved) = proved(&bent) {
                let lines = proved.lines(true);
                // An opening or the outcome may have been made unknown by name; nothing else told.
                prop_assert_eq!(lines, expected.clone());
            }
            Ok(())
        })
        .unwrap();
    for length in (0..good.len()).step_by(97) {
        assert!(proved(&good[..length]).is_err());
    }
    app.close().await;
}
