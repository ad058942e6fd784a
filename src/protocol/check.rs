//! What somebody who tests their connection gets from `POST /api/check`.

use serde::{Deserialize, Serialize};

use super::IceServer;

/// The servers to try, and a credential that is good for a check and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInvitation {
    /// STUN, then TURN with its addresses in the order UDP, TCP, TLS; empty where the server is none.
    pub ice_servers: Vec<IceServer>,
    /// STUN at the same host, another port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative_stun: Option<String>,
    /// The relay does not know under which address others reach it: it helps inside its own network only.
    pub address_unknown: bool,
    /// Calls are told of further servers, which a check is not.
    pub other_servers: bool,
    /// The server's time, in milliseconds since 1970.
    pub now_ms: u64,
    /// When the credential expires.
    pub expires_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_this_json() {
        let turn = IceServer {
            urls: vec!["turn:call.example:3478?transport=udp".into()],
            username: Some("1700000120:check-00000000000000ff".into()),
            credential: Some("secret".into()),
        };
        let invitation = CheckInvitation {
            ice_servers: vec![turn],
            alternative_stun: Some("stun:call.example:3479".into()),
            address_unknown: false,
            other_servers: true,
            now_ms: 1_700_000_000_000,
            expires_ms: 1_700_000_120_000,
        };
        let json = r#"{"ice_servers":[{"urls":["turn:call.example:3478?transport=udp"],"username":"1700000120:check-00000000000000ff","credential":"secret"}],"alternative_stun":"stun:call.example:3479","address_unknown":false,"other_servers":true,"now_ms":1700000000000,"expires_ms":1700000120000}"#;
        assert_eq!(serde_json::to_string(&invitation).unwrap(), json);
        assert_eq!(serde_json::from_str::<CheckInvitation>(json).unwrap(), invitation);
    }
}
