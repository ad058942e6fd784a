//! How large a picture each peer is sent.

/// How a picture is sent to one peer (RTCRtpEncodingParameters).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoEncoding {
    /// `maxBitrate`, bit/s.
    pub max_bitrate_bps: u32,
    /// `scaleResolutionDownBy`, from a camera of 1280 x 720.
    pub scale_down_by: u8,
    /// `maxFramerate`, 1/s.
    pub max_fps: u8,
}

/// The encoding for each peer in a call of this many people (oneself included).
///
/// Each peer has an encoder and an uplink share of its own, so the sum over the peers stays near 2 Mbit/s: what a common
/// home uplink carries, and what a laptop encodes. Rates for each size: W3C `maxBitrate` in bit/s, VP8.
pub fn video_encoding(people: usize) -> VideoEncoding {
    let (max_bitrate_bps, scale_down_by, max_fps) = match people {
        0..=2 => (1_500_000, 1, 30),
        3 => (800_000, 1, 25),
        4 => (500_000, 2, 25),
        5..=6 => (350_000, 2, 20),
        _ => (250_000, 3, 20),
    };
    VideoEncoding { max_bitrate_bps, scale_down_by, max_fps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uplink_of_any_call_stays_under_two_and_a_half_megabit() {
        for people in 2..=8_usize {
            let sum = video_encoding(people).max_bitrate_bps as usize * (people - 1);
            assert!((1_000_000..=2_500_000).contains(&sum), "{people}: {sum}");
        }
    }
}
