//! What the program says to people: Japanese and English side by side, so that neither is forgotten.
//!
//! Every message that the shop keeper may meet is a [`Text`]; [`Failure`] adds the exit code. Logs
//! are for the one who runs the machine and stay in English.

use shared::ports::cache::CacheError;
use shared::ports::queue::QueueError;
use shared::ports::store::StoreError;
use std::fmt;
use std::io;

/// The language of messages and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Reads `ja` or `en`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The one of two texts that is in this language.
    pub fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }
}

/// One message in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// A [`Text`] from two format strings, Japanese first; names are captured as by `format!`.
#[macro_export]
macro_rules! text {
    ($ja:literal, $en:literal $(,)?) => {
        $crate::say::Text {
            ja: format!($ja),
            en: format!($en),
        }
    };
}
pub use crate::text;

impl Text {
    /// The text in `lang`.
    pub fn of(&self, lang: Lang) -> &str {
        lang.pick(&self.ja, &self.en)
    }

    /// One text a line.
    pub fn lines(texts: &[Self]) -> Self {
        let join = |of: fn(&Self) -> &str| texts.iter().map(of).collect::<Vec<_>>().join("\n");
        Self {
            ja: join(|text| &text.ja),
            en: join(|text| &text.en),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// How the program ends when nobody stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: all is done.
    Done,
    /// 1: it was tried and failed, or something is not in order.
    Failed,
    /// 2: wrong use or settings; the person has to change something first.
    Usage,
    /// 130: stopped by SIGINT, work kept.
    Interrupted,
    /// 143: stopped by SIGTERM, work kept.
    Terminated,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Wrong use or settings: what, where, what to do.
    #[error("{0}")]
    Usage(Text),
    /// Tried and failed: what, where, what to do.
    #[error("{0}")]
    Failed(Text),
    /// Tried and failed on something that may come back by itself, such as a server that starts.
    #[error("{0}")]
    Away(Text),
    /// The output cannot be written; a closed pipe is a quiet end.
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
}

impl Failure {
    /// What to print, if anything, and how to end.
    pub fn verdict(&self) -> (Option<Text>, Exit) {
        match self {
            Self::Usage(text) => (Some(text.clone()), Exit::Usage),
            Self::Failed(text) | Self::Away(text) => (Some(text.clone()), Exit::Failed),
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => (None, Exit::Done),
            Self::Output(error) => {
                let said = text!(
                    "結果を書き出せません: {error}。ディスクの空きと書き込み権限を確かめてください",
                    "the output cannot be written: {error}; check disk space and permissions"
                );
                (Some(said), Exit::Failed)
            }
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::Unavailable(_) => Self::Away,
            StoreError::Unusable(_) | StoreError::Newer { .. } | StoreError::Sealed { .. } => {
                Self::Usage
            }
            StoreError::Damaged(_) => Self::Failed,
        };
        let told = match error {
            StoreError::Unavailable(why) => text!(
                "データベースが応答しません({why})。少し待ってから、もう一度実行してください",
                "the database cannot be asked now ({why}): wait a moment and try again"
            ),
            StoreError::Unusable(why) => text!(
                "データベースを使えません({why})。DATABASE_URL、ディスクの空き、書き込み権限を確かめてください。miseban doctor で調べられます",
                "the database cannot be used ({why}): check DATABASE_URL, disk space and permissions; miseban doctor helps"
            ),
            StoreError::Sealed { another: true } => text!(
                "データベースのトークンは別の鍵で封じられています。TOKEN_KEY(または TOKEN_KEY_FILE)を元の鍵に戻すか、鍵を替えるところなら元の鍵を TOKEN_KEY_OLD に設定してください。何も変えていません",
                "the tokens in the database are sealed with another key: set TOKEN_KEY (or TOKEN_KEY_FILE) to that key again, or TOKEN_KEY_OLD to it while you change keys; nothing was changed"
            ),
            StoreError::Sealed { another: false } => text!(
                "データベースのトークンは鍵で封じられていますが、鍵が設定されていません。TOKEN_KEY(または TOKEN_KEY_FILE)にその鍵を設定してください。何も変えていません",
                "the tokens in the database are sealed, and no key is set: set TOKEN_KEY (or TOKEN_KEY_FILE) to the key; nothing was changed"
            ),
            StoreError::Newer { found, known } => text!(
                "データベースは新しい店番が書いたもの(版 {found})で、このプログラムは版 {known} までしか扱えません。新しいプログラムを使ってください",
                "the database was written by a newer Miseban (schema version {found}); this program knows up to {known}: use the newer program"
            ),
            StoreError::Damaged(what) => text!(
                "データベースに読めない値があります({what})。バックアップから戻してください",
                "the database holds a value that cannot be read ({what}): restore it from a backup"
            ),
        };
        kind(told)
    }
}

impl From<CacheError> for Failure {
    fn from(CacheError(why): CacheError) -> Self {
        Self::Failed(text!(
            "キャッシュが応答しません({why})。少し待ってから、もう一度実行してください",
            "the cache cannot be asked ({why}): wait a moment and try again"
        ))
    }
}

impl From<QueueError> for Failure {
    fn from(QueueError(why): QueueError) -> Self {
        Self::Failed(text!(
            "キューが応答しません({why})。少し待ってから、もう一度実行してください",
            "the queue cannot be asked ({why}): wait a moment and try again"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_a_quiet_end() {
        let failure = Failure::Output(io::Error::from(io::ErrorKind::BrokenPipe));

        assert_eq!(failure.verdict(), (None, Exit::Done));
    }

    #[test]
    fn a_full_disk_is_told_and_fails() {
        let failure = Failure::Output(io::Error::from(io::ErrorKind::StorageFull));

        let (said, exit) = failure.verdict();

        assert!(said.is_some());
        assert_eq!(exit, Exit::Failed);
    }
}
