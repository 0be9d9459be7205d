//! The published log at the door: checkpoint and hashes for anybody, leaves for auditors.

use serde_json::Value;
use sluss::log::{Checkpoint, LeafIndex, Note, Role, Tile, TileOf, TreeSize, bundle, leaf_hash};

use super::{House, refused};
use crate::raw::{Heard, ask, http};
use crate::tokens::bearer;

/// With a log of a few leaves.
async fn house() -> House {
    let house = House::open().await;
    grow(&house, 3).await;
    house
}

async fn grow(house: &House, by: usize) {
    for _ in 0..by {
        house.deployment.store.note(sluss::log::Event::Heartbeat).await.unwrap();
    }
}

async fn get(house: &House, path: &str, head: &str) -> Heard {
    ask(house.address, &http("GET", path, head, "")).await
}

fn auditor() -> String {
    bearer(Role::Auditor)
}

/// The body as bytes.
fn body(heard: &Heard) -> Vec<u8> {
    let end = heard.bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    heard.bytes[end + 4..].to_vec()
}

async fn leaves(house: &House) -> Vec<Value> {
    let leaves = house.deployment.store.leaves(LeafIndex(0), 10_000).await.unwrap();
    leaves.iter().map(|leaf| serde_json::from_slice(&leaf.body).unwrap()).collect()
}

#[tokio::test]
async fn anybody_can_follow_the_log_by_checkpoint_and_hashes() {
    let house = house().await;
    let heard = get(&house, "/log/checkpoint", "").await;
    let (status, note) = heard.text();
    assert_eq!(status, 200);
    assert_eq!(heard.header("content-type").unwrap(), "text/plain; charset=utf-8");
    assert_eq!(heard.header("cache-control").unwrap(), "no-cache");
    let note = Note::parse(&note).unwrap();
    let key = house.deployment.store.verifier_key();
    let checkpoint = Checkpoint::open(&note, &[key]).unwrap();
    assert_eq!(checkpoint.size, TreeSize(3));

    let heard = get(&house, "/log/tile/0/000.p/3", "").await;
    assert!(heard.bytes.starts_with(b"HTTP/1.1 200"));
    assert_eq!(heard.header("content-type").unwrap(), "application/octet-stream");
    assert_eq!(heard.header("cache-control").unwrap(), "public, max-age=31536000, immutable");
    let stored = house.deployment.store.leaves(LeafIndex(0), 3).await.unwrap();
    let hashes: Vec<u8> = stored.iter().flat_map(|leaf| *leaf.hash.bytes()).collect();
    assert_eq!(body(&heard), hashes);
    // A smaller tree was signed, too.
    assert_eq!(body(&get(&house, "/log/tile/0/000.p/2", "").await), hashes[..64]);
    // Nobody was written down for that.
    assert_eq!(leaves(&house).await.len(), 3);

    grow(&house, 254).await;
    let heard = get(&house, "/log/tile/0/000", "").await;
    assert_eq!(body(&heard).len(), 8_192);
    let heard = get(&house, "/log/tile/1/000.p/1", "").await;
    assert_eq!(body(&heard).len(), 32);
    assert_eq!(heard.header("cache-control").unwrap(), "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn what_is_not_there_yet_and_what_is_no_path() {
    let house = house().await;
    for path in [
        "0/000",
        "0/000.p/4",
        "0/001.p/1",
        "1/000.p/1",
        "63/000.p/1",
        "entries/000",
        "0/x001/000.p/1",
        "0/000.p/0",
        "0/000.p/256",
        "0/0",
        "0/x000/000.p/3",
        "00/000.p/3",
        "64/000.p/3",
        "0/000.p/03",
        "-1/000",
        "0/000.p/3/",
        "0//000.p/3",
        "entries/../checkpoint",
        "0/x999/x999/x999/x999/x999/x999/999.p/1",
        "0/%30%30%30.p/%33/",
    ] {
        let answer = house.raw(&http("GET", &format!("/log/tile/{path}"), &auditor(), "")).await;
        refused(&answer.json(), 404, "notFound");
        assert_eq!(answer.header("cache-control").unwrap(), "no-store", "{path}");
    }
    let answer = house.raw(&http("POST", "/log/checkpoint", "", "")).await.json();
    refused(&answer, 405, "methodNotAllowed");
    assert_eq!(leaves(&house).await.len(), 3, "what is not there is not read");
}

#[tokio::test]
async fn leaves_are_for_auditors_and_each_read_is_a_leaf_first() {
    let house = house().await;
    let path = "/log/tile/entries/000.p/3";
    refused(&get(&house, path, "").await.json(), 401, "unauthorized");
    refused(&get(&house, path, &bearer(Role::Operations)).await.json(), 403, "forbidden");
    // No other way to spell it leads around the guard.
    for path in [
        "/log/tile//entries/000.p/3",
        "/log/tile/%65ntries/000.p/3",
        "/log/tile/x/../entries/000.p/3",
    ] {
        let status = get(&house, path, "").await.text().0;
        assert!([401, 404].contains(&status), "{path}: {status}");
    }
    assert_eq!(leaves(&house).await.len(), 3);

    let heard = get(&house, path, &auditor()).await;
    assert!(heard.bytes.starts_with(b"HTTP/1.1 200"));
    assert_eq!(heard.header("cache-control").unwrap(), "private, max-age=31536000, immutable");
    let bundle = body(&heard);
    let stored = house.deployment.store.leaves(LeafIndex(0), 10).await.unwrap();
    let bodies = bundle::leaves(&bundle, 3).unwrap();
    for (body, stored) in bodies.iter().zip(&stored) {
        assert_eq!(leaf_hash(body), stored.hash);
    }
    let logged = leaves(&house).await;
    assert_eq!(logged.len(), 4);
    let last = &logged[3];
    assert_eq!((last["kind"].as_str(), last["what"].as_str()), (Some("read"), Some("bundle")));
    assert_eq!((last["first"].as_u64(), last["count"].as_u64()), (Some(0), Some(3)));
    assert_eq!(last["actor"], "auditor");
    let heard = get(&house, path, &auditor()).await;
    assert!(heard.bytes.starts_with(b"HTTP/1.1 200"));
    assert_eq!(leaves(&house).await.len(), 5);
}

#[tokio::test]
async fn a_bundle_with_a_changed_leaf_is_not_handed_out_and_stops_everything() {
    let house = house().await;
    let database = rusqlite::Connection::open(house.deployment.config.state.join("sluss.db"));
    database
        .unwrap()
        .execute_batch(
            "DROP TRIGGER leaf_is_never_changed;
             UPDATE leaf SET body =
                 CAST(replace(CAST(body AS TEXT), 'heartbeat', 'heartbeet') AS BLOB) WHERE idx = 1;",
        )
        .unwrap();
    let heard = get(&house, "/log/tile/entries/000.p/3", &auditor()).await;
    refused(&heard.json(), 503, "halted");
    assert_eq!(house.get("/ready").await.0, 503);
}

#[tokio::test]
async fn every_tile_of_the_checkpoint_is_served() {
    let house = house().await;
    grow(&house, 600).await;
    let size = TreeSize(603);
    for of in Tile::rows(size).filter(|of| *of != TileOf::Leaves) {
        for tile in Tile::added(of, TreeSize(0), size) {
            let heard = get(&house, &format!("/log/{tile}"), "").await;
            assert_eq!(body(&heard).len(), usize::from(tile.width()) * 32, "{tile}");
        }
    }
}
