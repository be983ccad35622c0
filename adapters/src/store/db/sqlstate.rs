//! `PostgreSQL`'s error codes, as reactions (source: its manual, appendix A).

use shared::ports::store::StoreError;

/// The reaction that a refusal with this code calls for.
pub(crate) fn refused(code: &str, message: &str) -> StoreError {
    let away = || StoreError::Unavailable(message.to_owned());
    let unusable = |advice: &str| StoreError::Unusable(format!("{message}: {advice}"));
    match code {
        // A lock or a statement that took too long, two that waited for each other, a server that
        // stops, starts, or has no connection or memory left.
        "25P03" | "40001" | "40P01" | "53200" | "53300" | "55P03" | "57014" | "57P01" | "57P02"
        | "57P03" | "57P05" => away(),
        "25006" => unusable("the server only reads; set DATABASE_URL to the one that writes"),
        "28000" | "28P01" => unusable("look at the user and the password in DATABASE_URL"),
        "3D000" => unusable("make it with createdb, or set DATABASE_URL to another one"),
        "42501" => unusable("grant it to the user in DATABASE_URL"),
        "42703" | "42P01" => unusable("the schema is not ours; bring it to the newest version"),
        "53100" => {
            StoreError::Unavailable(format!("{message}: free some space on the server's disk"))
        }
        "54000" | "54001" | "54011" | "54023" => unusable("the server's limits are too low"),
        "58030" => unusable("the server cannot read or write its disk; look at its log"),
        _ => match code.get(..2) {
            Some("08") => away(),
            Some("22" | "23") => {
                StoreError::Damaged(format!("a row does not fit the others: {message}"))
            }
            Some("XX") => unusable("the server's files are damaged; look at its log"),
            _ => StoreError::Unusable(message.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again() {
        for code in [
            "40001", "40P01", "55P03", "57014", "57P01", "53100", "53300", "08006",
        ] {
            assert!(
                matches!(refused(code, ""), StoreError::Unavailable(_)),
                "{code}"
            );
        }
    }

    #[test]
    fn what_a_person_has_to_mend_says_how() {
        for code in ["28P01", "3D000", "42501", "25006"] {
            let StoreError::Unusable(text) = refused(code, "refused") else {
                panic!("{code}");
            };
            assert!(text.len() > "refused: ".len(), "{text}");
        }
    }

    #[test]
    fn a_row_that_breaks_a_rule_of_the_schema_is_damage() {
        assert!(matches!(refused("23505", ""), StoreError::Damaged(_)));
    }
}
