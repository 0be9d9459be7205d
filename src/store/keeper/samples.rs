//! Samples, their verdicts, and their signing off.

use super::super::StoreError;
use super::super::samples::{SampleItem, SampleRow, Verdict, sample_digest};
use super::super::sql::{Connection, OptionalExtension, Row, params};
use super::Keeper;
use super::log::signed;
use super::tx::Tx;
use crate::domain::{LeafId, SampleId, Timestamp};
use crate::log::{Code, Event, Hash, LeafIndex, Read, Role, TreeSize};

const SAMPLE: &str =
    "SELECT s.id, s.drawn_us, s.drawn_by, s.seed, s.wanted, s.strata, s.query, s.size,
       s.population, s.signed_us, s.signed_by, s.leaf,
       (SELECT count(*) FROM sample_item i WHERE i.sample = s.id),
       (SELECT count(*) FROM sample_item i WHERE i.sample = s.id AND i.verdict IS NOT NULL)
  FROM sample s";

/// How much of the hash stands in the leaf: 128 bits.
const HASH_DIGITS: usize = 32;

impl Keeper {
    pub(in crate::store) async fn keep_sample(
        &self,
        row: SampleRow,
        items: Vec<SampleItem>,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| keep(tx, &row, &items)).await
    }

    pub(in crate::store) async fn samples(&self, most: u32) -> Result<Vec<SampleRow>, StoreError> {
        self.read(move |database| {
            let sql = format!("{SAMPLE} ORDER BY s.drawn_us DESC, s.id DESC LIMIT ?1");
            let mut select = database.prepare_cached(&sql)?;
            let rows = select.query_map([most], |row| Ok(read(row)))?;
            rows.map(|row| row?).collect()
        })
        .await
    }

    pub(in crate::store) async fn sample(
        &self,
        id: SampleId,
    ) -> Result<Option<(SampleRow, Vec<SampleItem>)>, StoreError> {
        self.read(move |database| whole(database, id)).await
    }

    pub(in crate::store) async fn judge(
        &self,
        id: SampleId,
        verdicts: Vec<(u32, Verdict)>,
        who: &str,
    ) -> Result<bool, StoreError> {
        let who = who.to_owned();
        self.writer
            .run(move |tx| {
                let mut changed = 0;
                for (seq, verdict) in verdicts {
                    // Who said the same before is left to have said it.
                    changed += tx
                        .database
                        .prepare_cached(
                            "UPDATE sample_item
                                SET judged_by = CASE WHEN verdict = ?1 THEN judged_by ELSE ?2 END,
                                    judged_us = CASE WHEN verdict = ?1 THEN judged_us ELSE ?3 END,
                                    verdict = ?1
                              WHERE sample = ?4 AND seq = ?5
                                AND EXISTS (SELECT 1 FROM sample
                                             WHERE id = ?4 AND signed_us IS NULL)",
                        )?
                        .execute(params![
                            verdict.as_str(),
                            who,
                            tx.now.micros(),
                            id.bytes(),
                            seq
                        ])?;
                }
                Ok(changed > 0)
            })
            .await
    }

    pub(in crate::store) async fn sign_sample(
        &self,
        id: SampleId,
        who: &str,
        role: Role,
    ) -> Result<Option<LeafIndex>, StoreError> {
        let who = who.to_owned();
        self.writer.run(move |tx| sign(tx, id, &who, role)).await
    }
}

fn keep(tx: &mut Tx<'_>, row: &SampleRow, items: &[SampleItem]) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "INSERT INTO sample (id, drawn_us, drawn_by, seed, wanted, strata, query, size, population)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .put(params![
            row.id.bytes(),
            row.drawn.micros(),
            row.drawn_by,
            row.seed,
            row.wanted,
            row.strata,
            row.query,
            signed(row.size.0)?,
            signed(row.population)?,
        ])?;
    for item in items {
        tx.database
            .prepare_cached(
                "INSERT INTO sample_item (sample, seq, idx, stratum) VALUES (?1, ?2, ?3, ?4)",
            )?
            .put(params![row.id.bytes(), item.seq, signed(item.index.0)?, item.stratum])?;
    }
    Ok(())
}

/// The hash of what is signed is made under the lock: nobody judges meanwhile.
fn sign(
    tx: &mut Tx<'_>,
    id: SampleId,
    who: &str,
    role: Role,
) -> Result<Option<LeafIndex>, StoreError> {
    let Some((row, items)) = whole(tx.database, id)? else { return Ok(None) };
    if row.signed.is_some() || items.is_empty() || items.iter().any(|item| item.verdict.is_none()) {
        return Ok(None);
    }
    let hash = Hash::new(sample_digest(&row, &items)).to_string();
    let what = format!("sample-signed-{}", hash.get(..HASH_DIGITS).unwrap_or_default());
    let what = Code::parse(&what).ok_or(StoreError::Corrupt { table: "sample" })?;
    let first = items.iter().map(|item| item.index).min().unwrap_or(LeafIndex(0));
    let read = Read { actor: role, what, first, count: items.len() as u64 };
    let leaf = tx.append(LeafId::draw(tx.entropy), Event::Read(read))?.index;
    tx.database
        .prepare_cached(
            "UPDATE sample SET signed_us = ?1, signed_by = ?2, leaf = ?3 WHERE id = ?4",
        )?
        .execute(params![tx.now.micros(), who, signed(leaf.0)?, id.bytes()])?;
    Ok(Some(leaf))
}

fn whole(
    database: &Connection,
    id: SampleId,
) -> Result<Option<(SampleRow, Vec<SampleItem>)>, StoreError> {
    let row = database
        .prepare_cached(&format!("{SAMPLE} WHERE s.id = ?1"))?
        .query_row([id.bytes()], |row| Ok(read(row)))
        .optional()?
        .transpose()?;
    let Some(row) = row else { return Ok(None) };
    let mut select = database.prepare_cached(
        "SELECT seq, idx, stratum, verdict, judged_by, judged_us FROM sample_item
          WHERE sample = ?1 ORDER BY seq",
    )?;
    let items = select.query_map([id.bytes()], |row| Ok(item(row)))?;
    let items = items.map(|item| item?).collect::<Result<_, StoreError>>()?;
    Ok(Some((row, items)))
}

fn read(row: &Row<'_>) -> Result<SampleRow, StoreError> {
    let signed_at: Option<i64> = row.get(9)?;
    let signed_by: Option<String> = row.get(10)?;
    let leaf: Option<u64> = row.get(11)?;
    Ok(SampleRow {
        id: SampleId::from_bytes(row.get(0)?),
        drawn: Timestamp::from_micros(row.get(1)?),
        drawn_by: row.get(2)?,
        seed: row.get(3)?,
        wanted: row.get(4)?,
        strata: row.get(5)?,
        query: row.get(6)?,
        size: TreeSize(row.get(7)?),
        population: row.get(8)?,
        signed: signed_at
            .zip(signed_by)
            .zip(leaf)
            .map(|((at, by), leaf)| (Timestamp::from_micros(at), by, LeafIndex(leaf))),
        items: row.get(12)?,
        judged: row.get(13)?,
    })
}

fn item(row: &Row<'_>) -> Result<SampleItem, StoreError> {
    let verdict: Option<String> = row.get(3)?;
    let verdict = verdict
        .map(|word| Verdict::parse(&word).ok_or(StoreError::Corrupt { table: "sample_item" }))
        .transpose()?;
    let (by, at): (Option<String>, Option<i64>) = (row.get(4)?, row.get(5)?);
    let judged = verdict.zip(by).zip(at);
    Ok(SampleItem {
        seq: row.get(0)?,
        index: LeafIndex(row.get(1)?),
        stratum: row.get(2)?,
        verdict: judged.map(|((verdict, by), at)| (verdict, by, Timestamp::from_micros(at))),
    })
}
