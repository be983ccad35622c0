//! Reads one setting after the other and gathers all that is wrong, so that a person corrects the
//! settings once and not one by one.

use super::source::{Given, Origin, Source};
use super::table::Setting;
use super::values;
use secrecy::SecretString;
use ui::message::{Text, text};

/// See the head of this file.
pub struct Reader<'a> {
    source: &'a Source,
    errors: Vec<Text>,
}

impl<'a> Reader<'a> {
    /// Reads from `source`.
    pub fn new(source: &'a Source) -> Self {
        Self {
            source,
            errors: Vec::new(),
        }
    }

    /// The value of a setting that has a default; `None` only after an error was noted.
    pub fn read<T>(&mut self, setting: &Setting, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        match self.source.get(setting) {
            None => parse(setting.default),
            Some(given) => parse(&given.value).or_else(|| {
                self.refuse(setting, given);
                None
            }),
        }
    }

    /// The value of a setting that may be missing.
    pub fn optional<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.is_given(setting)
            .then(|| self.read(setting, parse))
            .flatten()
    }

    /// A credential.
    pub fn secret(&mut self, setting: &Setting) -> Option<SecretString> {
        self.optional(setting, values::word).map(SecretString::from)
    }

    /// Whether somebody set it.
    pub fn is_given(&self, setting: &Setting) -> bool {
        self.source.get(setting).is_some()
    }

    /// Notes that the value of `setting` is not accepted, be it given or the default.
    pub fn reject(&mut self, setting: &Setting) {
        let given = self.source.get(setting).cloned().unwrap_or(Given {
            value: setting.default.to_owned(),
            origin: Origin::Environment,
        });
        self.refuse(setting, &given);
    }

    /// Notes an error that lies between settings.
    pub fn conflict(&mut self, error: Text) {
        self.errors.push(error);
    }

    /// All that was wrong.
    pub fn into_errors(self) -> Vec<Text> {
        self.errors
    }

    fn refuse(&mut self, setting: &Setting, given: &Given) {
        let (name, (accepts_ja, accepts_en)) = (setting.name, setting.accepts);
        let from = given.origin.text();
        let (from_ja, from_en) = (from.ja, from.en);
        let value = shown(setting, &given.value);
        self.errors.push(text!(
            "設定 {name}{value}({from_ja})は使えません。使える値: {accepts_ja}",
            "setting {name}{value} ({from_en}) is not accepted; accepted: {accepts_en}"
        ));
    }
}

/// The value for a message: nothing of a secret, nor of a URL that may carry a password.
fn shown(setting: &Setting, value: &str) -> String {
    if setting.secret || value.contains('@') {
        return String::new();
    }
    let cut: String = value.chars().take(80).collect();
    format!(" = {cut:?}")
}
