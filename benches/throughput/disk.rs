//! What the disk asks for a durable write.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

/// Median seconds of a durable write of 4 KiB at the end of a file.
pub(crate) fn fsync(dir: &Path) -> f64 {
    let mut file = std::fs::File::create(dir.join("fsync")).unwrap();
    let mut times: Vec<f64> = (0..200)
        .map(|_| {
            let started = Instant::now();
            file.seek(SeekFrom::End(0)).unwrap();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_data().unwrap();
            started.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
