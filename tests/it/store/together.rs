//! What shares a commit ends as if one had come after the other, in the order in which it was handed in.

use sluss::store::Accepted;

use super::*;

/// Something before them, so that what follows is likely to share the next commit.
async fn first(store: &Store) {
    store.note(Event::Heartbeat).await.unwrap();
}

#[tokio::test]
async fn one_disclosure_is_recorded_once() {
    let place = Place::new();
    let store = place.open();
    for n in 0..10 {
        let claimed = place.claimed(&store, &format!("ORD-{n}")).await;
        let before = size(&store).await;
        let both = vec![place.disclosure(&claimed), place.disclosure(&claimed)];
        let ((), both) = tokio::join!(first(&store), store.append(both, LEASE));
        let both = both.unwrap();
        assert!(both[0].is_ok(), "{both:?}");
        assert!(matches!(both[1], Err(StoreError::State(_))), "{both:?}");
        assert_eq!(size(&store).await, before + 2);
        store.settle(claimed.claim, settling::completed()).await.unwrap();
    }
    sound(&audit(&store).await);
}

#[tokio::test]
async fn who_claims_before_fences_whoever_settles_behind() {
    let place = Place::new();
    let store = place.open();
    for n in 0..10 {
        let (claim, _) = place.recorded(&store, &format!("ORD-{n}")).await;
        place.pass(LEASE);
        let ((), taken, settled) = tokio::join!(
            first(&store),
            self::claim(&store, 9),
            store.settle(claim, settling::completed()),
        );
        assert!(matches!(settled, Err(StoreError::Fenced)), "{settled:?}");
        let Some(Work::Reconcile(doubt)) = taken.into_iter().next() else {
            panic!("it is in doubt")
        };
        store.settle(doubt.claim, settling::completed()).await.unwrap();
    }
    sound(&audit(&store).await);
}

#[tokio::test]
async fn who_settles_before_leaves_nothing_to_claim() {
    let place = Place::new();
    let store = place.open();
    for n in 0..10 {
        let (claim, _) = place.recorded(&store, &format!("ORD-{n}")).await;
        place.pass(LEASE);
        let ((), settled, taken) = tokio::join!(
            first(&store),
            store.settle(claim, settling::completed()),
            self::claim(&store, 9),
        );
        settled.unwrap();
        assert!(taken.is_empty());
    }
    sound(&audit(&store).await);
}

#[tokio::test]
async fn orders_of_one_customer_are_about_one_person() {
    let place = Place::new();
    let store = place.open();
    let orders: Vec<_> = (0..4).map(|n| place.order(&format!("ORD-{n}"))).collect();
    let [a, b, c, d] = <[_; 4]>::try_from(orders).ok().unwrap();
    let ((), a, b, c, d) = tokio::join!(
        first(&store),
        store.accept(a),
        store.accept(b),
        store.accept(c),
        store.accept(d),
    );
    for accepted in [a, b, c, d] {
        assert!(matches!(accepted.unwrap(), Accepted::New(_)));
    }
    let (mut persons, mut work) = (BTreeSet::new(), claim(&store, 9).await);
    assert_eq!(work.len(), 4);
    for work in work.drain(..) {
        let Work::Deliver(claimed) = work else { panic!("it is to be sent") };
        // The key is the person's: the same value, committed to under the same leaf, is the same.
        let digest = digest(&claimed.key, LeafId::from_bytes([7; 16]), "case", "the same");
        persons.insert(digest);
    }
    assert_eq!(persons.len(), 1);
}
