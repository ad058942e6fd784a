//! What a connection measures about itself: `getStats()`, read into plain numbers. No address leaves this module.
//! It runs every few seconds for each connection, so nothing is looked at twice.
//!
//! Browsers differ: an older Firefox has no `transport` entry and marks the pair in use as `selected`.

use js_sys::Map;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::RtcPeerConnection;

use super::bindings::{get, settle};
use crate::call::path::{CandidateKind, Chosen, End, PathStats, Transport, is_public};
use crate::call::quality::Codec;

/// Measures a connection.
pub async fn read(connection: &RtcPeerConnection) -> Result<PathStats, JsValue> {
    let report: Map = settle(connection.get_stats()).await?.unchecked_into();
    let mut stats = PathStats::default();
    let mut selected = JsValue::UNDEFINED;
    let mut transport = None;
    report.for_each(&mut |entry, _| match text(&entry, "type").as_deref() {
        Some("transport") => {
            transport = number(&entry, "packetsReceived");
            selected = report.get(&get(&entry, "selectedCandidatePairId"));
        }
        Some("candidate-pair") => {
            let works = text(&entry, "state").as_deref() == Some("succeeded");
            stats.tried.all += 1;
            stats.tried.working += u32::from(works);
            let is_used = get(&entry, "selected").is_truthy() || (works && get(&entry, "nominated").is_truthy());
            if selected.is_undefined() && is_used {
                selected = entry;
            }
        }
        Some("inbound-rtp") => {
            stats.media_packets += count(&entry, "packetsReceived");
            stats.media_lost += count(&entry, "packetsLost");
            let size = number(&entry, "frameWidth").zip(number(&entry, "frameHeight"));
            match size.map(|(width, height)| (width as u32, height as u32)) {
                // Sound: a picture's packets come in bursts, which is no fault of the path's.
                None => stats.flow.jitter_ms = stats.flow.jitter_ms.max(milliseconds(&entry, "jitter")),
                size if size > stats.flow.size => {
                    stats.flow.size = size;
                    let codec = report.get(&get(&entry, "codecId"));
                    stats.flow.codec = text(&codec, "mimeType").as_deref().and_then(Codec::parse);
                }
                Some(_) => {}
            }
        }
        Some("remote-inbound-rtp") => {
            if stats.round_trip_ms.is_none() {
                stats.round_trip_ms = milliseconds(&entry, "roundTripTime");
            }
            let lost = number(&entry, "fractionLost").map(|share| (share * 1_000.0) as u32);
            stats.flow.lost_there_permille = stats.flow.lost_there_permille.max(lost);
        }
        _ => {}
    });
    stats.packets = transport.map_or(stats.media_packets, |packets| packets as u64);
    if selected.is_truthy() {
        stats.round_trip_ms = milliseconds(&selected, "currentRoundTripTime").or(stats.round_trip_ms);
        // Firefox counts bytes only, and no requests.
        let signs = ["responsesReceived", "requestsReceived", "bytesReceived"];
        stats.signs = signs.iter().map(|name| count(&selected, name)).sum();
        stats.flow.bytes_in = count(&selected, "bytesReceived");
        stats.flow.bytes_out = count(&selected, "bytesSent");
        stats.chosen = chosen(&report, &selected);
    }
    Ok(stats)
}

fn chosen(report: &Map, pair: &JsValue) -> Option<Chosen> {
    let local = report.get(&get(pair, "localCandidateId"));
    let remote = report.get(&get(pair, "remoteCandidateId"));
    let transport = match text(&local, "relayProtocol").as_deref() {
        Some("udp") => Some(Transport::Udp),
        Some("tcp") => Some(Transport::Tcp),
        Some("tls") => Some(Transport::Tls),
        _ => None,
    };
    Some(Chosen { local: end(&local)?, remote: end(&remote)?, transport })
}

fn end(candidate: &JsValue) -> Option<End> {
    let kind = CandidateKind::parse(&text(candidate, "candidateType")?)?;
    Some(End { kind, public: text(candidate, "address").is_some_and(|address| is_public(&address)) })
}

fn text(entry: &JsValue, name: &str) -> Option<String> {
    get(entry, name).as_string()
}

fn number(entry: &JsValue, name: &str) -> Option<f64> {
    get(entry, name).as_f64()
}

/// Some counts go below zero for a while: a packet that came twice.
fn count(entry: &JsValue, name: &str) -> u64 {
    number(entry, name).unwrap_or_default() as u64
}

fn milliseconds(entry: &JsValue, name: &str) -> Option<u32> {
    number(entry, name).map(|seconds| (seconds * 1_000.0).round() as u32)
}
