//! How long to wait for what.

use std::time::Duration;

use crate::domain::Entropy;

/// The worker's times, from configuration.
#[derive(Clone, Debug)]
pub struct Timing {
    /// How long a worker may hold a case.
    pub lease: Duration,
    /// How long an operator may take to know what it has accepted: it is not asked before.
    pub settle: Duration,
    /// How long a disclosure may be in doubt before a person is asked to find out.
    pub doubt_max: Duration,
    /// The wait after the first failed attempt; doubles with each further one.
    pub retry_first: Duration,
    /// The longest wait between attempts.
    pub retry_max: Duration,
    /// How many disclosures are made for one case, at most.
    pub attempts_max: u32,
    /// After how many cases in a row that met an operator which is down or too slow it is left alone.
    pub pause_after: u32,
    /// For how long, at most, before one case looks whether it is back.
    pub pause_max: Duration,
}

impl Timing {
    /// The wait after this attempt (counted from 1): doubling, up to a fifth longer or shorter by
    /// chance so that cases do not come back all at once, and never shorter than the operator asked.
    pub fn backoff(
        &self,
        attempt: u32,
        asked: Option<Duration>,
        entropy: &dyn Entropy,
    ) -> Duration {
        let asked = asked.map(|asked| asked.min(Duration::from_hours(24)));
        self.doubled(attempt, asked, self.retry_max, entropy)
    }

    /// How long an operator is left alone that has been found down so many times in a row (counted
    /// from 1): the same, up to its own limit, which holds for what the operator asks, too.
    pub fn pause(&self, times: u32, asked: Option<Duration>, entropy: &dyn Entropy) -> Duration {
        let asked = asked.map(|asked| asked.min(self.pause_max));
        self.doubled(times, asked, self.pause_max, entropy)
    }

    fn doubled(
        &self,
        times: u32,
        asked: Option<Duration>,
        most: Duration,
        entropy: &dyn Entropy,
    ) -> Duration {
        let doubled = self.retry_first.saturating_mul(1 << times.saturating_sub(1).min(20));
        let wait = doubled.min(most);
        let micros = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        let fifth = micros / 5;
        let jittered = Duration::from_micros(micros - fifth + entropy.below(2 * fifth + 1));
        jittered.max(asked.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SeededEntropy;

    #[test]
    fn waits_double_to_a_limit_and_keep_what_the_operator_asked() {
        let timing = Timing {
            lease: Duration::from_mins(1),
            settle: Duration::from_secs(10),
            doubt_max: Duration::from_hours(24),
            retry_first: Duration::from_secs(5),
            retry_max: Duration::from_hours(1),
            attempts_max: 8,
            pause_after: 5,
            pause_max: Duration::from_mins(5),
        };
        let entropy = SeededEntropy::new(3);
        for (attempt, seconds) in [(1, 5), (2, 10), (5, 80), (30, 3600)] {
            let wait = timing.backoff(attempt, None, &entropy).as_secs_f64();
            let expected = f64::from(seconds);
            assert!((expected * 0.8..=expected * 1.2).contains(&wait), "attempt {attempt}: {wait}");
        }
        let asked = Duration::from_secs(500);
        assert!(timing.backoff(1, Some(asked), &entropy) >= asked);
    }
}
