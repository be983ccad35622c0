//! Arithmetic with amounts of yen.

/// `yen` times `factor`, rounded to whole yen.
pub fn scaled(yen: i64, factor: f64) -> i64 {
    whole(exact(yen) * factor)
}

/// The same amount as a floating-point number.
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
