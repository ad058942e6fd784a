//! How large a picture each peer is sent, of the camera and of a shared screen.

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

/// The encoding of a shared screen for each peer in a call of this many people.
///
/// Never scaled down: small letters are what it is for (`contentHint: detail` has browsers keep the size when bits are short,
/// and let the rate drop). What does not move costs next to nothing, so these are ceilings that scrolling reaches.
pub fn screen_encoding(people: usize) -> VideoEncoding {
    let (max_bitrate_bps, max_fps) = match people {
        0..=2 => (2_500_000, 15),
        3 => (1_500_000, 12),
        4 => (1_000_000, 10),
        5..=6 => (600_000, 8),
        _ => (400_000, 5),
    };
    VideoEncoding { max_bitrate_bps, scale_down_by: 1, max_fps }
}

/// The encoding of the camera beside one's own shared screen: everybody looks at the screen, so it goes first.
pub fn video_encoding_beside_screen(people: usize) -> VideoEncoding {
    video_encoding(2 * people)
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

    #[test]
    fn a_screen_takes_at_most_twice_as_much_and_is_never_scaled() {
        for people in 2..=8_usize {
            let (screen, camera) = (screen_encoding(people), video_encoding_beside_screen(people));
            let sum = (screen.max_bitrate_bps + camera.max_bitrate_bps) as usize * (people - 1);
            assert!(sum <= 5_000_000, "{people}: {sum}");
            assert_eq!(screen.scale_down_by, 1);
            assert!(camera.max_bitrate_bps <= screen.max_bitrate_bps && screen.max_fps >= 5);
        }
    }
}
