//! The settings of the Chatwork channel.

use super::reader::Reader;
use super::table as t;
use super::values::address;
use secrecy::SecretString;
use ui::message::text;

/// A Chatwork room that receives the notices.
#[derive(Debug, Clone)]
pub struct ChatworkRoom {
    /// The address of the API, without a slash at the end.
    pub base_url: String,
    /// The API token.
    pub token: SecretString,
    /// The id of the room.
    pub room_id: String,
}

impl ChatworkRoom {
    /// `None` when neither token nor room is set: nothing is sent then.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let base_url = reader.read(&t::CHATWORK_BASE_URL);
        let token = reader.optional(&t::CHATWORK_TOKEN);
        let room_id = reader.optional(&t::CHATWORK_ROOM_ID);
        if reader.is_given(&t::CHATWORK_TOKEN) != reader.is_given(&t::CHATWORK_ROOM_ID) {
            reader.conflict(text!(
                "CHATWORK_TOKEN と CHATWORK_ROOM_ID は両方とも設定してください(送らないなら両方とも空に)",
                "set both CHATWORK_TOKEN and CHATWORK_ROOM_ID, or neither to send nothing"
            ));
        }
        Some(Self {
            base_url: address(&base_url),
            token: token?,
            room_id: room_id?,
        })
    }
}
