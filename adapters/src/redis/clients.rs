//! Makes the clients that connect to Redis: their URL, their time-outs below TCP, and whom they trust.

use super::fault::RedisFault;
use super::settings::RedisSettings;
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, TlsCertificates,
};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A peer that acknowledges nothing for this long counts as lost; the kernel's own limit is about a
/// quarter of an hour.
const SILENCE: Duration = Duration::from_secs(10);

/// The certificates of all CAs of a system have a quarter of this.
const MOST_CERTIFICATES: u64 = 1024 * 1024;

/// Reads the URL of one server.
pub(super) fn parse(url: &str) -> Result<ConnectionInfo, RedisFault> {
    let (_, rest) = url.split_once("://").ok_or(RedisFault::BadUrl)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let hosts = authority.rsplit('@').next().unwrap_or_default();
    if hosts.contains(',') {
        return Err(RedisFault::SeveralHosts);
    }
    let server = url.into_connection_info().map_err(|_| RedisFault::BadUrl)?;
    // RESP3 reports a broken connection at once and not with the next call.
    let redis = server.redis_settings().clone();
    Ok(server.set_redis_settings(redis.set_protocol(ProtocolVersion::RESP3)))
}

/// Host and port, or path.
pub(super) fn address_of(client: &Client) -> String {
    client.get_connection_info().addr().to_string()
}

/// Makes clients. With a CA file they trust the certificates of this CA only.
#[derive(Clone)]
pub(super) struct Clients {
    ca: Option<(PathBuf, Vec<u8>)>,
}

impl Clients {
    /// Reads the CA file of `settings`, if there is one.
    pub fn new(settings: &RedisSettings) -> Result<Self, RedisFault> {
        let read = |path: PathBuf| match certificates(&path) {
            Ok(ca) if ca.windows(6).any(|word| word == b"BEGIN ") => Ok((path, ca)),
            Ok(_) => Err(unfit(&path, "it contains no certificate in PEM form")),
            Err(error) => Err(unfit(&path, &error.to_string())),
        };
        let ca = settings.ca_file.clone().map(read).transpose()?;
        Ok(Self { ca })
    }

    /// A client whose connections notice that the peer is silent.
    pub fn client(&self, server: ConnectionInfo) -> Result<Client, RedisFault> {
        let keepalive = TcpKeepalive::new()
            .with_time(SILENCE)
            .with_interval(SILENCE / 3);
        let tcp = TcpSettings::default()
            .set_nodelay(true)
            .set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(SILENCE);
        let server = server.set_tcp_settings(tcp);
        let address = server.addr().to_string();
        let Some((path, ca)) = &self.ca else {
            return Client::open(server).map_err(|error| RedisFault::classify(error, &address));
        };
        if !matches!(server.addr(), ConnectionAddr::TcpTls { .. }) {
            return Err(unfit(path, "REDIS_URL is without TLS, write rediss://"));
        }
        let certificates = TlsCertificates {
            client_tls: None,
            root_cert: Some(ca.clone()),
        };
        Client::build_with_tls(server, certificates)
            .map_err(|error| unfit(path, &error.to_string()))
    }
}

fn certificates(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(path)?.take(MOST_CERTIFICATES + 1);
    if file.read_to_end(&mut bytes)? as u64 > MOST_CERTIFICATES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(bytes)
}

fn unfit(path: &Path, why: &str) -> RedisFault {
    RedisFault::UnfitCa(path.display().to_string(), why.to_owned())
}
