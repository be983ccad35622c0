//! Why a command ended early, and the exit code of the program.

use crate::causes::cause;
use crate::message::{Text, text};
use shared::ports::cache::CacheError;
use shared::ports::queue::QueueError;
use shared::ports::store::StoreError;
use std::fmt;
use std::io;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: success.
    Done,
    /// 1: the work failed, or a check found a problem.
    Failed,
    /// 2: wrong arguments or settings, which a person has to change first.
    Usage,
    /// 3: the work goes on elsewhere, and its end could not be awaited.
    GoesOn,
    /// 129: stopped by SIGHUP; finished work is kept.
    HungUp,
    /// 130: stopped by SIGINT; finished work is kept.
    Interrupted,
    /// 143: stopped by SIGTERM; finished work is kept.
    Terminated,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::GoesOn => 3,
            Self::HungUp => 129,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub enum CommandError {
    /// Wrong arguments or settings: what, where, what to do.
    Usage(Text),
    /// A failure: what, where, what to do.
    Failed(Text),
    /// A server is unavailable and may come back by itself, for example while it starts.
    Away(Text),
    /// Other processes go on with the work; this one could not look on any longer.
    GoesOn(Text),
    /// The output cannot be written. A closed pipe is not an error.
    Output(io::Error),
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Failed(text) | Self::Away(text) | Self::GoesOn(text) => {
                text.fmt(f)
            }
            Self::Output(_) => f.write_str("the output cannot be written"),
        }
    }
}

impl std::error::Error for CommandError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Output(error) => Some(error),
            Self::Usage(_) | Self::Failed(_) | Self::Away(_) | Self::GoesOn(_) => None,
        }
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl CommandError {
    /// The message to print, if any, and the exit code.
    pub fn verdict(&self) -> (Option<Text>, Exit) {
        match self {
            Self::Usage(text) => (Some(text.clone()), Exit::Usage),
            Self::Failed(text) | Self::Away(text) => (Some(text.clone()), Exit::Failed),
            Self::GoesOn(text) => (Some(text.clone()), Exit::GoesOn),
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => (None, Exit::Done),
            Self::Output(error) => {
                let message = text!(
                    "結果を書き出せません: {error}。ディスクの空きと書き込み権限を確かめてください",
                    "the output cannot be written: {error}; check disk space and permissions",
                    error = cause(&error),
                );
                (Some(message), Exit::Failed)
            }
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::Unavailable(_) => Self::Away,
            StoreError::Unusable(_) | StoreError::Newer { .. } | StoreError::Sealed { .. } => {
                Self::Usage
            }
            StoreError::Damaged(_) => Self::Failed,
        };
        let message = match error {
            StoreError::Unavailable(why) => text!(
                "データベースをいま使えません({why})。少し待ってから、もう一度実行してください",
                "the database is not available now ({why}): wait a moment and try again",
                why = cause(&why),
            ),
            StoreError::Unusable(why) => text!(
                "データベースを使えません({why})。DATABASE_URL、ディスクの空き、書き込み権限を確かめてください。miseban doctor で調べられます",
                "the database cannot be used ({why}): check DATABASE_URL, disk space and permissions; miseban doctor finds the cause",
                why = cause(&why),
            ),
            StoreError::Sealed { another: true } => text!(
                "データベースのトークンは別の鍵で暗号化されています。TOKEN_KEY(または TOKEN_KEY_FILE)を元の鍵に戻すか、鍵を替えるところなら元の鍵を TOKEN_KEY_OLD に設定してください。何も変えていません",
                "the tokens in the database are encrypted with another key: set TOKEN_KEY (or TOKEN_KEY_FILE) to that key again, or set TOKEN_KEY_OLD to it while you change keys; nothing was changed"
            ),
            StoreError::Sealed { another: false } => text!(
                "データベースのトークンは暗号化されていますが、鍵が設定されていません。TOKEN_KEY(または TOKEN_KEY_FILE)にその鍵を設定してください。何も変えていません",
                "the tokens in the database are encrypted, and no key is set: set TOKEN_KEY (or TOKEN_KEY_FILE) to the key; nothing was changed"
            ),
            StoreError::Newer { found, known } => text!(
                "データベースは新しい店番が書いたもの(データ形式 {found})で、このプログラムはデータ形式 {known} までしか扱えません。新しいプログラムを使ってください",
                "the database was written by a newer Miseban (schema version {found}); this program knows up to {known}: use the newer program"
            ),
            StoreError::Damaged(what) => text!(
                "データベースに読めない値があります({what})。バックアップから戻してください",
                "the database holds a value that cannot be read ({what}): restore it from a backup",
                what = cause(&what),
            ),
        };
        kind(message)
    }
}

impl From<CacheError> for CommandError {
    fn from(CacheError(why): CacheError) -> Self {
        Self::Failed(text!(
            "キャッシュが応答しません({why})。少し待ってから、もう一度実行してください",
            "the cache does not respond ({why}): wait a moment and try again",
            why = cause(&why),
        ))
    }
}

impl From<QueueError> for CommandError {
    fn from(QueueError(why): QueueError) -> Self {
        Self::Failed(text!(
            "キューが応答しません({why})。少し待ってから、もう一度実行してください",
            "the queue does not respond ({why}): wait a moment and try again",
            why = cause(&why),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_no_error() {
        let error = CommandError::Output(io::Error::from(io::ErrorKind::BrokenPipe));

        assert_eq!(error.verdict(), (None, Exit::Done));
    }

    #[test]
    fn a_full_disk_is_reported_and_fails() {
        let error = CommandError::Output(io::Error::from(io::ErrorKind::StorageFull));

        let (message, exit) = error.verdict();

        assert!(message.is_some());
        assert_eq!(exit, Exit::Failed);
    }
}
