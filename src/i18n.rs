//! The words of the interface: one table a language, of one type, so that a missing sentence does not compile.
//!
//! Pure. Sentences are written for each language, not translated word by word. Say what happened, then what to do; no
//! codes, no blame, at most two sentences. Where a sentence holds a name or a number, the table has `{}`: see [`fill`].

mod check;
mod connection;
mod en;
mod quality;
mod words;
mod zh;

pub use check::CheckWords;
pub use words::Words;

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 简体中文.
    ZhHans,
}

impl Lang {
    /// Every language, in the order of the menu.
    pub const ALL: [Self; 2] = [Self::En, Self::ZhHans];

    /// The BCP 47 tag: `<html lang>`, and the value of the cookie.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhHans => "zh-Hans",
        }
    }

    /// What those who speak it call it.
    pub fn endonym(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhHans => "简体中文",
        }
    }

    /// The language of a BCP 47 tag, if it is one of ours. Every Chinese reads 简体中文 until there is another.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else if primary.eq_ignore_ascii_case("zh") {
            Some(Self::ZhHans)
        } else {
            None
        }
    }

    /// The language for a request: what was chosen (the cookie `lang`), else the first that the browser prefers
    /// (`Accept-Language`, RFC 9110, section 12.5.4), else English.
    pub fn negotiate(cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        cookie.and_then(Self::from_tag).or_else(|| preferred(accept_language?)).unwrap_or_default()
    }

    /// The words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::ZhHans => &zh::WORDS,
        }
    }
}

/// Puts a name or a number into a sentence that has `{}`.
pub fn fill(sentence: &str, value: &str) -> String {
    sentence.replacen("{}", value, 1)
}

/// The title of the tab with a number in front, in place of one that is there already.
pub fn counted(title: &str, count: u32) -> String {
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let before = title.strip_prefix('(').and_then(|rest| rest.split_once(") ")).filter(|(number, _)| is_number(number));
    let plain = before.map_or(title, |(_, rest)| rest);
    if count == 0 { plain.to_owned() } else { ["(", &count.to_string(), ") ", plain].concat() }
}

fn preferred(accept_language: &str) -> Option<Lang> {
    let mut best: Option<(Lang, u32)> = None;
    for range in accept_language.split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = weight(parameters);
        let is_better = best.is_none_or(|(_, other)| weight > other);
        if let Some(lang) = Lang::from_tag(tag).filter(|_| weight > 0 && is_better) {
            best = Some((lang, weight));
        }
    }
    best.map(|(lang, _)| lang)
}

/// `q=0.8` in thousandths: no parameter is 1,000, nonsense is 0.
fn weight(parameters: &str) -> u32 {
    let Some((_, q)) = parameters.split_once('=') else { return 1_000 };
    match q.trim().parse::<f32>() {
        Ok(q) if (0.0..=1.0).contains(&q) => (q * 1_000.0) as u32,
        Ok(_) | Err(_) => 0,
    }
}

#[cfg(test)]
mod tests;
