//! Tells a watcher outside of each run that has ended (`HEARTBEAT_URL`): it notices when none comes.

use crate::clients::client_error;
use crate::config::Settings;
use adapters::notify::{HeartbeatUrl, RunEnd};
use shared::domain::report::Report;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use ui::command_error::CommandError;

/// Tries to tell of one run, and the pause between two of them.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(5);
/// How long the end of a program waits for a request on its way.
const LAST_WITHIN: Duration = Duration::from_secs(5);

/// The requests on their way; none where no address is set. Nothing waits for them.
#[derive(Default)]
pub struct RunPing {
    url: Option<Arc<HeartbeatUrl>>,
    pings: JoinSet<()>,
}

impl RunPing {
    /// Tells the watcher of the settings.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be built on this machine.
    pub fn new(settings: &Settings) -> Result<Self, CommandError> {
        let Some(url) = settings.heartbeat.clone() else {
            return Ok(Self::default());
        };
        let http = adapters::notify::http().map_err(|error| client_error(&error))?;
        Ok(Self {
            url: Some(Arc::new(HeartbeatUrl::new(http, url))),
            pings: JoinSet::new(),
        })
    }

    /// Sends how the run of `report` ended, if it has; a dry run is none.
    pub fn ended(&mut self, report: &Report) {
        while self.pings.try_join_next().is_some() {}
        let Some(url) = self.url.clone() else { return };
        if report.state.is_open() || report.dry_run {
            return;
        }
        let end = if report.is_failure() {
            RunEnd::Failure
        } else {
            RunEnd::Success
        };
        self.pings.spawn(ping(url, end));
    }

    /// Waits a few seconds for the requests on their way.
    pub async fn finish(mut self) {
        let all = async { while self.pings.join_next().await.is_some() {} };
        // Those that take longer are dropped; the next run sends another one.
        let _ = tokio::time::timeout(LAST_WITHIN, all).await;
    }
}

async fn ping(url: Arc<HeartbeatUrl>, end: RunEnd) {
    for left in (0..TRIES).rev() {
        match url.ping(end).await {
            Ok(()) => return,
            Err(error) if left == 0 => {
                tracing::warn!(%error, "the address of HEARTBEAT_URL did not take the sign of a run");
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
