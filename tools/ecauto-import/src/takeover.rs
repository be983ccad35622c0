//! What is imported from a file, and the issues found in it.

use crate::file::{OldFile, OldListing, OldProducts};
use crate::issue::DataIssue;
use crate::row::RowChecker;
use serde::Serialize;
use shared::domain::account::AccountId;
use shared::ports::store::NewListing;
use std::collections::BTreeMap;

/// Examples shown for each issue.
const EXAMPLES: usize = 10;

/// The result of reading and checking a file.
#[derive(Debug, Default)]
pub struct Takeover {
    /// Listings to import, in the order of the file.
    pub listings: Vec<NewListing>,
    /// Issues found, the gravest first.
    pub issues: Vec<IssueRows>,
    /// Rows read from `listings`.
    pub listings_read: u64,
    /// Rows read from `products`.
    pub products_read: u64,
    /// Tables that are not imported.
    pub unused_tables: Vec<UnusedTable>,
}

/// An issue and the rows that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssueRows {
    /// The issue; the JSON field keeps its first name.
    #[serde(rename = "trap")]
    pub issue: DataIssue,
    /// All rows that have it.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<IssueExample>,
}

/// A row that has an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssueExample {
    /// The id of the predecessor's row.
    pub row: i64,
    /// The value that was found.
    pub found: String,
}

/// A table that is not imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnusedTable {
    /// Its name.
    pub table: String,
    /// Its number of rows.
    pub rows: u64,
}

impl Takeover {
    /// Checks everything in `old`; `accounts` are the shops that listings may belong to.
    pub(crate) fn of(old: &OldFile, accounts: &[AccountId]) -> Self {
        let mut takeover = Self::of_listings(&old.listings, accounts);
        takeover.add_products(&old.products);
        let tables = old.unused_tables.iter().cloned();
        takeover.unused_tables = tables
            .map(|(table, rows)| UnusedTable { table, rows })
            .collect();
        takeover
    }

    pub(crate) fn of_listings(old: &[OldListing], accounts: &[AccountId]) -> Self {
        let mut checker = RowChecker::new(accounts);
        let mut issues: BTreeMap<DataIssue, IssueRows> = BTreeMap::new();
        let mut note = |row: i64, issue: DataIssue, found: String| {
            let rows = issues
                .entry(issue)
                .or_insert_with(|| IssueRows::none(issue));
            rows.count += 1;
            if rows.examples.len() < EXAMPLES && issue.has_examples() {
                rows.examples.push(IssueExample { row, found });
            }
        };
        let mut listings = Vec::new();
        for row in old {
            match checker.check(row) {
                Ok((listing, noted)) => {
                    listings.push((row.id, listing));
                    for (issue, found) in noted {
                        note(row.id, issue, found);
                    }
                }
                Err((issue, found)) => note(row.id, issue, found),
            }
        }
        listings.retain(|(row, listing)| match checker.contradiction(listing) {
            Some((issue, found)) => {
                note(*row, issue, found);
                false
            }
            None => true,
        });
        Self {
            listings: listings.into_iter().map(|(_, listing)| listing).collect(),
            issues: issues.into_values().collect(),
            listings_read: old.len() as u64,
            ..Self::default()
        }
    }

    fn add_products(&mut self, products: &OldProducts) {
        self.products_read = products.all;
        let counted = [
            (DataIssue::ProductAbsent, products.listed_without_product),
            (DataIssue::PriceUnknown, products.without_price),
            (DataIssue::TitleErased, products.without_title),
            (DataIssue::LocalTime, products.local_times),
            (DataIssue::UnclearTime, products.unclear_times),
        ];
        let found = counted.into_iter().filter(|(_, count)| *count > 0);
        self.issues.extend(found.map(|(issue, count)| IssueRows {
            count,
            ..IssueRows::none(issue)
        }));
    }

    /// Whether a person has to correct a row.
    pub fn needs_correction(&self) -> bool {
        self.issues.iter().any(|rows| rows.issue.needs_correction())
    }
}

impl IssueRows {
    fn none(issue: DataIssue) -> Self {
        Self {
            issue,
            count: 0,
            examples: Vec::new(),
        }
    }
}
