//! The platforms that an account can be on.

use shared::domain::platform::Platform;
use ui::message::{Text, text};

/// The platforms that an account may name.
pub const PLATFORMS: [&str; 1] = ["base"];

/// The platform of this name.
pub(crate) fn known_platform(name: &str) -> Result<Platform, Text> {
    let known = Platform::parse(name).ok();
    let known = known.filter(|platform| PLATFORMS.contains(&platform.as_str()));
    known.ok_or_else(unknown_platform)
}

/// Names the known platforms to a person who wrote another one.
pub(crate) fn unknown_platform() -> Text {
    let known = PLATFORMS.join(", ");
    text!(
        "この platform は使えません。使えるのは: {known}",
        "there is no such platform; there are: {known}"
    )
}
