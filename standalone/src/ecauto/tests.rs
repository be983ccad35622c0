use super::*;
use shared::domain::money::Yen;

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

/// A row as the predecessor writes it, of this number.
fn right(id: i64) -> OldListing {
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

fn judged(rows: &[OldListing]) -> Takeover {
    Takeover::judge(rows, &[account("main"), account("second")])
}

fn traps(takeover: &Takeover) -> Vec<(Trap, u64)> {
    let met = takeover.met.iter();
    met.map(|met| (met.trap, met.count)).collect()
}

#[test]
fn a_right_row_goes_in_as_it_is_and_without_a_stock() {
    let takeover = judged(&[right(1)]);

    assert_eq!(traps(&takeover), []);
    assert!(!takeover.wants_mending());
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

#[test]
fn each_trap_keeps_its_row_out_and_shows_what_stands_there() {
    type Spoil = fn(&mut OldListing);
    let spoilt: [(Trap, Spoil, &str); 17] = [
        (
            Trap::SkuNamesAnother,
            |row| row.sku = Some("s-B0OTHERONE-1".into()),
            "B000000007, s-B0OTHERONE-1",
        ),
        (
            Trap::UnknownAccount,
            |row| row.account = Some("third".into()),
            "third",
        ),
        (Trap::UnknownAccount, |row| row.account = None, ""),
        (Trap::BadAsin, |row| row.asin = Some("B00".into()), "B00"),
        (Trap::BadAsin, |row| row.asin = None, ""),
        (Trap::BadItem, |row| row.item = None, ""),
        (Trap::BadItem, |row| row.item = Some("0".into()), "0"),
        (Trap::BadItem, |row| row.item = Some("12\n3".into()), "12?3"),
        (Trap::BadPrice, |row| row.price = None, ""),
        (Trap::BadPrice, |row| row.price = Some("0.0".into()), "0.0"),
        (Trap::BadPrice, |row| row.price = Some("-5".into()), "-5"),
        (Trap::BadPrice, |row| row.price = Some("1e9".into()), "1e9"),
        (
            Trap::BadPrice,
            |row| row.price = Some("99999999999999.0".into()),
            "99999999999999.0",
        ),
        (
            Trap::OtherCurrency,
            |row| row.currency = Some("USD".into()),
            "USD",
        ),
        (Trap::UnknownVisibility, |row| row.visibility = None, ""),
        (
            Trap::UnknownStatus,
            |row| row.status = Some("lost".into()),
            "lost",
        ),
        (Trap::UnknownStatus, |row| row.status = None, ""),
    ];
    for (trap, spoil, found) in spoilt {
        let mut row = right(7);
        spoil(&mut row);

        let takeover = judged(&[right(1), row]);

        assert_eq!(takeover.listings.len(), 1, "{trap:?}");
        assert!(takeover.wants_mending(), "{trap:?}");
        let met = &takeover.met[0];
        let example = Example {
            row: 7,
            found: found.to_owned(),
        };
        assert_eq!((met.trap, &met.examples[..]), (trap, &[example][..]));
    }
}

#[test]
fn what_is_not_in_a_shop_of_base_stays_out_and_needs_no_mending() {
    let with = |id: i64, spoil: fn(&mut OldListing)| {
        let mut row = right(id);
        spoil(&mut row);
        row
    };
    let rows = [
        with(1, |row| row.platform = Some("ebay".into())),
        with(2, |row| row.status = Some("pending".into())),
        with(3, |row| row.status = Some("queued".into())),
        with(4, |row| row.status = Some("sold".into())),
        with(5, |row| row.status = Some("delisted".into())),
    ];

    let takeover = judged(&rows);

    assert!(takeover.listings.is_empty());
    assert!(!takeover.wants_mending());
    assert_eq!(
        traps(&takeover),
        [
            (Trap::Waiting, 2),
            (Trap::Ended, 2),
            (Trap::OtherPlatform, 1)
        ]
    );
}

#[test]
fn what_can_be_mended_goes_in_mended() {
    let mut row = right(1);
    row.asin = Some(" b000000001".into());
    row.status = Some("active".into());
    row.price = Some("1980.5".into());

    let takeover = judged(&[row]);

    assert_eq!(takeover.listings[0].shown.price, Yen(1_981));
    assert_eq!(takeover.listings[0].asin.as_str(), "B000000001");
    assert!(!takeover.wants_mending());
    assert_eq!(
        traps(&takeover),
        [
            (Trap::LegacyStatus, 1),
            (Trap::RaisedAsin, 1),
            (Trap::FractionOfYen, 1)
        ]
    );
}

#[test]
fn of_two_rows_for_one_item_or_one_asin_the_first_goes_in() {
    let mut item_again = right(2);
    item_again.item = right(1).item;
    let mut asin_again = right(3);
    asin_again.asin = right(1).asin.map(|asin| asin.to_lowercase());
    asin_again.sku = Some("mine".into());
    let mut in_another_shop = right(1);
    in_another_shop.account = Some("second".into());

    let takeover = judged(&[right(1), item_again, asin_again, in_another_shop]);

    let taken: Vec<_> = takeover
        .listings
        .iter()
        .map(|one| one.account.as_str())
        .collect();
    assert_eq!(taken, ["main", "second"]);
    assert_eq!(
        traps(&takeover),
        [(Trap::DoubleItem, 1), (Trap::DoubleAsin, 1)]
    );
}

#[test]
fn ten_rows_of_a_trap_are_shown_and_all_are_counted() {
    let bad = |id| OldListing {
        item: None,
        ..right(id)
    };
    let rows: Vec<_> = (1..=25).map(bad).collect();

    let takeover = judged(&rows);

    assert_eq!(takeover.met[0].count, 25);
    assert_eq!(takeover.met[0].examples.len(), 10);
}
