//! Browsers inside other apps, known by what they call themselves (RFC 9110, section 10.1.5). Many have no camera, no WebRTC, or
//! forget the page as soon as one looks away: calls are for the system's own browser.

/// An app that opens links in itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InApp {
    /// 微信.
    WeChat,
    /// QQ.
    Qq,
    /// 钉钉.
    DingTalk,
    /// 微博.
    Weibo,
    /// Facebook, and its Messenger.
    Facebook,
    /// Instagram.
    Instagram,
    /// LINE.
    Line,
    /// TikTok, and 抖音.
    TikTok,
    /// Snapchat.
    Snapchat,
    /// LinkedIn.
    LinkedIn,
}

/// What gives an app away. WeChat's parts name QQ's browser, and Instagram's name Facebook's: so the order counts.
const SIGNS: [(&str, InApp); 14] = [
    ("MicroMessenger/", InApp::WeChat),
    ("WindowsWechat", InApp::WeChat),
    ("DingTalk/", InApp::DingTalk),
    ("Weibo", InApp::Weibo),
    (" QQ/", InApp::Qq),
    ("Instagram ", InApp::Instagram),
    ("FBAN/", InApp::Facebook),
    ("FBAV/", InApp::Facebook),
    (" Line/", InApp::Line),
    ("BytedanceWebview", InApp::TikTok),
    ("musical_ly", InApp::TikTok),
    ("aweme", InApp::TikTok),
    ("Snapchat", InApp::Snapchat),
    ("LinkedInApp", InApp::LinkedIn),
];

/// The app in whose browser a page is, if it is in one.
pub fn in_app(user_agent: &str) -> Option<InApp> {
    SIGNS.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, app)| *app)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANDROID: &str =
        "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0";
    const IPHONE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";

    #[test]
    fn browsers_inside_apps_are_known() {
        for (system, end, app) in [
            (IPHONE, "Mobile/15E148 MicroMessenger/8.0.49(0x1800312c) NetType/WIFI Language/zh_CN", InApp::WeChat),
            (
                ANDROID,
                "Chrome/126.0 MQQBrowser/6.2 TBS/046 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.49",
                InApp::WeChat,
            ),
            (
                ANDROID,
                "MQQBrowser/6.2 TBS/045 Mobile Safari/537.36 V1_AND_SQ_9.0 QQ/9.0.20.15515 NetType/4G",
                InApp::Qq,
            ),
            (ANDROID, "Mobile Safari/537.36 AliApp(DingTalk/7.5.0) com.alibaba.android.rimet", InApp::DingTalk),
            (IPHONE, "Mobile/15E148 Weibo (iPhone15,2__weibo__14.3.0)", InApp::Weibo),
            (IPHONE, "Mobile/15E148 [FBAN/FBIOS;FBAV/458.0.0.33.110;FBDV/iPhone15,2]", InApp::Facebook),
            (ANDROID, "Chrome/124.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/460.0.0.40.109;]", InApp::Facebook),
            (IPHONE, "Mobile/15E148 Instagram 327.1.6.31.90 (iPhone15,2; FBAV/1)", InApp::Instagram),
            (IPHONE, "Mobile/15E148 Safari Line/14.4.0", InApp::Line),
            (ANDROID, "Chrome/124.0 Mobile Safari/537.36 trill_340205 BytedanceWebview/d8a21c6", InApp::TikTok),
            (IPHONE, "Mobile/15E148 Snapchat/12.80.0.44", InApp::Snapchat),
            (IPHONE, "Mobile/15E148 [LinkedInApp]/9.29.7962", InApp::LinkedIn),
        ] {
            assert_eq!(in_app(&[system, end].join(" ")), Some(app), "{end}");
        }
    }

    #[test]
    fn systems_own_browsers_are_not_taken_for_others() {
        for end in [
            "Version/17.4 Mobile/15E148 Safari/604.1",
            "Chrome/126.0.0.0 Mobile Safari/537.36",
            "CriOS/126.0.6478.35 Mobile/15E148 Safari/604.1",
            "Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0",
            "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
            "Chrome/100.0 MQQBrowser/14.9 Mobile Safari/537.36",
            "Firefox/153.0 Online/1 Linear/2",
        ] {
            assert_eq!(in_app(&[ANDROID, end].join(" ")), None, "{end}");
        }
        assert_eq!(in_app(""), None);
    }
}
