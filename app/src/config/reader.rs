//! Reads one setting after the other and collects all errors, so that a person corrects the
//! settings once and not one by one.

use super::source::{Given, Source};
use super::table::{Setting, TypedSetting};
use ui::message::{Text, text};

/// No number that a setting accepts is longer.
const LONGEST_SHOWN: usize = 12;

/// Reads settings from one [`Source`] and keeps the errors.
pub struct Reader<'a> {
    source: &'a Source,
    refused: Vec<&'static str>,
    errors: Vec<Text>,
}

impl<'a> Reader<'a> {
    /// Reads from `source`.
    pub fn new(source: &'a Source) -> Self {
        Self {
            source,
            refused: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// The value of a setting that has a default; the default also after an error was noted.
    pub fn read<T>(&mut self, setting: &TypedSetting<T>) -> T {
        let given = self.optional(setting);
        given.unwrap_or_else(|| setting.default_value())
    }

    /// The value of a setting that may be missing; `None` also after an error was noted.
    pub fn optional<T>(&mut self, setting: &TypedSetting<T>) -> Option<T> {
        let given = self.source.get(setting)?;
        if in_quotation_marks(&given.value) {
            self.refuse_marks(setting, given);
            return None;
        }
        let value = (setting.parse)(&given.value);
        if value.is_none() {
            self.refuse(setting, given);
        }
        value
    }

    /// Whether the setting has a value in the environment or the file.
    pub fn is_given(&self, setting: &Setting) -> bool {
        self.source.get(setting).is_some()
    }

    /// Whether an error was noted for the value of `setting`.
    pub fn is_refused(&self, setting: &Setting) -> bool {
        self.refused.contains(&setting.name)
    }

    /// Notes that the given value of `setting` does not go together with another setting.
    pub fn reject(&mut self, setting: &Setting) {
        if let Some(given) = self.source.get(setting) {
            self.refuse(setting, given);
        }
    }

    /// Notes that two settings contradict each other.
    pub fn conflict(&mut self, error: Text) {
        self.errors.push(error);
    }

    /// All errors, in the order in which they were noted.
    pub fn into_errors(self) -> Vec<Text> {
        self.errors
    }

    fn refuse_marks(&mut self, setting: &Setting, given: &Given) {
        let name = setting.name;
        let from = given.origin.text();
        let (from_ja, from_en) = (from.ja, from.en);
        self.refused.push(name);
        self.errors.push(text!(
            "設定 {name}({from_ja})の値が引用符で囲まれています。引用符も値の一部になるので、取ってください",
            "the value of setting {name} ({from_en}) is in quotation marks, which count as a part of it: remove them"
        ));
    }

    fn refuse(&mut self, setting: &Setting, given: &Given) {
        let (name, (accepts_ja, accepts_en)) = (setting.name, setting.accepts);
        let from = given.origin.text();
        let (from_ja, from_en) = (from.ja, from.en);
        let value = shown(setting, &given.value);
        self.refused.push(name);
        self.errors.push(text!(
            "設定 {name}{value}({from_ja})は使えません。使える値: {accepts_ja}",
            "setting {name}{value} ({from_en}) is not accepted; accepted: {accepts_en}"
        ));
    }
}

/// An environment file of Docker keeps the marks that a shell removes.
pub(crate) fn in_quotation_marks(value: &str) -> bool {
    const MARKS: [char; 9] = ['"', '\'', '`', '“', '”', '‘', '’', '「', '」'];
    value.chars().count() > 1 && value.starts_with(MARKS) && value.ends_with(MARKS)
}

/// The value for a message, if it is a number: any other may be a secret that got into a wrong line.
fn shown(setting: &Setting, value: &str) -> String {
    let numeric = |c: char| c.is_ascii_digit() || ".,:-%".contains(c);
    if setting.secret || value.len() > LONGEST_SHOWN || !value.chars().all(numeric) {
        return String::new();
    }
    format!(" = {value:?}")
}
