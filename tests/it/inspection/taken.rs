//! What is taken along: the rows of the page, in each form, with a head that says what it is.

use serde_json::Value;
use sluss::domain::RecipientId;

use super::*;
use crate::raw::Heard;

/// The body of an answer that came in pieces.
fn body(answer: &Heard) -> (String, String) {
    let (head, whole, _) = pieces(answer);
    (head, whole)
}

/// The same, and how long the longest piece was.
fn pieces(answer: &Heard) -> (String, String, usize) {
    let end = answer.bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer.bytes[..end].to_vec()).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    let (mut rest, mut whole, mut longest) = (&answer.bytes[end + 4..], Vec::new(), 0);
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let length =
            usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        if length == 0 {
            return (head, String::from_utf8(whole).unwrap(), longest);
        }
        longest = longest.max(length);
        whole.extend_from_slice(&rest[line + 2..line + 2 + length]);
        rest = &rest[line + 2 + length + 2..];
    }
}

/// Records of RFC 4180, all of their cells in quotes.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    for line in text.split_terminator("\r\n") {
        let inside = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        records.push(inside.split("\",\"").map(|cell| cell.replace("\"\"", "\"")).collect());
    }
    records
}

const EVIL: &str = "=HYPERLINK(\"https://evil.example\";\"Åström & Öbergs nät\")";

async fn house() -> House {
    let mut app = App::start_with(|config| {
        let mut all = config.recipients.iter_mut();
        let one = all.find(|file| file.recipient.id.as_str() == IP_ONLY).unwrap();
        one.recipient.legal_name = EVIL.to_owned();
    })
    .await;
    let delivered = app.submit(Kind::Order, &order(IP_ONLY, "ORD-1", "STTA0001")).await[0];
    let fault = app.submit(Kind::Ticket, &fault(GLOBALCONNECT, "TT-1", "STTA0002")).await[0];
    let hidden = app.submit(Kind::Order, &protected(GLOBALCONNECT, "ORD-9", "STTA0009")).await[0];
    app.to_the_end().await;
    House { app, delivered, fault, hidden }
}

#[tokio::test]
async fn each_form_has_the_rows_of_the_page_and_says_what_it_is() {
    let house = house().await;
    let seat = Seat::at(&house.app).await;
    let auditor = seat.sign_in(&house.app, "granskaren", "auditor").await;
    let rows = listed(&page(&auditor, "/disclosures?what=intent").await);
    assert!(rows.len() >= 2);
    let asked = [("what", "intent"), ("group", "purpose"), ("before", "1")];
    let take = async |form: &'static str, more: &[(&'static str, &'static str)]| {
        let pairs: Vec<_> = asked.iter().chain(more).copied().chain([("form", form)]).collect();
        auditor.post("/disclosures/export", &pairs).await
    };
    let size = house.size().await;

    // CSV.
    let (head, text) = body(&take("csv", &[]).await);
    silent(&text);
    assert!(head.contains("content-type: text/csv; charset=utf-8"), "{head}");
    assert!(head.contains("content-disposition: attachment; filename=\"sluss-"), "{head}");
    let all = records(&text);
    let told: Vec<_> = all.iter().take_while(|line| line[0].starts_with('#')).collect();
    let of = |name: &str| told.iter().find(|line| line[0] == name).unwrap()[1].clone();
    assert_eq!(of("#query"), "what=intent");
    assert_eq!(of("#exporter"), "granskaren (auditor)");
    assert_eq!(of("#rows"), rows.len().to_string());
    assert_eq!(of("#log_size"), size.to_string());
    assert!(of("#time").ends_with('Z'));
    let root = house.app.deployment.store.root_at(sluss::log::TreeSize(size)).await.unwrap();
    assert_eq!(of("#log_root"), root.base64());
    let (columns, lines) = all[told.len()..].split_first().unwrap();
    assert_eq!(lines.len(), rows.len());
    for (line, index) in lines.iter().zip(&rows) {
        assert_eq!(line.len(), columns.len());
        let cell = |name: &str| &line[columns.iter().position(|column| column == name).unwrap()];
        assert_eq!(*cell("leaf"), index.to_string());
        assert_eq!(cell("outcome"), "accepted");
        // What a spreadsheet would run is a text.
        if cell("recipient") == IP_ONLY {
            assert_eq!(*cell("legal_name"), format!("'{EVIL}"));
        }
        for text in line {
            assert!(!text.starts_with(['=', '+', '-', '@', '\t', '\r']), "{text}");
        }
    }
    let (_, marked) = body(&take("csv", &[("mark", "yes")]).await);
    assert!(marked.starts_with('\u{feff}') && !text.starts_with('\u{feff}'));

    // JSON Lines: the leaves as they are hashed.
    let (_, text) = body(&take("jsonl", &[]).await);
    silent(&text);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["export"]["query"], "what=intent");
    assert_eq!(lines[0]["export"]["rows"], rows.len());
    assert!(lines[0]["export"]["log"]["checkpoint"].as_str().unwrap().contains("\n\n— "));
    assert_eq!(lines.last().unwrap()["end"]["rows"], rows.len());
    for (line, index) in lines[1..].iter().zip(&rows) {
        assert_eq!(line["index"], index.0);
        let stored = house.app.deployment.store.leaf_at(*index).await.unwrap().unwrap().leaf;
        assert_eq!(sluss::log::canonical::to_bytes(&line["leaf"]).unwrap(), stored.body);
        assert_eq!(line["outcome"]["result"], "accepted");
    }

    // JSON-LD.
    let (head, text) = body(&take("jsonld", &[]).await);
    silent(&text);
    assert!(head.contains("application/ld+json"));
    let linked: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(linked["@context"]["dpv"], "https://w3id.org/dpv#");
    let graph = linked["@graph"].as_array().unwrap();
    assert_eq!(graph.len(), rows.len());
    let fault = graph.iter().find(|one| one.to_string().contains("fault.report")).unwrap();
    assert!(fault["dpv:hasPurpose"].to_string().contains("dpv:RepairImpairments"), "{fault}");
    assert_eq!(fault["dpv:hasProcessing"]["@id"], "dpv:DiscloseByTransmission");
    assert!(fault["sluss:withheld"].to_string().contains("pd:TelephoneNumber"), "{fault}");

    // On paper.
    let (status, paper) = take("print", &[]).await.text();
    assert_eq!(status, 200);
    silent(&paper);
    assert_eq!(listed(&paper), rows);
    assert!(
        paper.contains("what=intent")
            && paper.contains("granskaren")
            && paper.contains(&size_of(&paper))
    );
    assert!(!paper.contains("<b>=HYPERLINK"), "{paper}");

    let reads = house.reads().await;
    for form in ["export-csv", "export-jsonl", "export-jsonld", "export-print"] {
        let read = reads.iter().find(|(what, ..)| what == form);
        assert_eq!(read.map(|(.., count)| *count), Some(rows.len() as u64), "{form}");
    }
    seat.leave().await;
    house.app.close().await;
}

/// The size that the head of a printed page names.
fn size_of(paper: &str) -> String {
    between(paper, "Loggens huvud</dt><dd>", "</dd>").split(" · ").nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_not_taken_along() {
    let house = house().await;
    let seat = Seat::at(&house.app).await;
    let auditor = seat.sign_in(&house.app, "granskaren", "auditor").await;
    let before = house.size().await;
    for pairs in [
        vec![("form", "xlsx")],
        vec![],
        vec![("form", "csv"), ("from", "yesterday")],
        vec![("form", "csv"), ("recipient", "=1+1")],
    ] {
        assert_eq!(auditor.post("/disclosures/export", &pairs).await.text().0, 400, "{pairs:?}");
    }
    assert_eq!(house.size().await, before);
    // Nothing found is a file without rows, and a leaf all the same.
    let nobody = [("form", "csv"), ("to", "2020-01-01")];
    let (_, text) = body(&auditor.post("/disclosures/export", &nobody).await);
    assert!(text.contains("\"#rows\",\"0\""), "{text}");
    assert_eq!(house.size().await, before + 1);
    let recipient = RecipientId::parse(IP_ONLY).unwrap();
    assert_eq!(house.app.deployment.recipients[&recipient].legal_name, EVIL);
    seat.leave().await;
    house.app.close().await;
}

#[tokio::test]
async fn what_is_too_much_is_told_and_what_is_large_comes_in_small_pieces() {
    const ROWS: usize = 2_001;
    let app = App::start().await;
    let mut notes = tokio::task::JoinSet::new();
    for _ in 0..ROWS {
        let store = app.deployment.store.clone();
        notes.spawn(async move { store.note(refused()).await.unwrap() });
    }
    while notes.join_next().await.is_some() {}
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let size = app.deployment.store.size().await.unwrap();
    // One row too many for paper: how many there are, how many there may be, and nothing is noted.
    let asked = |form| [("what", "refusal"), ("form", form)];
    let (status, page) = auditor.post("/disclosures/export", &asked("print")).await.text();
    assert_eq!(status, 413);
    let alert = between(&page, "role=\"alert\"", "</div>");
    assert!(alert.contains("2001") && alert.contains("2000"), "{page}");
    assert!(page.contains("value=\"refusal\" selected"), "what was asked stays: {page}");
    assert_eq!(app.deployment.store.size().await.unwrap(), size);
    // Each row once, from the newest back, and never more than a page of them at once.
    let (_, text, longest) = pieces(&auditor.post("/disclosures/export", &asked("csv")).await);
    let all = records(&text);
    let is_row = |line: &&Vec<String>| line[0].starts_with(|one: char| one.is_ascii_digit());
    let leaves = all.iter().filter(is_row).map(|line| line[0].parse::<u64>().unwrap());
    let leaves: Vec<u64> = leaves.collect();
    assert_eq!(leaves.len(), ROWS);
    assert!(leaves.is_sorted_by(|newer, older| newer > older));
    assert!(longest < text.len() / 3, "{longest} of {}", text.len());
    seat.leave().await;
    app.close_untrue();
}
