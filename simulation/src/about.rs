//! The lines of a history that tell of one run, one listing, or have some text in them.

use std::collections::HashSet;

/// What a person asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The run of this name in the history, as `id-7`, or of this number, counted from 1.
    Run(String),
    /// The listings of this ASIN, or the one of this item.
    Listing(String),
    /// Lines with this text.
    Text(String),
}

/// The lines of `lines` about any of `abouts`, with the faults, and with what became of the processes.
pub fn lines_about<'a>(lines: &'a [String], abouts: &[About]) -> Vec<&'a str> {
    let words: Vec<String> = abouts.iter().flat_map(|about| about.words(lines)).collect();
    let mut calls = HashSet::new();
    let lines = lines.iter().map(String::as_str);
    lines
        .filter(|line| {
            let call = call(line);
            let is_meant = words.iter().any(|word| has_word(line, word));
            if let (true, Some(call)) = (is_meant, call) {
                calls.insert(call);
            }
            is_meant || is_circumstance(line) || call.is_some_and(|call| calls.contains(call))
        })
        .collect()
}

impl About {
    /// What the lines about it have in them.
    fn words(&self, lines: &[String]) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::Run(run) => {
                let place = run
                    .parse::<usize>()
                    .ok()
                    .and_then(|number| number.checked_sub(1));
                let named = place
                    .and_then(|place| lines.iter().filter_map(|line| new_run(line)).nth(place));
                vec![named.unwrap_or(run).to_owned()]
            }
            Self::Listing(text) => {
                let listings = lines.iter().filter_map(|line| listing(line));
                let found: HashSet<_> = listings
                    .filter(|one| one.contains(&text.as_str()))
                    .collect();
                let words = found.into_iter().flat_map(|[asin, listing, item]| {
                    let (name, message) =
                        (format!("ListingId({listing})"), format!("update:{listing}"));
                    [asin.to_owned(), item.to_owned(), name, message]
                });
                [text.clone()].into_iter().chain(words).collect()
            }
        }
    }
}

/// The run that begins in this line.
fn new_run(line: &str) -> Option<&str> {
    line.split_once(" rows run ")?
        .1
        .split_once(" (new)")
        .map(|(run, _)| run)
}

/// ASIN, number and item of the listing that a change of a row is about.
fn listing(line: &str) -> Option<[&str; 3]> {
    let (before, after) = line.split_once(" rows ")?.1.split_once(" (listing ")?;
    let (listing, after) = after.split_once(", item ")?;
    let (item, _) = after.split_once(')')?;
    let asin = before.split_once(" in ")?.0.rsplit(' ').next()?;
    Some([asin, listing, item])
}

/// The number of the request to a vendor that a line is about, as `#12`.
fn call(line: &str) -> Option<&str> {
    let verbs = [" asks #", " is answered #", " ends #"];
    let verb = verbs.iter().find(|verb| line.contains(**verb))?;
    line.split_once(*verb)?.1.split(' ').next()
}

fn is_circumstance(line: &str) -> bool {
    let what = line.splitn(3, ' ').nth(2).unwrap_or_default();
    let changes = ["Started", "Killed", "Frozen", "Thawed", "Clock("];
    line.contains(" world fault ") || changes.iter().any(|change| what.starts_with(change))
}

/// Whether `word` stands in `line`, and is no part of a longer word: `id-2` is not in `id-21`.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(begin, _)| {
        let (before, after) = (&line[..begin], &line[begin + word.len()..]);
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 9] = [
        "0 p0.0 Started",
        "1 rows run id-2 (new): kind price-stock",
        "2 p1.0 Queue.push sync:id-2:1 sync:id-21:1 = 2",
        "3 p1.0 is answered #7 getItemOffersBatch 200 Whole B0AAAAAAAA,B0BBBBBBBB",
        "4 p1.0 ends #7 Received",
        "5 rows run id-21 (new): kind reconcile",
        "6 rows update of B0AAAAAAAA in shop-1 (listing 3, item 70000003) by run id-21: state queued → applied",
        "7 p1.0 Store.begin_update(ListingId(3), 9) = None",
        "8 p1.0 Store.begin_update(ListingId(31), 9) = None",
    ];

    fn about(about: About) -> Vec<usize> {
        let lines = LINES.map(str::to_owned);
        let found = lines_about(&lines, &[about]);
        let place = |line: &&str| line[..1].parse().expect("a number");
        found.iter().map(place).collect()
    }

    #[test]
    fn a_run_is_found_by_its_name_and_by_its_number() {
        assert_eq!(about(About::Run("id-2".to_owned())), [0, 1, 2]);
        assert_eq!(about(About::Run("2".to_owned())), [0, 2, 5, 6]);
    }

    #[test]
    fn a_listing_is_found_by_its_asin_and_by_its_item_with_its_calls() {
        assert_eq!(
            about(About::Listing("B0AAAAAAAA".to_owned())),
            [0, 3, 4, 6, 7]
        );
        assert_eq!(
            about(About::Listing("70000003".to_owned())),
            [0, 3, 4, 6, 7]
        );
        assert_eq!(about(About::Listing("B0BBBBBBBB".to_owned())), [0, 3, 4]);
    }

    #[test]
    fn a_text_is_found_as_a_whole_word() {
        assert_eq!(about(About::Text("sync".to_owned())), [0, 2]);
    }
}
