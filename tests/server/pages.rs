//! Pages and their files, as a browser, a link preview or a search engine gets them.

use std::io::Read;

use confab::i18n::Lang;

use crate::support::client::Client;
use crate::support::http::{Answer, get, get_with};
use crate::support::{TestServer, room};

#[tokio::test]
async fn a_room_page_is_whole_without_scripts_and_keeps_the_rooms_name_out_of_previews() {
    let server = TestServer::start().await;
    let page = get(server.address, "/r/plan-zebra").await;
    assert_eq!(page.status, 200);
    let html = page.text();
    for piece in [
        "<!DOCTYPE html>",
        "<title>",
        r#"<html lang="en">"#,
        "og:title",
        "og:description",
        "Your name",
        "Join",
        "<noscript>",
    ] {
        assert!(html.contains(piece), "{piece}");
    }
    let described = html.split('<').filter(|tag| tag.starts_with("meta ")).collect::<Vec<_>>();
    assert!(described.iter().any(|tag| tag.contains(r#"name="description""#)));
    assert!(described.iter().all(|tag| !tag.contains("zebra")), "{described:?}");
}

#[tokio::test]
async fn the_home_page_offers_a_new_meeting() {
    let server = TestServer::start().await;
    let page = get(server.address, "/").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.text().contains("New meeting"));
}

#[tokio::test]
async fn the_connection_check_is_a_page_like_the_others() {
    let server = TestServer::start().await;
    let page = get(server.address, "/check").await;
    assert_eq!((page.status, page.header("cache-control")), (200, Some("no-store")));
    for piece in
        ["<title>Connection check · Confab</title>", "Start the check", "Relay over TLS", "aria-label=\"Checks\""]
    {
        assert!(page.text().contains(piece), "{piece}");
    }
    assert!(page.header("content-security-policy").is_some_and(|policy| policy.contains("connect-src 'self'")));
    for from in ["/", "/r/standup"] {
        assert!(get(server.address, from).await.text().contains("href=\"/check\""), "{from}");
    }
}

#[tokio::test]
async fn the_language_is_the_cookies_or_else_the_browsers() {
    let server = TestServer::start().await;
    let cases = [
        ("", "en"),
        ("Accept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\n", "zh"),
        ("Accept-Language: fr, en;q=0.5\r\n", "en"),
        ("Accept-Language: fr, de-AT;q=0.7, en;q=0.5\r\n", "de"),
        ("Accept-Language: en\r\nCookie: a=b; lang=zh-CN\r\n", "zh"),
        ("Accept-Language: zh-CN\r\nCookie: lang=en\r\n", "en"),
        ("Accept-Language: zh-CN\r\nCookie: lang=%00\r\n", "zh"),
    ];
    for (headers, lang) in cases {
        let page = get_with(server.address, "/", headers).await;
        let start = format!(r#"<html lang="{lang}"#);
        assert!(page.text().contains(&start), "{headers:?}: {:.80}", page.text());
    }
}

#[tokio::test]
async fn a_page_names_the_words_of_its_language_to_be_loaded_once_and_kept() {
    let server = TestServer::start().await;
    for (path, name, lines) in
        [("/r/call", "words", Lang::lines as fn(Lang) -> String), ("/check", "check", Lang::check_lines)]
    {
        for lang in Lang::ALL {
            let page = get_with(server.address, path, &format!("Cookie: lang={}\r\n", lang.code())).await;
            let page = page.text();
            let address = format!("/assets/{name}.{}.", lang.code());
            let (_, rest) = page.split_once(&format!("fetch(\"{address}")).expect("the words are fetched");
            let (hash, _) = rest.split_once('"').expect("an address");
            let words = get(server.address, &(address + hash)).await;
            assert_eq!((words.status, words.header("content-type")), (200, Some("text/plain; charset=utf-8")));
            assert!(words.header("cache-control").is_some_and(|caching| caching.contains("immutable")));
            assert_eq!(words.text(), lines(lang));
        }
    }
}

#[tokio::test]
async fn pages_are_not_stored_not_framed_and_tell_nobody_where_one_was() {
    let server = TestServer::start().await;
    let page = get(server.address, "/r/call").await;
    let expected = [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("x-robots-tag", "noindex"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), \
             usb=(), serial=(), hid=(), midi=()",
        ),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in expected {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    assert_eq!(get(server.address, "/").await.header("x-robots-tag"), None);
}

#[tokio::test]
async fn every_script_carries_the_nonce_of_its_page_and_no_two_pages_share_one() {
    let server = TestServer::start().await;
    let mut nonces = Vec::new();
    for path in ["/", "/r/call", "/nowhere"] {
        let page = get(server.address, path).await;
        let policy = page.header("content-security-policy").expect("a policy").to_owned();
        let nonce =
            policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce").to_owned();
        let scripts: Vec<&str> = page.text().split("<script").skip(1).collect();
        assert!(!scripts.is_empty());
        for script in scripts {
            let tag = script.split('>').next().expect("a tag");
            assert!(tag.contains(&format!(r#"nonce="{nonce}""#)), "{path}: {tag}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        nonces.push(nonce);
    }
    nonces.dedup();
    assert_eq!(nonces.len(), 3);
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let server = TestServer::start().await;
    for path in ["/nowhere", "/r/", "/r/no_room", "/m/short", "/r/a/b", "/assets/nothing.js", "/assets/../Cargo.toml"] {
        let page = get(server.address, path).await;
        assert_eq!(page.status, 404, "{path}");
    }
    let page = get(server.address, "/nowhere").await;
    assert!(page.text().contains(r#"href="/""#), "a way back");
}

#[tokio::test]
async fn every_way_of_writing_a_room_leads_to_its_one_address() {
    let server = TestServer::start().await;
    let sealed = "/m/abcd-efgh-abcd-efgh-abcd-efgh-abcd-efgh";
    let cases = [
        ("/r/StandUp", "/r/standup"),
        ("/r/standup/", "/r/standup"),
        ("/m/ABCDEFGHABCDEFGHABCDEFGHABCDEFGH", sealed),
        ("/r/StandUp?from=mail", "/r/standup?from=mail"),
    ];
    for (from, to) in cases {
        let answer = get(server.address, from).await;
        assert_eq!((answer.status, answer.header("location")), (308, Some(to)), "{from}");
    }
    assert_eq!(get(server.address, sealed).await.status, 200);
}

#[tokio::test]
async fn a_page_says_nothing_about_who_is_in_the_room() {
    let server = TestServer::start().await;
    let before = without_nonce(&get(server.address, "/r/call").await);
    let (_ada, _) = Client::joined(&server, &room("r/call"), "Ada").await;
    assert_eq!(without_nonce(&get(server.address, "/r/call").await), before);
}

#[tokio::test]
async fn files_are_kept_for_ever_and_come_packed_as_asked() {
    let server = TestServer::start().await;
    let page = get(server.address, "/").await;
    let mut seen = 0;
    for url in page.text().split('"').filter(|text| text.starts_with("/assets/")) {
        let plain = get(server.address, url).await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "{url}");
        assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(plain.header("vary"), Some("accept-encoding"));
        assert_eq!(plain.header("content-type"), Some(content_type(url)), "{url}");
        seen += 1;
        if url.ends_with(".png") {
            let answer = get_with(server.address, url, "Accept-Encoding: br\r\n").await;
            assert_eq!((answer.header("content-encoding"), &answer.body[1..4]), (None, &b"PNG"[..]), "{url}");
            continue;
        }
        for (asked, coding) in [("br, gzip", "br"), ("gzip, deflate", "gzip"), ("gzip, br;q=0", "gzip")] {
            let packed = get_with(server.address, url, &format!("Accept-Encoding: {asked}\r\n")).await;
            assert_eq!(packed.header("content-encoding"), Some(coding), "{url} {asked}");
            assert!(packed.body.len() < plain.body.len(), "{url} {asked}");
        }
    }
    assert!(seen >= 5, "glue, WASM, style, two icons");
}

#[tokio::test]
async fn what_an_installed_app_needs_is_at_the_root_and_asked_for_each_time() {
    let server = TestServer::start().await;
    let page = get(server.address, "/").await;
    assert!(page.text().contains(r#"<link rel="manifest" href="/manifest.webmanifest""#));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("manifest-src 'self'") && policy.contains("worker-src 'self'"), "{policy}");
    let is_asked_for = |answer: &Answer| answer.text().contains("serviceWorker");
    assert!(is_asked_for(&page) && !is_asked_for(&get(server.address, "/r/call").await));

    let manifest = get_with(server.address, "/manifest.webmanifest", "Accept-Language: zh-CN\r\n").await;
    assert_eq!(manifest.header("content-type"), Some("application/manifest+json"));
    assert_eq!(manifest.header("cache-control"), Some("no-cache"));
    let told: serde_json::Value = serde_json::from_slice(&manifest.body).expect("JSON");
    assert_eq!((&told["lang"], &told["display"]), (&"zh-Hans".into(), &"standalone".into()));
    for icon in told["icons"].as_array().expect("icons") {
        let url = icon["src"].as_str().expect("an address");
        let answer = get(server.address, url).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, icon["type"].as_str()), "{url}");
    }

    let worker = get(server.address, "/worker.js").await;
    assert_eq!(worker.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!((worker.status, worker.header("cache-control")), (200, Some("no-cache")));
}

#[tokio::test]
async fn pages_come_packed_as_asked() {
    let server = TestServer::start().await;
    let plain = get(server.address, "/r/call").await;
    assert_eq!(plain.header("content-encoding"), None);
    let gzip = get_with(server.address, "/r/call", "Accept-Encoding: gzip\r\n").await;
    assert_eq!((gzip.header("content-encoding"), &gzip.body[..2]), (Some("gzip"), &[0x1f, 0x8b][..]));
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(&gzip.body[..]).read_to_string(&mut unpacked).expect("gzip");
    assert_eq!(unpacked.len(), plain.body.len());
    let brotli = get_with(server.address, "/r/call", "Accept-Encoding: gzip, br\r\n").await;
    assert_eq!(brotli.header("content-encoding"), Some("br"));
    let mut unpacked = String::new();
    brotli::Decompressor::new(&brotli.body[..], 4096).read_to_string(&mut unpacked).expect("brotli");
    assert!(unpacked.len() == plain.body.len() && brotli.body.len() * 2 < plain.body.len());
}

#[tokio::test]
async fn machines_can_ask_how_it_is() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(server.address, path).await.status, 200, "{path}");
    }
}

fn content_type(url: &str) -> &'static str {
    match url.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        other => panic!("{other:?}"),
    }
}

fn without_nonce(page: &Answer) -> String {
    let nonce = page
        .header("content-security-policy")
        .and_then(|policy| policy.split('\'').find(|part| part.starts_with("nonce-")));
    page.text().replace(nonce.expect("a nonce").trim_start_matches("nonce-"), "")
}
