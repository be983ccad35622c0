//! What a check found: its figures for the table, and a line for each breach.

/// The result of one check.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CheckResult {
    /// Columns of the table: what was measured, and how much.
    pub figures: Vec<(&'static str, String)>,
    /// One text for each breach, beginning with its place (`file:line`) where it has one.
    pub breaches: Vec<String>,
}

impl CheckResult {
    /// Adds a figure that has no limit.
    pub fn figure(&mut self, label: &'static str, value: String) {
        self.figures.push((label, value));
    }

    /// Adds a figure of the whole; above `limit` it is a breach.
    pub fn limited(&mut self, label: &'static str, value: usize, limit: usize) {
        self.figure(label, format!("{value} (limit {limit})"));
        if value > limit {
            self.breaches
                .push(format!("all together: {label} is {value}, limit {limit}"));
        }
    }
}
