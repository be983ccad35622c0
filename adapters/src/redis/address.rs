//! Where Redis is: at one address, or where its sentinels say.

use super::clients::{Clients, address_of, parse};
use super::fault::RedisFault;
use super::sentinels::Sentinels;
use super::settings::RedisSettings;
use redis::{Client, ConnectionAddr};
use secrecy::ExposeSecret;
use std::fmt;

/// Where connections lead to.
pub(super) enum RedisAddress {
    /// One server.
    Server(Client),
    /// The primary of a service that sentinels watch.
    Service(Sentinels),
}

impl RedisAddress {
    /// Reads the URL of `settings`.
    pub fn read(settings: &RedisSettings) -> Result<Self, RedisFault> {
        let url = settings.url.expose_secret();
        let clients = Clients::new(settings)?;
        if let Some(service) = Sentinels::read(url, &clients) {
            return service.map(Self::Service);
        }
        clients.client(parse(url)?).map(Self::Server)
    }

    /// The client of the server that takes writes now.
    pub async fn primary(&self) -> Result<Client, RedisFault> {
        match self {
            Self::Server(client) => Ok(client.clone()),
            Self::Service(sentinels) => sentinels.primary().await,
        }
    }

    /// Checks that this server is the primary for the sentinels, too: an old one takes writes until it
    /// is told, and they are lost. Sentinels that cannot say so change nothing.
    pub async fn check_named(&self, server: &ConnectionAddr) -> Result<(), RedisFault> {
        if let Self::Service(sentinels) = self
            && let Ok(named) = sentinels.primary().await
            && named.get_connection_info().addr() != server
        {
            let why = "the sentinels name another primary";
            return Err(RedisFault::NotReady(self.to_string(), why.to_owned()));
        }
        Ok(())
    }

    /// What a server that accepts no writes means: sentinels may still name the old primary.
    pub fn judged(&self, fault: RedisFault) -> RedisFault {
        match (self, fault) {
            (Self::Service(_), RedisFault::ReadOnly(address)) => {
                let why = "the sentinels name a server that is a replica";
                RedisFault::NotReady(address, why.to_owned())
            }
            (_, fault) => fault,
        }
    }
}

impl fmt::Display for RedisAddress {
    /// Host and port, path, or service, without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(client) => f.write_str(&address_of(client)),
            Self::Service(sentinels) => sentinels.fmt(f),
        }
    }
}
