//! Amounts of yen, whole and as fractions.

/// `yen` times `factor`, in whole yen.
pub fn scaled(yen: i64, factor: f64) -> i64 {
    whole(exact(yen) * factor)
}

/// The same amount as a fraction.
#[expect(clippy::cast_precision_loss, reason = "prices are far below 2^53 yen")]
pub fn exact(yen: i64) -> f64 {
    yen as f64
}

/// Rounds to whole yen.
#[expect(
    clippy::cast_possible_truncation,
    reason = "prices are far below 2^53 yen"
)]
pub fn whole(yen: f64) -> i64 {
    yen.round() as i64
}
