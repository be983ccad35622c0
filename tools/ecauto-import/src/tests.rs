use crate::file::OldListing;
use crate::issue::DataIssue;
use crate::takeover::{IssueExample, Takeover};
use shared::domain::account::AccountId;
use shared::domain::money::Yen;

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

/// A valid row with this id, as the predecessor writes it.
fn valid(id: i64) -> OldListing {
    let some = |text: &str| Some(text.to_owned());
    let asin = format!("B0{id:08}");
    OldListing {
        id,
        platform: some("base"),
        account: some("main"),
        item: Some((1_000 + id).to_string()),
        sku: Some(format!("b-{asin}-20251130093000")),
        price: some("1980.0"),
        currency: some("JPY"),
        status: some("listed"),
        visibility: some("public"),
        asin: Some(asin),
    }
}

fn checked(rows: &[OldListing]) -> Takeover {
    Takeover::of_listings(rows, &[account("main"), account("second")])
}

fn issues(takeover: &Takeover) -> Vec<(DataIssue, u64)> {
    let issues = takeover.issues.iter();
    issues.map(|rows| (rows.issue, rows.count)).collect()
}

#[test]
fn a_valid_row_is_imported_unchanged_and_without_stock() {
    let takeover = checked(&[valid(1)]);

    assert_eq!(issues(&takeover), []);
    assert!(!takeover.needs_correction());
    let [listing] = &takeover.listings[..] else {
        panic!("{takeover:?}");
    };
    assert_eq!(listing.account, account("main"));
    assert_eq!(listing.asin.as_str(), "B000000001");
    assert_eq!(listing.item.0, 1_001);
    assert_eq!(listing.sku, "b-B000000001-20251130093000");
    assert_eq!(
        (
            listing.shown.price,
            listing.shown.visible,
            listing.shown.stock
        ),
        (Yen(1_980), true, None)
    );
}

type Break = fn(&mut OldListing);

const BROKEN: [(DataIssue, Break, &str); 17] = [
    (
        DataIssue::SkuNamesAnother,
        |row| row.sku = Some("s-B0OTHERONE-1".into()),
        "B000000007, s-B0OTHERONE-1",
    ),
    (
        DataIssue::UnknownAccount,
        |row| row.account = Some("third".into()),
        "third",
    ),
    (DataIssue::UnknownAccount, |row| row.account = None, ""),
    (
        DataIssue::BadAsin,
        |row| row.asin = Some("B00".into()),
        "B00",
    ),
    (DataIssue::BadAsin, |row| row.asin = None, ""),
    (DataIssue::BadItem, |row| row.item = None, ""),
    (DataIssue::BadItem, |row| row.item = Some("0".into()), "0"),
    (
        DataIssue::BadItem,
        |row| row.item = Some("12\n3".into()),
        "12?3",
    ),
    (DataIssue::BadPrice, |row| row.price = None, ""),
    (
        DataIssue::BadPrice,
        |row| row.price = Some("0.0".into()),
        "0.0",
    ),
    (
        DataIssue::BadPrice,
        |row| row.price = Some("-5".into()),
        "-5",
    ),
    (
        DataIssue::BadPrice,
        |row| row.price = Some("1e9".into()),
        "1e9",
    ),
    (
        DataIssue::BadPrice,
        |row| row.price = Some("99999999999999.0".into()),
        "99999999999999.0",
    ),
    (
        DataIssue::OtherCurrency,
        |row| row.currency = Some("USD".into()),
        "USD",
    ),
    (
        DataIssue::UnknownVisibility,
        |row| row.visibility = None,
        "",
    ),
    (
        DataIssue::UnknownStatus,
        |row| row.status = Some("lost".into()),
        "lost",
    ),
    (DataIssue::UnknownStatus, |row| row.status = None, ""),
];

#[test]
fn a_row_with_an_issue_is_left_out_and_its_value_is_shown() {
    for (issue, break_row, found) in BROKEN {
        let mut row = valid(7);
        break_row(&mut row);

        let takeover = checked(&[valid(1), row]);

        assert_eq!(takeover.listings.len(), 1, "{issue:?}");
        assert!(takeover.needs_correction(), "{issue:?}");
        let issues = &takeover.issues[0];
        let example = IssueExample {
            row: 7,
            found: found.to_owned(),
        };
        assert_eq!(
            (issues.issue, &issues.examples[..]),
            (issue, &[example][..])
        );
    }
}

#[test]
fn listings_that_are_not_in_a_base_shop_are_left_out_without_correction() {
    let with = |id: i64, break_row: fn(&mut OldListing)| {
        let mut row = valid(id);
        break_row(&mut row);
        row
    };
    let rows = [
        with(1, |row| row.platform = Some("ebay".into())),
        with(2, |row| row.status = Some("pending".into())),
        with(3, |row| row.status = Some("queued".into())),
        with(4, |row| row.status = Some("sold".into())),
        with(5, |row| row.status = Some("delisted".into())),
    ];

    let takeover = checked(&rows);

    assert!(takeover.listings.is_empty());
    assert!(!takeover.needs_correction());
    assert_eq!(
        issues(&takeover),
        [
            (DataIssue::Waiting, 2),
            (DataIssue::Ended, 2),
            (DataIssue::OtherPlatform, 1)
        ]
    );
}

#[test]
fn correctable_rows_are_imported_corrected() {
    let mut row = valid(1);
    row.asin = Some(" b000000001".into());
    row.status = Some("active".into());
    row.price = Some("1980.5".into());

    let takeover = checked(&[row]);

    assert_eq!(takeover.listings[0].shown.price, Yen(1_981));
    assert_eq!(takeover.listings[0].asin.as_str(), "B000000001");
    assert!(!takeover.needs_correction());
    assert_eq!(
        issues(&takeover),
        [
            (DataIssue::LegacyStatus, 1),
            (DataIssue::RaisedAsin, 1),
            (DataIssue::FractionOfYen, 1)
        ]
    );
}

#[test]
fn of_two_rows_for_one_item_or_asin_none_is_imported() {
    let mut item_again = valid(2);
    item_again.item = valid(1).item;
    let mut asin_again = valid(3);
    asin_again.asin = valid(1).asin.map(|asin| asin.to_lowercase());
    asin_again.sku = Some("mine".into());
    let mut in_another_shop = valid(1);
    in_another_shop.account = Some("second".into());

    let takeover = checked(&[valid(1), item_again, asin_again, in_another_shop]);

    let taken: Vec<_> = takeover
        .listings
        .iter()
        .map(|one| one.account.as_str())
        .collect();
    assert_eq!(taken, ["second"]);
    assert_eq!(
        issues(&takeover),
        [(DataIssue::DoubleItem, 1), (DataIssue::DoubleAsin, 2)]
    );
}

#[test]
fn ten_rows_of_an_issue_are_shown_and_all_are_counted() {
    let bad = |id| OldListing {
        item: None,
        ..valid(id)
    };
    let rows: Vec<_> = (1..=25).map(bad).collect();

    let takeover = checked(&rows);

    assert_eq!(takeover.issues[0].count, 25);
    assert_eq!(takeover.issues[0].examples.len(), 10);
}
