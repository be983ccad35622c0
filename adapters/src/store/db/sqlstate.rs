//! Maps `PostgreSQL`'s error codes to what the caller has to do (source: its manual, appendix A).

use shared::ports::store::StoreError;

/// The reaction that a refusal with this code calls for.
pub(crate) fn refused(code: &str, message: &str) -> StoreError {
    let unavailable = || StoreError::Unavailable(message.to_owned());
    let unusable = |advice: &str| StoreError::Unusable(format!("{message}: {advice}"));
    match code {
        // A lock or statement time-out, a deadlock, a server that stops or starts, or that has no
        // connection or memory left.
        "25P03" | "40001" | "40P01" | "53200" | "53300" | "55P03" | "57014" | "57P01" | "57P02"
        | "57P03" | "57P05" => unavailable(),
        "25006" => unusable("the server is read-only; set DATABASE_URL to the primary"),
        "28000" | "28P01" => unusable("check the user and the password in DATABASE_URL"),
        "3D000" => unusable("create it with createdb, or set DATABASE_URL to another database"),
        "42501" => unusable("grant this privilege to the user in DATABASE_URL"),
        "42703" | "42P01" => {
            unusable("the schema is not that of this program; migrate the database")
        }
        "53100" => {
            StoreError::Unavailable(format!("{message}: free some space on the server's disk"))
        }
        "54000" | "54001" | "54011" | "54023" => unusable("the server's limits are too low"),
        "58030" => unusable("the server cannot read or write its disk; check its log"),
        _ => match code.get(..2) {
            Some("08") => unavailable(),
            Some("22" | "23") => {
                StoreError::Damaged(format!("a row violates a constraint: {message}"))
            }
            Some("XX") => unusable("the server's files are damaged; check its log"),
            _ => StoreError::Unusable(message.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_error_is_retried() {
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
    fn an_error_that_a_person_must_fix_says_how() {
        for code in ["28P01", "3D000", "42501", "25006"] {
            let StoreError::Unusable(text) = refused(code, "refused") else {
                panic!("{code}");
            };
            assert!(text.len() > "refused: ".len(), "{text}");
        }
    }

    #[test]
    fn a_row_that_violates_a_constraint_is_damaged() {
        assert!(matches!(refused("23505", ""), StoreError::Damaged(_)));
    }
}
