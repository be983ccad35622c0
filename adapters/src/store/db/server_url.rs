//! Reads a `postgres://` URL as libpq does, several hosts included, and writes it for the driver,
//! which knows one host, and no brackets around it.

use super::failure::failed;
use super::pooling::Pooling;
use percent_encoding::percent_decode_str;
use shared::ports::store::StoreError;
use sqlx::ConnectOptions as _;
use sqlx::any::AnyConnectOptions;
use std::str::FromStr as _;

/// The most connections of one process, unless the URL names another number. A server admits a
/// hundred by default (source: its manual, `max_connections`).
const CONNECTIONS: u32 = 10;

/// The parameters that the driver knows, beside those that [`ServerUrl`] reads itself.
const FOR_DRIVER: [&str; 13] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    NAME,
    "options",
    "user",
    "password",
];

const PERCENT_ENCODE: &str =
    "DATABASE_URL is not clear: in a password / ? # @ : % must be percent-encoded";

/// The parameter by which the server shows the program to its administrator.
const NAME: &str = "application_name";

/// A `postgres://` URL.
pub(crate) struct ServerUrl {
    /// The servers, in the order of the URL.
    pub(crate) servers: Vec<AnyConnectOptions>,
    /// The most connections of this process.
    pub(crate) connections: u32,
    /// What connections keep, if the URL says so.
    pub(crate) pooling: Option<Pooling>,
    /// Hosts, ports and database, for people.
    pub(crate) location: String,
}

/// The parts of a URL, decoded.
#[derive(Default)]
struct Parts {
    hosts: Vec<String>,
    ports: Vec<String>,
    database: String,
    connections: Option<u32>,
    pooling: Option<Pooling>,
    for_driver: Vec<(String, String)>,
}

impl ServerUrl {
    /// Reads a URL; an error does not contain it, since it may contain a password.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let (_, rest) = url.split_once(':').unwrap_or_default();
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if path.contains('@') || fragment.contains('@') {
            return Err(unusable(PERCENT_ENCODE));
        }
        let mut parts = Parts {
            database: decoded(path)?,
            ..Parts::default()
        };
        parts.read_authority(authority)?;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parts.read_parameter(&decoded(name)?, decoded(value)?)?;
        }
        parts.url()
    }
}

impl Parts {
    fn read_authority(&mut self, authority: &str) -> Result<(), StoreError> {
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        for (name, value) in [("user", user), ("password", password)] {
            if !value.is_empty() {
                self.for_driver.push((name.to_owned(), decoded(value)?));
            }
        }
        for place in hosts.split(',') {
            let (host, port) = match place.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
                Some((v6, port)) => (v6, port.strip_prefix(':').unwrap_or(port)),
                None => place.split_once(':').unwrap_or((place, "")),
            };
            self.hosts.push(decoded(host)?);
            self.ports.push(decoded(port)?);
        }
        Ok(())
    }

    fn read_parameter(&mut self, name: &str, value: String) -> Result<(), StoreError> {
        let list = |value: String| value.split(',').map(ToOwned::to_owned).collect();
        match name {
            // The address instead of the name, as libpq does.
            "host" | "hostaddr" => self.hosts = list(value),
            "port" => self.ports = list(value),
            "dbname" => self.database = value,
            "max_connections" => {
                let count = value.parse().ok().filter(|count| *count > 0);
                let advice = "max_connections in DATABASE_URL must be a number of at least 1";
                self.connections = Some(count.ok_or_else(|| unusable(advice))?);
            }
            "pgbouncer" => {
                self.pooling = match value.as_str() {
                    "true" => Some(Pooling::Transaction),
                    "false" => Some(Pooling::Session),
                    _ => return Err(unusable("pgbouncer in DATABASE_URL must be true or false")),
                }
            }
            // The server that accepts writes is taken in any case.
            "target_session_attrs" if ["any", "read-write", "primary"].contains(&&*value) => {}
            "target_session_attrs" => {
                let advice = "target_session_attrs in DATABASE_URL must be read-write, since the \
                              program writes";
                return Err(unusable(advice));
            }
            _ if FOR_DRIVER.contains(&name) || name.starts_with("options[") => {
                self.for_driver.push((name.to_owned(), value));
            }
            // The rest of a password.
            _ if name.contains(['@', '/']) || value.contains('@') => {
                return Err(unusable(PERCENT_ENCODE));
            }
            // The driver would log it, with a value that may be a secret.
            _ => tracing::info!("the parameter {name} in DATABASE_URL has no effect"),
        }
        Ok(())
    }

    fn url(self) -> Result<ServerUrl, StoreError> {
        let mut servers = Vec::new();
        let mut places = Vec::new();
        for (no, host) in self.hosts.iter().enumerate() {
            let port = match self.ports.as_slice() {
                [port] => port,
                ports => ports
                    .get(no)
                    .filter(|_| ports.len() == self.hosts.len())
                    .ok_or_else(|| {
                        unusable("DATABASE_URL must name one port, or one for each host")
                    })?,
            };
            let valid = port.is_empty() || port.parse().is_ok_and(|port: u16| port > 0);
            if !valid {
                return Err(unusable(
                    "the port in DATABASE_URL must be a number of 1 to 65535 (in a password \
                     / ? # @ : % must be percent-encoded)",
                ));
            }
            servers.push(self.server(host, port)?);
            places.push(shown(host, port));
        }
        Ok(ServerUrl {
            servers,
            connections: self.connections.unwrap_or(CONNECTIONS),
            pooling: self.pooling,
            location: format!("{}/{}", places.join(","), self.database),
        })
    }

    /// One server as the driver reads it: everything is a parameter. What is not given is left to
    /// the driver, which knows libpq's environment variables and its password file.
    fn server(&self, host: &str, port: &str) -> Result<AnyConnectOptions, StoreError> {
        let mut options = AnyConnectOptions::from_str("postgres:///").map_err(failed)?;
        {
            let mut pairs = options.database_url.query_pairs_mut();
            let of_server = [("host", host), ("port", port), ("dbname", &self.database)];
            pairs.extend_pairs(of_server.iter().filter(|(_, value)| !value.is_empty()));
            pairs.extend_pairs(&self.for_driver);
            if !self.for_driver.iter().any(|(name, _)| name == NAME) {
                pairs.append_pair(NAME, "miseban");
            }
        }
        // Statements may contain rows: see `Pooling::Transaction`.
        Ok(options.disable_statement_logging())
    }
}

fn shown(host: &str, port: &str) -> String {
    let host = match host {
        "" => "localhost".to_owned(),
        v6 if v6.contains(':') => format!("[{v6}]"),
        name => name.to_owned(),
    };
    let port = if port.is_empty() { "5432" } else { port };
    format!("{host}:{port}")
}

fn decoded(text: &str) -> Result<String, StoreError> {
    let text = percent_decode_str(text).decode_utf8();
    text.map(Into::into)
        .map_err(|_| unusable("DATABASE_URL must be UTF-8 when its %XX are decoded"))
}

fn unusable(why: &str) -> StoreError {
    StoreError::Unusable(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of a URL, and its first server as the driver gets it.
    fn read(url: &str) -> (String, String) {
        let read = ServerUrl::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let query = read.servers[0].database_url.query().unwrap_or_default();
        let query = query.replace("application_name=miseban", "");
        (read.location, query.trim_end_matches('&').to_owned())
    }

    #[test]
    fn a_password_that_is_not_percent_encoded_is_told_and_not_shown() {
        for url in [
            "postgres://u:pa?SECRET@h/db",
            "postgres://u:pa?SECRET=1@h/db",
            "postgres://u:12/SECRET@h/db",
            "postgres://u:12#SECRET@h/db",
            "postgres://u:pa/SECRET@h/db",
        ] {
            let told = ServerUrl::parse(url).err().expect(url).to_string();

            assert!(told.contains("percent-encoded"), "{url}: {told}");
            assert!(!told.contains("SECRET"), "{told}");
        }
    }

    #[test]
    fn hosts_are_read_as_libpq_reads_them() {
        for (url, location, query) in [
            ("postgres://h/db", "h:5432/db", "host=h&dbname=db"),
            (
                "postgres://u@[::1]:1/d",
                "[::1]:1/d",
                "host=%3A%3A1&port=1&dbname=d&user=u",
            ),
            (
                "postgres://u@/d?host=::1",
                "[::1]:5432/d",
                "host=%3A%3A1&dbname=d&user=u",
            ),
            (
                "postgres://[fe80::1%25eth0]/d",
                "[fe80::1%eth0]:5432/d",
                "host=fe80%3A%3A1%25eth0&dbname=d",
            ),
            (
                "postgres://%2Frun%2Fpg:7/d",
                "/run/pg:7/d",
                "host=%2Frun%2Fpg&port=7&dbname=d",
            ),
            (
                "postgres:///d?host=/run/pg",
                "/run/pg:5432/d",
                "host=%2Frun%2Fpg&dbname=d",
            ),
            ("postgres:///d", "localhost:5432/d", "dbname=d"),
            ("postgres://", "localhost:5432/", ""),
            (
                "postgres://a,b:2,[::1]/d",
                "a:5432,b:2,[::1]:5432/d",
                "host=a&dbname=d",
            ),
            (
                "postgres://a,b/d?port=1,2",
                "a:1,b:2/d",
                "host=a&port=1&dbname=d",
            ),
            (
                "postgres://x/d?hostaddr=::1,1.2.3.4&port=9",
                "[::1]:9,1.2.3.4:9/d",
                "host=%3A%3A1&port=9&dbname=d",
            ),
            (
                "postgres://u:p%40%2Fs@h/d?sslmode=require&max_connections=3&pgbouncer=true",
                "h:5432/d",
                "host=h&dbname=d&user=u&password=p%40%2Fs&sslmode=require",
            ),
            (
                "postgres://h?user=a&password=b+c%26d",
                "h:5432/",
                "host=h&user=a&password=b%2Bc%26d",
            ),
        ] {
            let expected = (location.to_owned(), query.to_owned());
            assert_eq!(read(url), expected, "{url}");
        }
    }

    #[test]
    fn the_parameters_of_the_program_are_not_the_drivers() {
        let read = ServerUrl::parse("postgres://h/d?max_connections=3&pgbouncer=true").unwrap();

        assert_eq!(
            (read.connections, read.pooling),
            (3, Some(Pooling::Transaction))
        );
    }

    #[test]
    fn a_url_that_cannot_be_meant_is_refused_without_showing_it() {
        for query in [
            "max_connections=0",
            "max_connections=many",
            "max_connections=-1",
            "max_connections=",
            "pgbouncer=yes",
            "target_session_attrs=standby",
            "target_session_attrs=read-only",
            "port=1,2",
            "port=0",
            "port=http",
        ] {
            let refused = ServerUrl::parse(&format!("postgres://u:hush@h/db?{query}"));
            let Err(StoreError::Unusable(text)) = refused.map(|_| ()) else {
                panic!("{query}");
            };
            assert!(!text.contains("hush"), "{text}");
        }
    }
}
