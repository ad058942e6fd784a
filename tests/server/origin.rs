//! Which pages may open a socket.

use tokio_tungstenite::tungstenite::Error;

use crate::support::TestServer;
use crate::support::client::Client;

#[tokio::test]
async fn only_pages_of_this_server_and_its_public_address_get_a_socket() {
    let server = TestServer::with(&["--public-url", "https://call.example"]).await;
    let own = format!("http://{}", server.address);
    let other_port = format!("http://127.0.0.1:{}", server.address.port() ^ 1);
    let cases = [
        (Some(own.as_str()), true),
        (Some("https://call.example"), true),
        (Some("https://evil.example"), false),
        (Some("https://sub.call.example"), false),
        (Some("https://call.example:8443"), false),
        (Some(&other_port), false),
        (Some("null"), false),
        (None, false),
    ];
    for (origin, admitted) in cases {
        match Client::connect_from(&server, origin).await {
            Ok(_) => assert!(admitted, "{origin:?}"),
            Err(Error::Http(response)) => {
                assert!(!admitted, "{origin:?}");
                assert_eq!(response.status(), 403);
            }
            Err(other) => panic!("{origin:?}: {other}"),
        }
    }
}
