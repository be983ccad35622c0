//! Maps `PostgreSQL`'s error codes to what the caller has to do (source: its manual, appendix A).

use shared::ports::store::StoreError;

/// The server has no connection left (source: `PostgreSQL`'s manual, appendix A).
pub(crate) const TOO_MANY: &str = "53300";

/// The reaction that a refusal with this code calls for.
pub(crate) fn refused(code: &str, message: &str) -> StoreError {
    let unavailable = || StoreError::Unavailable(message.to_owned());
    let unusable = |advice: &str| StoreError::Unusable(format!("{message}: {advice}"));
    if let Some(advice) = of_pooler(message) {
        return unusable(advice);
    }
    match code {
        TOO_MANY => StoreError::Unavailable(format!(
            "{message}: too many connections; raise max_connections of the server, or add \
             max_connections=2 to DATABASE_URL"
        )),
        // A prepared statement that is missing, or that another program has prepared.
        "26000" | "42P05" => StoreError::Unavailable(format!(
            "{message}: a pooler such as pgbouncer is in transaction mode; add pgbouncer=true to \
             DATABASE_URL"
        )),
        "25006" => unusable("the server is read-only; set DATABASE_URL to the primary"),
        "25P03" | "55P03" => unavailable(),
        "3D000" => unusable("create it with createdb, or set DATABASE_URL to another database"),
        "42501" => unusable("grant this privilege to the user in DATABASE_URL"),
        "42703" | "42P01" => {
            unusable("the schema is not that of this program; migrate the database")
        }
        "53100" => {
            StoreError::Unavailable(format!("{message}: free some space on the server's disk"))
        }
        "58030" => unusable("the server cannot read or write its disk; check its log"),
        "XX001" | "XX002" => unusable("the server's files are damaged; check its log"),
        _ => match code.get(..2) {
            // A lost connection, a deadlock, a server without connections or memory left, one that
            // stops or starts.
            Some("08" | "40" | "53" | "57") => unavailable(),
            Some("22" | "23") => {
                StoreError::Damaged(format!("a row violates a constraint: {message}"))
            }
            Some("28") => unusable("check the user and the password in DATABASE_URL"),
            Some("54") => unusable("the server's limits are too low"),
            Some("XX") => unusable(
                "an internal error of the server, or of a pooler or proxy before it; check their logs",
            ),
            _ => StoreError::Unusable(message.to_owned()),
        },
    }
}

/// The same for a connection that was refused. Poolers and proxies use codes of their own for what
/// passes, so only the known reasons need a person.
pub(crate) fn not_admitted(code: &str, message: &str) -> StoreError {
    match refused(code, message) {
        // No wait changes how a pooler is set.
        setting if of_pooler(message).is_some() => setting,
        StoreError::Unusable(why) | StoreError::Damaged(why)
            if !(code.starts_with("28") || ["3D000", "42501"].contains(&code)) =>
        {
            StoreError::Unavailable(why)
        }
        known => known,
    }
}

/// Whether a refusal with this code says that the connection may lead to a wrong server, or to none:
/// not when it is about a row, a lock, or what the server lacks.
pub(crate) fn doubts_the_server(code: &str) -> bool {
    !["25P03", "55P03", "57014"].contains(&code)
        && !["22", "23", "40", "53"].contains(&code.get(..2).unwrap_or_default())
}

/// The advice for an error of pgbouncer, by its words: it has one code for all.
fn of_pooler(message: &str) -> Option<&'static str> {
    if message.contains("unsupported startup parameter: extra_float_digits") {
        Some("set ignore_startup_parameters = extra_float_digits in pgbouncer.ini")
    } else if message.contains("unsupported startup parameter") {
        Some("add this parameter to ignore_startup_parameters in pgbouncer.ini")
    } else if message.contains("statement pooling mode") {
        Some("set pool_mode = transaction or session in pgbouncer.ini")
    } else {
        None
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
        for code in ["28P01", "3D000", "42501", "25006", "XX000"] {
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

    #[test]
    fn a_lock_or_a_row_says_nothing_about_the_server() {
        for code in ["23505", "40P01", "53300", "55P03", "57014"] {
            assert!(!doubts_the_server(code), "{code}");
        }
        for code in ["25006", "57P01", "08006", "XX000", "26000", "42501"] {
            assert!(doubts_the_server(code), "{code}");
        }
    }
}
