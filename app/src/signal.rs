//! How a person or the machine tells a program to stop.

use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// As [`Signals::first`], from the first poll on: for a command that a person has started.
///
/// # Errors
///
/// When the signals cannot be listened to.
pub async fn signal() -> Result<Exit, CommandError> {
    Signals::listen()?.first().await
}

/// SIGINT and SIGTERM, caught from the moment this is made. A long-running program makes it first of
/// all: the first process of a container is not stopped by a signal that it does not catch.
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// When the signals cannot be listened to.
    #[cfg(unix)]
    pub fn listen() -> Result<Self, CommandError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| deaf(&error));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// None here.
    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "it may fail elsewhere")]
    pub fn listen() -> Result<Self, CommandError> {
        Ok(Self {})
    }

    /// Waits for the first one. After it, a second one ends the process at once.
    ///
    /// # Errors
    ///
    /// When the signals cannot be listened to.
    pub async fn first(mut self) -> Result<Exit, CommandError> {
        let first = self.next().await?;
        tokio::spawn(async move {
            if let Ok(second) = self.next().await {
                std::process::exit(i32::from(second.code()));
            }
        });
        Ok(first)
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Result<Exit, CommandError> {
        Ok(tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        })
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Result<Exit, CommandError> {
        let pressed = tokio::signal::ctrl_c().await;
        pressed.map_err(|error| deaf(&error))?;
        Ok(Exit::Interrupted)
    }
}

fn deaf(error: &std::io::Error) -> CommandError {
    CommandError::Failed(text!(
        "終了の合図を受け取れません({error})",
        "signals cannot be listened to ({error})"
    ))
}
