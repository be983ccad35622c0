//! The lines of a settings file. It is TOML, and may also be written as shells and Docker Compose take it:
//! `RUN_HOURS=6-23` without quotation marks, `export` before a name.

/// The text as TOML, with the same lines.
pub(super) fn as_toml(content: &str) -> String {
    let lines = content.lines().map(|line| match entry(line) {
        Some((name, value)) if is_bare(value) => format!("{name} = \"{value}\""),
        Some((name, value)) => format!("{name} = {value}"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The names that have a value in a text that may be of another program.
pub(super) fn names(content: &str) -> impl Iterator<Item = &str> {
    content.lines().filter_map(entry).map(|(name, _)| name)
}

/// Name and value of a line `NAME=value`. A comment after a value without quotation marks is left out.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim_start();
    let inside = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    if name.is_empty() || !name.chars().all(inside) {
        return None;
    }
    let value = value.trim();
    if value.starts_with(['"', '\'']) {
        return Some((name, value));
    }
    let comment = value.find(" #").or_else(|| value.find("\t#"));
    let end = comment.unwrap_or(value.len());
    let end = if value.starts_with('#') { 0 } else { end };
    Some((name, value[..end].trim_end()))
}

/// Whether shells and Compose take the value as it stands. Whole numbers stay as TOML has them. A list, a quotation
/// mark or a `$` is an error of the file, or something else to each reader.
fn is_bare(value: &str) -> bool {
    let number = format!("number = {value}").parse::<toml::Table>();
    let whole = number.is_ok_and(|table| table["number"].is_integer());
    let other =
        |sign: char| sign.is_whitespace() || sign.is_control() || "\"'\\$`[]{}".contains(sign);
    !whole && !value.contains(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_quotation_marks_are_texts_and_all_else_stays() {
        for (line, toml) in [
            ("RUN_HOURS=6-23", "RUN_HOURS = \"6-23\""),
            ("RUN_AT=06:00,12:00 # noon", "RUN_AT = \"06:00,12:00\""),
            ("export OFFER_SHIPS_FROM=any", "OFFER_SHIPS_FROM = \"any\""),
            ("REDIS_URL=", "REDIS_URL = \"\""),
            ("REDIS_URL= # none", "REDIS_URL = \"\""),
            ("price_min = 600", "price_min = 600"),
            ("GUARD_COUNT=10_000", "GUARD_COUNT = 10_000"),
            ("CHATWORK_TOKEN=1e5", "CHATWORK_TOKEN = \"1e5\""),
            ("CHATWORK_TOKEN=007", "CHATWORK_TOKEN = \"007\""),
            ("PRICE_RATIO=\"1.3\"  # a", "PRICE_RATIO = \"1.3\"  # a"),
            ("PRICE_MIN = [1]", "PRICE_MIN = [1]"),
            ("LWA_APP_ID=a b", "LWA_APP_ID = a b"),
            ("# RUN_HOURS=6-23", "# RUN_HOURS=6-23"),
            ("PRICE_MAX", "PRICE_MAX"),
        ] {
            assert_eq!(as_toml(line), toml);
        }
    }
}
