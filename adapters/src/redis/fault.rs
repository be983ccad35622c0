//! What can be wrong with a Redis, each with what to do about it.

use redis::{ErrorKind, RedisError, ServerErrorKind};
use std::time::Duration;

/// The oldest version that has all the commands we use.
const OLDEST: (u32, u32) = (6, 2);

/// Redis cannot be used, or not now.
#[derive(Debug, thiserror::Error)]
pub enum RedisFault {
    /// The address is none.
    #[error(
        "the address of Redis cannot be read; write redis://[user:password@]host[:port][/number], \
         rediss:// for TLS, or unix:///path (a password with / @ : # ? % must be percent-encoded)"
    )]
    BadUrl,
    /// The password is wrong, or missing.
    #[error(
        "Redis at {address} refuses user or password; put those of requirepass or of the ACL user \
         into the address: redis://user:password@host:port (for requirepass leave the user empty)"
    )]
    WrongPassword {
        /// Host and port, or path.
        address: String,
    },
    /// The user lacks a right.
    #[error(
        "Redis at {address} does not let this user do that ({what}); give the ACL user the keys and \
         channels of our prefix and the rights that docs/queues.md lists"
    )]
    NotAllowed {
        /// Host and port, or path.
        address: String,
        /// What Redis said.
        what: String,
    },
    /// Too old.
    #[error(
        "Redis at {address} is version {version}; install 6.2 or newer, or any version of Valkey"
    )]
    TooOld {
        /// Host and port, or path.
        address: String,
        /// Its version, as far as it is told.
        version: String,
    },
    /// A replica, which takes no writes.
    #[error("Redis at {address} is a read-only replica; give the address of the primary")]
    ReadOnly {
        /// Host and port, or path.
        address: String,
    },
    /// Nobody answers there, or the connection broke.
    #[error(
        "Redis at {address} cannot be reached; check that it runs and that host, port and TLS are right"
    )]
    Away {
        /// Host and port, or path.
        address: String,
        /// Why.
        source: RedisError,
    },
    /// Connected or not, no answer came in time.
    #[error("Redis at {address} has not answered for {} s", .waited.as_secs_f32())]
    NoAnswer {
        /// Host and port, or path.
        address: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Redis answered with an error of its own, for example that its memory is full.
    #[error("Redis at {address} refuses the call")]
    Refused {
        /// Host and port, or path.
        address: String,
        /// What Redis said.
        source: RedisError,
    },
}

impl RedisFault {
    /// The one place that decides what an error of the client means.
    pub fn sort(error: RedisError, address: &str) -> Self {
        let address = address.to_owned();
        if matches!(error.code(), Some("NOAUTH" | "WRONGPASS")) {
            return Self::WrongPassword { address };
        }
        match error.kind() {
            ErrorKind::AuthenticationFailed => Self::WrongPassword { address },
            ErrorKind::Server(ServerErrorKind::ReadOnly) => Self::ReadOnly { address },
            ErrorKind::Server(ServerErrorKind::NoPerm) => Self::NotAllowed {
                address,
                what: error.detail().unwrap_or("no detail given").to_owned(),
            },
            ErrorKind::RESP3NotSupported => Self::TooOld {
                address,
                version: "5 or older".to_owned(),
            },
            ErrorKind::InvalidClientConfig => Self::BadUrl,
            ErrorKind::Io | ErrorKind::Client | ErrorKind::Parse => Self::Away {
                address,
                source: error,
            },
            _ => Self::Refused {
                address,
                source: error,
            },
        }
    }

    /// The fault and its causes in one line.
    pub fn told(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }
}

/// Whether what `INFO server` and `INFO replication` say is good enough.
pub(super) fn examine(server: &str, replication: &str, address: &str) -> Result<(), RedisFault> {
    let address = address.to_owned();
    let version = field(server, "redis_version:").unwrap_or_default();
    let mut parts = version.split('.').map(str::parse::<u32>);
    if let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next())
        && (major, minor) < OLDEST
    {
        let version = version.to_owned();
        return Err(RedisFault::TooOld { address, version });
    }
    if field(replication, "role:") == Some("slave") {
        return Err(RedisFault::ReadOnly { address });
    }
    Ok(())
}

fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines()
        .find_map(|line| line.strip_prefix(name))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIMARY: &str = "# Replication\r\nrole:master\r\n";

    fn versioned(version: &str) -> String {
        format!("# Server\r\nredis_version:{version}\r\nredis_mode:standalone\r\n")
    }

    #[test]
    fn a_version_below_6_2_is_refused_by_name() {
        let old = examine(&versioned("6.0.16"), PRIMARY, "db:6379").unwrap_err();

        assert!(old.to_string().contains("version 6.0.16"), "{old}");
        for fit in ["6.2.0", "7.0.15", "8.2.1", "255.255.255"] {
            assert!(
                examine(&versioned(fit), PRIMARY, "db:6379").is_ok(),
                "{fit}"
            );
        }
    }

    #[test]
    fn a_replica_is_refused() {
        let replica = "# Replication\r\nrole:slave\r\nmaster_link_status:up\r\n";

        let refused = examine(&versioned("7.2.4"), replica, "db:6379");

        assert!(matches!(refused, Err(RedisFault::ReadOnly { .. })));
    }
}
