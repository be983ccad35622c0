//! Messages for people: Japanese and English side by side, so that neither is forgotten.
//!
//! Every message that a shop keeper may see is a [`Text`]. Logs are for the operator and are
//! English only.

use std::fmt;

/// The language of messages and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

    /// The text in this language.
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

/// A [`Text`] from two format strings, Japanese first; names are captured as by `format!`. A name that is given a
/// [`Text`] behind them stands for its Japanese in the first one, and for its English in the second one.
#[macro_export]
macro_rules! text {
    ($ja:literal, $en:literal $(,)?) => {
        $crate::message::Text {
            ja: format!($ja),
            en: format!($en),
        }
    };
    ($ja:literal, $en:literal, $($name:ident = $text:expr),+ $(,)?) => {{
        $(let $name: $crate::message::Text = $text;)+
        $crate::message::Text {
            ja: {
                $(let $name = &$name.ja;)+
                format!($ja)
            },
            en: {
                $(let $name = &$name.en;)+
                format!($en)
            },
        }
    }};
}
pub use crate::text;

impl Text {
    /// The text in `lang`.
    pub fn of(&self, lang: Lang) -> &str {
        lang.pick(&self.ja, &self.en)
    }

    /// One line for each text.
    pub fn lines(texts: &[Self]) -> Self {
        let join = |of: fn(&Self) -> &str| texts.iter().map(of).collect::<Vec<_>>().join("\n");
        Self {
            ja: join(|text| &text.ja),
            en: join(|text| &text.en),
        }
    }
}

impl std::error::Error for Text {}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}
