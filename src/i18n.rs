//! The words of the interface: one table a language, of one type, so that a missing sentence does not compile.
//!
//! Pure. Sentences are written for each language, not translated word by word. Say what happened, then what to do; no
//! codes, no blame, at most two sentences. Where a sentence holds a name or a number, the table has `{}`: see [`fill`].
//!
//! A language is a file with its tables (and a page in `trust/`), and a line in the list below. Only the server holds
//! them all: it sends those of one language beside the page ([`Lang::lines`]), and the page reads them ([`read`]).

mod check;
mod connection;
mod de;
mod en;
mod quality;
mod table;
mod words;
mod zh;

pub use check::CheckWords;
pub use words::Words;

use table::{Lines, Reader};

macro_rules! languages {
    ($($(#[$about:meta])* $lang:ident = $module:ident,)*) => {
        /// A language of the interface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum Lang {
            $($(#[$about])* $lang,)*
        }

        impl Lang {
            /// Every language, in the order of the menu.
            pub const ALL: [Self; [$($module::NAME),*].len()] = [$(Self::$lang),*];

            fn name(self) -> &'static Name {
                match self {
                    $(Self::$lang => &$module::NAME,)*
                }
            }

            /// The words. For the server: a page gets its own from there.
            pub fn words(self) -> &'static Words {
                match self {
                    $(Self::$lang => &$module::WORDS,)*
                }
            }

            /// The words of the page `/check`.
            pub fn check_words(self) -> &'static CheckWords {
                match self {
                    $(Self::$lang => &$module::CHECK,)*
                }
            }

            /// The page that explains how to trust the server's own authority.
            pub fn trust_page(self) -> &'static str {
                match self {
                    $(Self::$lang => include_str!(concat!("i18n/trust/", stringify!($module), ".html")),)*
                }
            }
        }
    };
}

languages! {
    /// English.
    #[default]
    En = en,
    /// Deutsch.
    De = de,
    /// 简体中文.
    ZhHans = zh,
}

/// What a language is called.
struct Name {
    /// The BCP 47 tag.
    code: &'static str,
    /// What those who speak it call it.
    endonym: &'static str,
}

impl Lang {
    /// The BCP 47 tag: `<html lang>`, and the value of the cookie.
    pub fn code(self) -> &'static str {
        self.name().code
    }

    /// What those who speak it call it.
    pub fn endonym(self) -> &'static str {
        self.name().endonym
    }

    /// The language of a BCP 47 tag, if it is one of ours: every Chinese reads 简体中文 until there is another.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase();
        let wanted = primary(tag);
        Self::ALL.into_iter().find(|lang| primary(lang.code()) == wanted)
    }

    /// The language for a request: what was chosen (the cookie `lang`), else the first that the browser prefers
    /// (`Accept-Language`, RFC 9110, section 12.5.4), else English.
    pub fn negotiate(cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        cookie.and_then(Self::from_tag).or_else(|| preferred(accept_language?)).unwrap_or_default()
    }

    /// What a page is sent.
    pub fn lines(self) -> String {
        let mut lines = Vec::new();
        self.words().write(&mut lines);
        lines.join("\n")
    }

    /// What the page `/check` is sent.
    pub fn check_lines(self) -> String {
        let mut lines = Vec::new();
        self.words().write(&mut lines);
        self.check_words().write(&mut lines);
        lines.join("\n")
    }
}

/// Reads [`Lang::lines`]; `None` if they are of another version.
pub fn read(text: String) -> Option<&'static Words> {
    let mut reader = Reader::new(text);
    let words = read_table(&mut reader);
    reader.fits().then_some(words)
}

/// Reads [`Lang::check_lines`].
pub fn read_check(text: String) -> Option<(&'static Words, &'static CheckWords)> {
    let mut reader = Reader::new(text);
    let tables = (read_table(&mut reader), read_table(&mut reader));
    reader.fits().then_some(tables)
}

/// Kept for as long as the page is open.
fn read_table<T: Lines>(reader: &mut Reader) -> &'static T {
    let table = Box::leak(Box::new(T::EMPTY));
    table.read(reader);
    table
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
