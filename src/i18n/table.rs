//! Words on the way: a table is written as lines, which the server sends, and read back from them.
//!
//! So the program in the browser has no words of its own, and a page loads those of its one language.

use std::str::Split;

/// What can be written as lines.
pub trait Lines {
    /// Without words.
    const EMPTY: Self;

    /// Takes its lines, in the order in which [`Self::write`] writes them. In place: that is a quarter of the code.
    fn read(&mut self, lines: &mut Reader);

    /// Adds its lines.
    fn write(&self, lines: &mut Vec<&'static str>);
}

/// The lines of a text, one after the other.
pub struct Reader {
    lines: Split<'static, char>,
    is_short: bool,
}

impl Reader {
    /// Reads a text, which is kept for as long as the page is open: a page has the words of one language, or of few.
    pub fn new(text: String) -> Self {
        Self { lines: str::split(text.leak(), '\n'), is_short: false }
    }

    /// Whether there were as many lines as were taken.
    pub fn fits(mut self) -> bool {
        !self.is_short && self.lines.next().is_none()
    }

    #[inline(never)]
    fn next(&mut self, line: &mut &'static str) {
        match self.lines.next() {
            Some(next) => *line = next,
            None => self.is_short = true,
        }
    }
}

impl Lines for &'static str {
    const EMPTY: Self = "";

    fn read(&mut self, lines: &mut Reader) {
        lines.next(self);
    }

    fn write(&self, lines: &mut Vec<&'static str>) {
        lines.push(self);
    }
}

impl<T: Lines, const N: usize> Lines for [T; N] {
    const EMPTY: Self = [T::EMPTY; N];

    fn read(&mut self, lines: &mut Reader) {
        self.iter_mut().for_each(|item| item.read(lines));
    }

    fn write(&self, lines: &mut Vec<&'static str>) {
        self.iter().for_each(|item| item.write(lines));
    }
}

/// A struct of words: a language that lacks one of its fields does not compile, and none is forgotten on the way.
macro_rules! table {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$doc:meta])* pub $field:ident: $kind:ty,)* }) => {
        $(#[$about])*
        pub struct $name {
            $($(#[$doc])* pub $field: $kind,)*
        }

        impl $crate::i18n::table::Lines for $name {
            const EMPTY: Self = Self { $($field: $crate::i18n::table::Lines::EMPTY,)* };

            fn read(&mut self, lines: &mut $crate::i18n::table::Reader) {
                $($crate::i18n::table::Lines::read(&mut self.$field, lines);)*
            }

            fn write(&self, lines: &mut Vec<&'static str>) {
                $($crate::i18n::table::Lines::write(&self.$field, lines);)*
            }
        }
    };
}

pub(super) use table;

#[cfg(test)]
mod tests {
    use super::*;

    table! {
        pub struct Small {
            pub one: &'static str,
            pub two: [&'static str; 2],
        }
    }

    fn read(text: &str) -> (Small, bool) {
        let mut reader = Reader::new(text.to_owned());
        let mut small = Small::EMPTY;
        small.read(&mut reader);
        (small, reader.fits())
    }

    #[test]
    fn a_table_comes_back_as_it_was_written() {
        let mut lines = Vec::new();
        Small { one: "a", two: ["", "c"] }.write(&mut lines);
        let (small, fits) = read(&lines.join("\n"));
        assert_eq!((small.one, small.two, fits), ("a", ["", "c"], true));
    }

    #[test]
    fn lines_of_another_table_do_not_fit() {
        for text in ["", "a\nb", "a\nb\nc\n", "a\nb\nc\nd"] {
            assert!(!read(text).1, "{text:?}");
        }
    }
}
