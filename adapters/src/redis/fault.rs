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
    /// There, and not ready yet: it reads its data, or has no master.
    #[error("Redis at {address} is not ready yet: {what}")]
    NotYet {
        /// Host and port, or path.
        address: String,
        /// What it waits for, as far as it is told.
        what: String,
    },
    /// It cannot write what it is given to its disk.
    #[error(
        "Redis at {address} cannot save its data; free some space on its disk, look at its log, and \
         check that it may write to its folder"
    )]
    CannotSave {
        /// Host and port, or path.
        address: String,
    },
    /// Its memory is full.
    #[error("Redis at {address} has no memory left; raise its maxmemory")]
    Full {
        /// Host and port, or path.
        address: String,
    },
    /// What stands under our keys is not ours.
    #[error(
        "Redis at {address} holds something else under our keys; set REDIS_PREFIX to a name that \
         nobody else uses there"
    )]
    NotOurs {
        /// Host and port, or path.
        address: String,
    },
    /// Redis answered with another error of its own.
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
        match error.code() {
            Some("NOAUTH" | "WRONGPASS") => return Self::WrongPassword { address },
            Some("MISCONF") => return Self::CannotSave { address },
            Some("OOM") => return Self::Full { address },
            _ => {}
        }
        // Redis 6.2 wraps what goes wrong in a script, and its code with it.
        if error.to_string().contains("WRONGTYPE") {
            return Self::NotOurs { address };
        }
        match error.kind() {
            ErrorKind::AuthenticationFailed => Self::WrongPassword { address },
            ErrorKind::Server(ServerErrorKind::ReadOnly) => Self::ReadOnly { address },
            ErrorKind::Server(ServerErrorKind::NoPerm) => Self::NotAllowed {
                address,
                what: error.detail().unwrap_or("no detail given").to_owned(),
            },
            ErrorKind::Server(
                ServerErrorKind::BusyLoading
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::TryAgain,
            ) => Self::NotYet {
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

    /// Whether it may pass without anybody's help.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Away { .. } | Self::NoAnswer { .. } | Self::NotYet { .. }
        )
    }

    /// The fault and its causes in one line.
    pub fn told(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }
}

/// Whether what `INFO` says is good enough.
pub(super) fn examine(info: &str, address: &str) -> Result<(), RedisFault> {
    let address = address.to_owned();
    let version = field(info, "redis_version:").unwrap_or_default();
    let mut parts = version.split('.').map(str::parse::<u32>);
    if let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next())
        && (major, minor) < OLDEST
    {
        let version = version.to_owned();
        return Err(RedisFault::TooOld { address, version });
    }
    if field(info, "role:") == Some("slave") {
        return Err(RedisFault::ReadOnly { address });
    }
    if field(info, "loading:") == Some("1") {
        let what = "it reads its data".to_owned();
        return Err(RedisFault::NotYet { address, what });
    }
    // It takes no writes while the append-only file cannot be written.
    if field(info, "aof_last_write_status:") == Some("err") {
        return Err(RedisFault::CannotSave { address });
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

    fn info(version: &str, role: &str, saved: &str) -> String {
        format!(
            "# Server\r\nredis_version:{version}\r\nredis_mode:standalone\r\n\
             # Persistence\r\naof_enabled:1\r\naof_last_write_status:{saved}\r\n\
             # Replication\r\nrole:{role}\r\nmaster_link_status:up\r\n"
        )
    }

    #[test]
    fn a_version_below_6_2_is_refused_by_name() {
        let old = examine(&info("6.0.16", "master", "ok"), "db:6379").unwrap_err();

        assert!(old.to_string().contains("version 6.0.16"), "{old}");
        for fit in ["6.2.0", "7.0.15", "8.2.1", "255.255.255"] {
            assert!(
                examine(&info(fit, "master", "ok"), "db:6379").is_ok(),
                "{fit}"
            );
        }
    }

    #[test]
    fn a_replica_is_refused() {
        let refused = examine(&info("7.2.4", "slave", "ok"), "db:6379");

        assert!(matches!(refused, Err(RedisFault::ReadOnly { .. })));
    }

    #[test]
    fn one_that_reads_its_data_is_waited_for() {
        let reading = format!("{}loading:1\r\n", info("7.2.4", "master", "ok"));

        assert!(examine(&reading, "db:6379").unwrap_err().may_pass());
    }

    #[test]
    fn one_whose_disk_is_full_is_refused() {
        let refused = examine(&info("7.2.4", "master", "err"), "db:6379").unwrap_err();

        assert!(refused.to_string().contains("free some space"), "{refused}");
        assert!(!refused.may_pass());
    }
}
