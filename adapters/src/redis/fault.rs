//! The faults of a Redis, each with a message that says what to do about it.

use redis::{ErrorKind, RedisError};
use std::time::Duration;

/// The oldest version that has all commands that we use.
const OLDEST: (u32, u32) = (6, 2);

/// Redis cannot be used, permanently or for now. The first value is the address: host and port, or
/// path.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RedisFault {
    /// The address is not valid.
    #[error(
        "the address of Redis is not valid; write redis://[user:password@]host[:port][/number], \
         rediss:// for TLS, unix:///path, or \
         redis+sentinel://[user:password@]host:port[,host:port...]/service[/number] (a password \
         with / @ : # ? % must be percent-encoded); a Redis Cluster is not supported"
    )]
    BadUrl,
    /// More than one server.
    #[error(
        "the address of Redis names several hosts; for sentinels write \
         redis+sentinel://host:port,host:port/service, else the one host of the primary; a Redis \
         Cluster is not supported"
    )]
    SeveralHosts,
    /// A CA file that cannot be used: its path, and why.
    #[error("the CA file {0} of Redis cannot be used: {1}")]
    UnfitCa(String, String),
    /// The certificate of the server is not from a known CA, or not for this host.
    #[error(
        "the certificate of Redis at {0} is not trusted; set REDIS_CA_FILE to the certificate of \
         its CA, and check that its subjectAltName is this host"
    )]
    Untrusted(String, #[source] RedisError),
    /// A sentinel where a server is expected.
    #[error("{0} is a sentinel; write redis+sentinel://{0}/SERVICE with the name that it monitors")]
    IsSentinel(String),
    /// A server where a sentinel is expected.
    #[error(
        "{0} is no sentinel; give the addresses of sentinels, or write redis:// for one server"
    )]
    NoSentinel(String),
    /// The sentinel monitors no such service.
    #[error("the sentinel {0} monitors no service {1}; give the name of `sentinel monitor`")]
    UnknownService(String, String),
    /// The password of the sentinel is wrong or missing; that of the servers is another matter.
    #[error(
        "the sentinel {0} refuses user or password; put its own into the end of the address: \
         ?sentinel_user=USER&sentinel_password=PASSWORD (for requirepass leave out the user)"
    )]
    SentinelPassword(String),
    /// A cluster, which spreads its keys over servers.
    #[error(
        "Redis at {0} is a Redis Cluster, which Miseban does not support; use one primary \
         (cluster-enabled no), with replicas and Sentinel for fail-over"
    )]
    IsCluster(String),
    /// The password is wrong or missing.
    #[error(
        "Redis at {0} refuses user or password; put those of requirepass or of the ACL user \
         into the address: redis://user:password@host:port (for requirepass leave the user empty)"
    )]
    WrongPassword(String),
    /// The user lacks a permission.
    #[error(
        "Redis at {0} denies this user a command ({1}); give the ACL user the keys and \
         channels of our prefix and the permissions that docs/queues.md lists"
    )]
    NotAllowed(String, String),
    /// The version is too old.
    #[error("Redis at {0} is version {1}; install 6.2 or newer, or any version of Valkey")]
    TooOld(String, String),
    /// A replica, which accepts no writes.
    #[error("Redis at {0} is a read-only replica; give the address of the primary")]
    ReadOnly(String),
    /// No server answers at the address, or the connection broke.
    #[error(
        "Redis at {0} cannot be reached; check that it runs and that host, port and TLS are right"
    )]
    Unreachable(String, #[source] RedisError),
    /// There was no answer in time, with or without a connection.
    #[error("Redis at {0} has not answered for {seconds} s", seconds = .1.as_secs_f32())]
    NoAnswer(String, Duration),
    /// Redis runs but is not ready yet: it loads its data, has no primary, or is too busy.
    #[error("Redis at {0} is not ready yet: {1}")]
    NotReady(String, String),
    /// Redis cannot write its data to disk.
    #[error(
        "Redis at {0} cannot save its data; free some space on its disk, look at its log, and \
         check that it may write to its folder"
    )]
    CannotSave(String),
    /// The memory of Redis is full.
    #[error("Redis at {0} has no memory left; raise its maxmemory")]
    OutOfMemory(String),
    /// Another program uses our keys.
    #[error(
        "Redis at {0} holds other data under our keys; set REDIS_PREFIX to a name that no other \
         program uses there"
    )]
    ForeignData(String),
    /// Redis returned another error.
    #[error("Redis at {0} refuses the call")]
    Refused(String, #[source] RedisError),
}

impl RedisFault {
    /// The one place that decides what an error of the client means.
    pub fn classify(error: RedisError, address: &str) -> Self {
        let address = address.to_owned();
        match code(&error) {
            "NOAUTH" | "WRONGPASS" => return Self::WrongPassword(address),
            "MISCONF" => return Self::CannotSave(address),
            "OOM" => return Self::OutOfMemory(address),
            "WRONGTYPE" => return Self::ForeignData(address),
            "READONLY" => return Self::ReadOnly(address),
            "NOPERM" => return Self::NotAllowed(address, detail(&error)),
            "LOADING" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN" | "NOREPLICAS" | "UNBLOCKED" => {
                return Self::NotReady(address, detail(&error));
            }
            "BUSY" => return Self::NotReady(address, "a script keeps it busy".to_owned()),
            "ERR" if detail(&error).contains("max number of clients") => {
                let why = format!("{}; raise maxclients", detail(&error));
                return Self::NotReady(address, why);
            }
            "MOVED" | "ASK" | "CROSSSLOT" => return Self::IsCluster(address),
            _ => {}
        }
        match error.kind() {
            ErrorKind::AuthenticationFailed => Self::WrongPassword(address),
            ErrorKind::RESP3NotSupported => Self::TooOld(address, "5 or older".to_owned()),
            ErrorKind::InvalidClientConfig => Self::BadUrl,
            ErrorKind::Io if error.to_string().contains("invalid peer certificate") => {
                Self::Untrusted(address, error)
            }
            ErrorKind::Io | ErrorKind::Client | ErrorKind::Parse => {
                Self::Unreachable(address, error)
            }
            _ => Self::Refused(address, error),
        }
    }

    /// Whether the fault may end without a person's help.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(..) | Self::NoAnswer(..) | Self::NotReady(..)
        )
    }

    /// Whether another connection may not have the fault: this one is broken, or leads to a server
    /// that is no longer the primary, or that asks for another login.
    pub fn ends_connection(&self) -> bool {
        self.is_transient() || matches!(self, Self::ReadOnly(_) | Self::WrongPassword(_))
    }

    /// The fault and its cause in one line.
    pub fn message(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }
}

/// Checks version, role and state in the reply to `INFO`.
pub(super) fn check_info(info: &str, address: &str) -> Result<(), RedisFault> {
    let address = address.to_owned();
    let version = field(info, "redis_version:").unwrap_or_default();
    let mut parts = version.split('.').map(str::parse::<u32>);
    if let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next())
        && (major, minor) < OLDEST
    {
        return Err(RedisFault::TooOld(address, version.to_owned()));
    }
    if field(info, "redis_mode:") == Some("sentinel") {
        return Err(RedisFault::IsSentinel(address));
    }
    if field(info, "cluster_enabled:") == Some("1") {
        return Err(RedisFault::IsCluster(address));
    }
    if field(info, "role:") == Some("slave") {
        return Err(RedisFault::ReadOnly(address));
    }
    if field(info, "loading:") == Some("1") {
        return Err(RedisFault::NotReady(
            address,
            "it reads its data".to_owned(),
        ));
    }
    // Redis accepts no writes while it cannot write the append-only file.
    if field(info, "aof_last_write_status:") == Some("err") {
        return Err(RedisFault::CannotSave(address));
    }
    Ok(())
}

/// The code of an error of the server, else an empty text. Redis 6.2 wraps the error of a script,
/// with its code.
fn code(error: &RedisError) -> &str {
    let wrapped = |detail: &'_ str| {
        let codes = [
            "WRONGTYPE",
            "READONLY",
            "MISCONF",
            "NOREPLICAS",
            "OOM",
            "NOPERM",
        ];
        codes
            .into_iter()
            .find(|code| detail.contains(&format!("{code} ")))
    };
    match error.code() {
        None => "",
        Some("ERR") => error.detail().and_then(wrapped).unwrap_or("ERR"),
        Some(code) => code,
    }
}

fn detail(error: &RedisError) -> String {
    error.detail().unwrap_or("no detail given").to_owned()
}

/// The value of a line in the reply to `INFO`.
pub(super) fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
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
        let old = check_info(&info("6.0.16", "master", "ok"), "db:6379").unwrap_err();

        assert!(old.to_string().contains("version 6.0.16"), "{old}");
        for fit in ["6.2.0", "7.0.15", "8.2.1", "255.255.255"] {
            assert!(
                check_info(&info(fit, "master", "ok"), "db:6379").is_ok(),
                "{fit}"
            );
        }
    }

    #[test]
    fn a_replica_is_refused() {
        let refused = check_info(&info("7.2.4", "slave", "ok"), "db:6379");

        assert!(matches!(refused, Err(RedisFault::ReadOnly(_))));
    }

    #[test]
    fn a_server_that_loads_its_data_is_a_transient_fault() {
        let loading = format!("{}loading:1\r\n", info("7.2.4", "master", "ok"));

        assert!(check_info(&loading, "db:6379").unwrap_err().is_transient());
    }

    #[test]
    fn a_busy_server_and_one_with_too_many_clients_are_transient_faults() {
        let fault = |code: &str, detail: &str| {
            let error = redis::make_extension_error(code.to_owned(), Some(detail.to_owned()));
            RedisFault::classify(error, "db:6379")
        };
        let busy = fault("BUSY", "Redis is busy running a script.");
        let full = fault("ERR", "max number of clients reached");

        assert!(busy.is_transient(), "{busy:?}");
        assert!(full.is_transient(), "{full:?}");
        assert!(full.to_string().contains("raise maxclients"), "{full}");
    }

    #[test]
    fn a_server_with_a_full_disk_is_refused() {
        let refused = check_info(&info("7.2.4", "master", "err"), "db:6379").unwrap_err();

        assert!(refused.to_string().contains("free some space"), "{refused}");
        assert!(!refused.is_transient());
    }
}
