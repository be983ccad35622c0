use super::*;
use std::io::{BufReader, Read};

const HEADER: &str = "account_id,asin,item_id,sku,selling_price,visibility\n";

fn read(content: &[u8]) -> Result<Sheet, CommandError> {
    let accounts = ["main", "second"].map(|id| AccountId::parse(id).unwrap());
    Sheet::read(content, &accounts)
}

fn refusal(content: &[u8]) -> String {
    match read(content).unwrap_err() {
        CommandError::Usage(text) => text.en,
        other => panic!("not a matter of use: {other}"),
    }
}

#[test]
fn valid_rows_are_read_with_any_column_order_byte_order_mark_and_line_end() {
    let content = "\u{feff}sku,asin,visibility,selling_price,item_id,account_id\r\n\
        棚-1,b00example,public,1980,42,main\r\n\r\n,,,,,\r\n\
        \"a,b\",B00EXAMPL2,hidden,50,43,second";

    let sheet = read(content.as_bytes()).unwrap();

    assert_eq!(sheet.wrong.count, 0);
    let [first, second] = &sheet.listings[..] else {
        panic!("{} listings", sheet.listings.len());
    };
    assert_eq!((first.asin.as_str(), first.item.0), ("B00EXAMPLE", 42));
    assert_eq!(first.sku.as_str(), "棚-1");
    assert_eq!(first.account.as_str(), "main");
    assert_eq!((first.shown.price.0, first.shown.visible), (1980, true));
    assert_eq!((second.sku.as_str(), second.shown.visible), ("a,b", false));
}

#[test]
fn an_invalid_row_is_reported_by_line_and_the_valid_ones_stay() {
    for (row, expected) in [
        (
            "main,B00EXAMPL,1,s,500,public",
            "asin \"B00EXAMPL\" is invalid",
        ),
        (
            "main,B00EXAMPLE,1,s,49,public",
            "selling_price \"49\" is invalid",
        ),
        ("main,B00EXAMPLE,1,s,100000000,public", "selling_price"),
        ("main,B00EXAMPLE,1,s,1980.5,public", "selling_price"),
        ("main,B00EXAMPLE,1,s,-500,public", "selling_price"),
        (
            "main,B00EXAMPLE,1,s,\"1,980\",public",
            "selling_price \"1,980\" is invalid",
        ),
        (
            "main,B00EXAMPLE,1,s,500,Public",
            "visibility \"Public\" is invalid",
        ),
        (
            "main,B00EXAMPLE,x1,s,500,public",
            "item_id \"x1\" is invalid",
        ),
        ("main,B00EXAMPLE,0,s,500,public", "item_id"),
        (
            "main,B00EXAMPLE,99999999999999999999,s,500,public",
            "item_id",
        ),
        (",B00EXAMPLE,1,s,500,public", "account_id is empty"),
        (
            "third,B00EXAMPLE,1,s,500,public",
            "account_id \"third\" is not in",
        ),
        ("main,B00EXAMPLE,1,s,500", "fields: 5 instead of 6"),
        (
            "main,B00EXAMPLE,1,\"s,500,public",
            "a quote (\") is not closed",
        ),
        (
            "main,B00GOODONE,7,t,500,public",
            "B00GOODONE of account main is already in line 2",
        ),
        ("main,B00\u{1b}[31m,1,s,500,public", "\"B00\\u{1b}[31m\""),
    ] {
        let content = format!(
            "{HEADER}main,B00GOODONE,7,s,500,public\n{row}\nsecond,B00GOODONE,7,s,500,public\n"
        );

        let sheet = read(content.as_bytes()).unwrap();

        assert_eq!((sheet.listings.len(), sheet.wrong.count), (2, 1), "{row}");
        assert_eq!(sheet.wrong.named[0].line, 3);
        let text = &sheet.wrong.named[0].why.en;
        assert!(text.contains(expected), "{text:?} lacks {expected:?}");
    }
}

#[test]
fn of_rows_that_contradict_each_other_none_is_imported() {
    for (second, expected) in [
        (
            "main,B00GOODONE,1,s,500,public",
            "B00GOODONE of account main",
        ),
        (
            "main,B00EXAMPLE,7,s,500,public",
            "item_id 7 of account main",
        ),
    ] {
        let content = format!(
            "{HEADER}main,B00GOODONE,7,s,500,public\n{second}\nsecond,B00GOODONE,7,s,500,public\n{second}\n"
        );

        let sheet = read(content.as_bytes()).unwrap();

        let wrong = &sheet.wrong;
        let lines: Vec<u64> = wrong.named.iter().map(|row| row.line).collect();
        assert_eq!((lines, wrong.count), (vec![2, 3, 5], 3), "{second}");
        assert!(wrong.named.iter().all(|row| row.why.en.contains(expected)));
        let kept: Vec<&str> = sheet
            .listings
            .iter()
            .map(|row| row.account.as_str())
            .collect();
        assert_eq!((kept, sheet.lines), (vec!["second"], vec![4]));
    }
}

#[test]
fn of_many_invalid_rows_twenty_are_reported_and_all_are_counted() {
    let content = format!("{HEADER}{}", "x\n".repeat(1_000));

    let sheet = read(content.as_bytes()).unwrap();

    assert_eq!((sheet.wrong.count, sheet.wrong.named.len()), (1_000, 20));
}

#[test]
fn a_file_of_the_wrong_format_is_rejected() {
    let shift_jis = [
        HEADER.as_bytes(),
        b"main,B00EXAMPLE,1,\x93\xfa\x96\x7b,500,public\n",
    ]
    .concat();
    let utf_16: Vec<u8> = "\u{feff}account_id"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (content, expected) in [
        (b"".as_slice(), "the file is empty"),
        (b"\r\n\r\n", "the file is empty"),
        (HEADER.as_bytes(), "no listing"),
        (&shift_jis, "line 2 is not UTF-8"),
        (&utf_16, "line 1 is not UTF-8"),
        (
            b"account_id,asin,item_id,sku,visibility\n",
            "column selling_price is missing",
        ),
        (
            b"account_id,asin,item_id,sku,selling_price,visibility,note\n",
            "no column \"note\"",
        ),
        (
            b"account_id,asin,item_id,sku,selling_price,Visibility\n",
            "no column \"Visibility\"",
        ),
        (
            b"asin,account_id,asin,item_id,sku,selling_price,visibility\n",
            "column asin appears twice",
        ),
        (
            b"main,B00EXAMPLE,1,s,500,public\n",
            "line 1: there is no column \"main\"",
        ),
    ] {
        let text = refusal(content);

        assert!(text.contains(expected), "{text:?} lacks {expected:?}");
    }
}

/// Produces bytes without storing them, and counts how many were read.
struct Endless<'a> {
    left: u64,
    taken: &'a std::cell::Cell<u64>,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(usize::try_from(self.left).unwrap());
        buffer[..count].fill(b'x');
        self.left -= count as u64;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}

#[test]
fn a_line_of_fifty_megabytes_is_rejected_before_it_is_read() {
    let taken = std::cell::Cell::new(0);
    let endless = Endless {
        left: 50_000_000,
        taken: &taken,
    };
    let input = BufReader::new(HEADER.as_bytes().chain(endless));

    let error = Sheet::read(input, &[]).unwrap_err();

    assert!(error.to_string().contains("line 2 is longer than 64 KiB"));
    assert!(taken.get() < 200_000, "{} bytes were read", taken.get());
}

#[test]
fn a_line_of_exactly_64_kib_is_accepted() {
    let row = format!("main,B00EXAMPLE,1,{},500,public", "s".repeat(65_536 - 29));

    let sheet = read(format!("{HEADER}{row}\r\n").as_bytes()).unwrap();

    assert_eq!(row.len(), 65_536);
    assert_eq!(sheet.listings.len(), 1);
}
