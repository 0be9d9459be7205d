//! A policy's id: the same as long as nothing that matters changes, and another as soon as it does.

use sha2::{Digest, Sha256};
use sluss::domain::PolicyId;

use super::{SHIPPED, changed, shipped, sound};

fn id(text: &str) -> PolicyId {
    sound(text).recipient.policy.id()
}

#[test]
fn the_id_is_the_hash_of_the_canonical_form() {
    for name in SHIPPED {
        let policy = sound(&shipped(name)).recipient.policy;
        let hash: [u8; 32] = Sha256::digest(policy.canonical()).into();
        assert_eq!(policy.id(), PolicyId::new(hash));
        assert!(serde_json::from_slice::<serde_json::Value>(policy.canonical()).is_ok());
    }
}

#[test]
fn how_a_policy_is_written_does_not_matter() {
    let ours = id(&shipped("globalconnect"));
    let backwards = {
        let text = shipped("globalconnect");
        let (head, rest) = text.split_once("[[rule]]").unwrap();
        let (rules, tests) = rest.split_once("[[test]]").unwrap();
        let mut rules: Vec<&str> = rules.split("[[rule]]").collect();
        rules.reverse();
        let rules = rules.join("\n[[rule]]");
        format!("{head}[[rule]]{rules}\n[[test]]{tests}")
    };
    for (what, text) in [
        ("order of rules", backwards),
        ("a comment", changed("[policy]", "# A remark.\n\n[policy] # And another.")),
        ("spaces", changed("effect = \"allowed\"", "effect    =  'allowed'")),
        (
            "order of fields",
            changed(
                "[\"order.operation\", \"order.requested_date\"]",
                "[\"order.requested_date\", \"order.operation\"]",
            ),
        ),
        (
            "order of purposes",
            changed(
                "[\"fault.report\", \"fault.supplement\"]",
                "[\"fault.supplement\", \"fault.report\"]",
            ),
        ),
        (
            "order of conditions",
            changed(
                "[\"access.missing\", \"premises.apartment\"]",
                "[\"premises.apartment\", \"access.missing\"]",
            ),
        ),
        (
            "order of tags",
            changed(
                "[\"dpv:RequestedServiceProvision\", \"pd:HouseNumber\"]",
                "[\"pd:HouseNumber\", \"dpv:RequestedServiceProvision\"]",
            ),
        ),
        ("a list of one", changed("field = \"access.id\"", "field = [\"access.id\"]")),
        ("the way there", changed("requests_per_second = 20", "requests_per_second = 2")),
        ("the agreement", changed("PUB-2026-02", "PUB-2026-03")),
    ] {
        assert_eq!(id(&text), ours, "{what}");
    }
}

#[test]
fn what_it_says_does() {
    let mut ids = vec![id(&shipped("globalconnect")), id(&shipped("ip-only"))];
    for (from, to) in [
        ("version = \"2026-11-01.1\"", "version = \"2026-11-01.2\""),
        ("avsnittet Stadsnät", "avsnittet Nät"),
        ("text_length_max = 255", "text_length_max = 254"),
        ("text_masked_percent_max = 15", "text_masked_percent_max = 16"),
        ("text_over_limit = \"replace\"", "text_over_limit = \"hold\""),
        ("id = \"delivery.access\"", "id = \"delivery.outlet\""),
        ("field = \"access.id\"", "field = \"cpe.model\""),
        ("purpose = \"delivery.activate\"", "purpose = \"delivery.resume\""),
        ("effect = \"allowed\"", "effect = \"never\""),
        ("[\"subscription.missing\"]", "[\"visit.booked\"]"),
        ("basis = \"gdpr.6.1.b\"", "basis = \"gdpr.6.1.f\""),
        ("utan att säga vem som bor där", "och inget annat"),
        ("retain = \"delivered+30d\"", "retain = \"delivered+31d\""),
        ("transform = \"first_name_initial\"\n", ""),
        ("dpv = [\"dpv:RequestedServiceProvision\"]\n", ""),
    ] {
        ids.push(id(&changed(from, to)));
    }
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len());
}
