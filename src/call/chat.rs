//! The chat of one call, as one person sees it.
//!
//! Lines stand in the order of their Lamport stamps (an answer never before its question), ties by author. What a line
//! says is cut into inert text and links; only `http` and `https` become links, and nothing is ever fetched.

use crate::call::few::Few;
use std::time::Duration;

use super::peer_message::MAX_CHAT_BYTES;
use super::view::{ChatLine, ChatPiece};
use crate::protocol::{DisplayName, Epoch, PeerId};

/// Most lines kept; the oldest go first.
const MAX_LINES: usize = 2_000;
/// Who types says so at most so often.
pub const TYPING_EVERY: Duration = Duration::from_secs(3);
/// Who has not said so for this long has stopped.
pub const TYPING_LASTS: Duration = Duration::from_secs(5);

/// The lines so far.
#[derive(Debug, Default)]
pub struct Chat {
    lines: Vec<(Stamp, ChatLine)>,
    lamport: u64,
    /// What comes from this author next stands behind this stamp.
    floors: Few<PeerId, u64>,
    /// The last stamp that each author's page has given.
    heard: Few<PeerId, (Epoch, u64)>,
    last_id: u32,
    open: bool,
    /// Nobody looks at the page.
    away: bool,
    unread: u32,
    /// When the others may be told next that this person types.
    typing_due: Duration,
    /// Until when each of the others counts as typing.
    typing: Few<PeerId, Duration>,
    /// The page of each author that could be heard last.
    met: Few<PeerId, Epoch>,
}

type Stamp = (u64, Option<PeerId>);

/// The message is over [`MAX_CHAT_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message holds at most {MAX_CHAT_BYTES} bytes")]
pub struct TooLong;

impl Chat {
    /// Adds an own line; its Lamport stamp and text are what the peers are sent. `None` when there is nothing to say.
    pub fn write(&mut self, me: &DisplayName, text: &str, at_ms: u64) -> Result<Option<(u64, String)>, TooLong> {
        let text = text.trim();
        if text.len() > MAX_CHAT_BYTES {
            return Err(TooLong);
        }
        if text.is_empty() {
            return Ok(None);
        }
        self.lamport += 1;
        self.typing_due = Duration::ZERO;
        self.insert(self.lamport, None, me, text, at_ms);
        Ok(Some((self.lamport, text.to_owned())))
    }

    /// A peer can be heard from now on. Who comes late, or comes back with a fresh page, counts from zero again; what
    /// they say stands behind what was there when they came. The same page over another connection goes on counting: what
    /// it has said meanwhile stands where it was said.
    pub fn meet(&mut self, author: PeerId, epoch: Epoch) {
        if self.met.insert(author, epoch) != Some(epoch) {
            self.floors.insert(author, self.lamport);
        }
    }

    /// The person types; whether the others are to be told.
    pub fn type_on(&mut self, now: Duration) -> bool {
        let tells = now >= self.typing_due;
        if tells {
            self.typing_due = now + TYPING_EVERY;
        }
        tells
    }

    /// A peer types.
    pub fn hear_typing(&mut self, author: PeerId, now: Duration) {
        self.typing.insert(author, now + TYPING_LASTS);
    }

    /// Who types just now.
    pub fn typing(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.typing.keys().copied()
    }

    /// Somebody is gone.
    pub fn part(&mut self, author: PeerId) {
        self.typing.remove(&author);
    }

    /// Whoever has stopped typing has.
    pub fn check_time(&mut self, now: Duration) {
        self.typing.retain(|_, until| *until > now);
    }

    /// When the next one will have stopped.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.typing.values().copied().min()
    }

    /// Whether a page has not said this yet: its stamps grow, and over a new connection it says its latest lines again.
    pub fn is_news(&mut self, author: PeerId, epoch: Epoch, lamport: u64) -> bool {
        let news = self.heard.get(&author).is_none_or(|heard| *heard < (epoch, lamport));
        if news {
            self.heard.insert(author, (epoch, lamport));
        }
        news
    }

    /// Adds a line that a peer sent; whether nobody is there to read it now.
    pub fn receive(&mut self, author: PeerId, name: &DisplayName, lamport: u64, text: &str, at_ms: u64) -> bool {
        self.typing.remove(&author);
        // A stamp from a broken clock must not push everything that follows to the end of numbers.
        let lamport = lamport.min(self.lamport + 1_000_000);
        let floor = self.floors.or_insert(author, self.lamport);
        let lamport = lamport.max(*floor + 1);
        *floor = lamport;
        self.lamport = self.lamport.max(lamport);
        self.insert(lamport, Some(author), name, text, at_ms);
        self.unread += u32::from(!self.is_read());
        !self.is_read()
    }

    /// The panel was opened or closed.
    pub fn show(&mut self, open: bool) {
        self.open = open;
        self.read();
    }

    /// The page is looked at, or is not any more: another tab hides it.
    pub fn look(&mut self, looks: bool) {
        self.away = !looks;
        self.read();
    }

    fn is_read(&self) -> bool {
        self.open && !self.away
    }

    fn read(&mut self) {
        if self.is_read() {
            self.unread = 0;
        }
    }

    /// Oldest first.
    pub fn lines(&self) -> Vec<ChatLine> {
        self.lines.iter().map(|(_, line)| line.clone()).collect()
    }

    /// Lines that came while the panel was closed, or the page hidden.
    pub fn unread(&self) -> u32 {
        self.unread
    }

    fn insert(&mut self, lamport: u64, author: Option<PeerId>, name: &DisplayName, text: &str, at_ms: u64) {
        let stamp = (lamport, author);
        self.last_id += 1;
        let line = ChatLine { id: self.last_id, author, name: name.clone(), at_ms, pieces: pieces(text) };
        let at = self.lines.partition_point(|(other, _)| *other <= stamp);
        self.lines.insert(at, (stamp, line));
        if self.lines.len() > MAX_LINES {
            self.lines.remove(0);
        }
    }
}

/// Cuts a message into text and links.
/// What ends a sentence, not an address.
const ENDS: &str = ".,;:!?'*_~。,、!?;:」』”’";

fn pieces(text: &str) -> Vec<ChatPiece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = next_link(rest) {
        let (before, from) = rest.split_at(start);
        let length = link_length(from);
        push_text(&mut pieces, before);
        pieces.push(ChatPiece::Link(from[..length].to_owned()));
        rest = &from[length..];
    }
    push_text(&mut pieces, rest);
    pieces
}

fn push_text(pieces: &mut Vec<ChatPiece>, text: &str) {
    if !text.is_empty() {
        pieces.push(ChatPiece::Text(text.to_owned()));
    }
}

/// Where the next address begins: not within a word (scripts without blanks may come right before it), with something
/// behind its `//`. ASCII decides what a word is: the tables of all scripts would weigh two kilobytes.
fn next_link(text: &str) -> Option<usize> {
    let begins = |at: usize| !text[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
    let schemes = ["https://", "http://"];
    let found = schemes.iter().flat_map(|scheme| text.match_indices(scheme).map(|(at, scheme)| (at, scheme.len())));
    let whole = |(at, length): (usize, usize)| {
        let named = text[at + length..].chars().next().is_some_and(names_host);
        (named && begins(at)).then_some(at)
    };
    found.filter_map(whole).min()
}

/// Whether the name of a host may begin so; it may be in any script.
fn names_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '[' || !(c.is_ascii() || c.is_whitespace() || c.is_control() || ENDS.contains(c))
}

/// How much of a text that begins with an address is the address: up to a blank, without the sentence's punctuation.
fn link_length(text: &str) -> usize {
    let end =
        text.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`{}|\\^".contains(c)).unwrap_or(text.len());
    let mut link = &text[..end];
    while let Some(last) = link.chars().next_back() {
        let closes_nothing = last == ')' && link.matches('(').count() < link.matches(')').count();
        if !ENDS.contains(last) && !closes_nothing {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::testing::name;

    fn peer(n: u8) -> PeerId {
        PeerId::from_bytes([n; 16])
    }

    fn texts(chat: &Chat) -> Vec<String> {
        let piece = |piece: ChatPiece| match piece {
            ChatPiece::Text(text) | ChatPiece::Link(text) => text,
        };
        chat.lines().into_iter().map(|line| line.pieces.into_iter().map(piece).collect()).collect()
    }

    fn links(text: &str) -> Vec<String> {
        let link = |piece| match piece {
            ChatPiece::Link(link) => Some(link),
            ChatPiece::Text(_) => None,
        };
        pieces(text).into_iter().filter_map(link).collect()
    }

    #[test]
    fn an_answer_stands_behind_its_question_in_whatever_order_they_came() {
        let mut chat = Chat::default();
        chat.meet(peer(1), Epoch(1));
        chat.meet(peer(2), Epoch(2));
        chat.receive(peer(2), &name("B"), 2, "answer", 10);
        chat.receive(peer(1), &name("A"), 1, "question", 11);
        let (lamport, _) = chat.write(&name("Me"), "thanks", 12).unwrap().unwrap();
        assert_eq!((lamport, texts(&chat)), (3, vec!["question".into(), "answer".into(), "thanks".into()]));
    }

    #[test]
    fn a_newcomers_first_line_stands_behind_what_was_said_before() {
        let mut chat = Chat::default();
        for n in 1..4 {
            chat.write(&name("Me"), &n.to_string(), 0).unwrap();
        }
        chat.meet(peer(1), Epoch(9));
        chat.receive(peer(1), &name("A"), 1, "hello", 0);
        chat.receive(peer(1), &name("A"), 2, "all", 0);
        assert_eq!(texts(&chat), ["1", "2", "3", "hello", "all"]);
    }

    #[test]
    fn lines_are_unread_until_the_panel_is_open() {
        let mut chat = Chat::default();
        chat.receive(peer(1), &name("A"), 1, "one", 0);
        chat.receive(peer(1), &name("A"), 2, "two", 0);
        assert_eq!(chat.unread(), 2);
        chat.show(true);
        assert!(!chat.receive(peer(1), &name("A"), 3, "three", 0));
        assert_eq!(chat.unread(), 0);
    }

    #[test]
    fn an_open_panel_that_nobody_looks_at_is_not_read() {
        let mut chat = Chat::default();
        chat.show(true);
        chat.look(false);
        assert!(chat.receive(peer(1), &name("A"), 1, "one", 0));
        assert_eq!(chat.unread(), 1);
        chat.look(true);
        assert_eq!(chat.unread(), 0);
    }

    #[test]
    fn what_was_said_while_a_connection_was_lost_stands_where_it_was_said() {
        let mut chat = Chat::default();
        chat.meet(peer(1), Epoch(1));
        chat.meet(peer(2), Epoch(2));
        chat.receive(peer(1), &name("A"), 1, "before", 0);
        // The connection to A is lost; A has said "question" by the time that B answers.
        chat.receive(peer(2), &name("B"), 3, "answer", 0);
        chat.write(&name("Me"), "thanks", 0).unwrap();
        chat.meet(peer(1), Epoch(1));
        chat.receive(peer(1), &name("A"), 2, "question", 0);
        assert_eq!(texts(&chat), ["before", "question", "answer", "thanks"]);
        // With a fresh page A counts from zero again.
        chat.meet(peer(1), Epoch(5));
        chat.receive(peer(1), &name("A"), 1, "back", 0);
        assert_eq!(texts(&chat), ["before", "question", "answer", "thanks", "back"]);
    }

    #[test]
    fn who_types_says_so_now_and_then_and_a_line_ends_it() {
        let mut chat = Chat::default();
        let told = (0..100).filter(|n| chat.type_on(Duration::from_millis(n * 100))).count();
        assert_eq!(told, 4);
        chat.write(&name("Me"), "done", 0).unwrap();
        assert!(chat.type_on(Duration::from_secs(10)));
    }

    #[test]
    fn who_has_stopped_typing_is_forgotten_and_who_has_sent_the_line_at_once() {
        let mut chat = Chat::default();
        let typing = |chat: &Chat| chat.typing().collect::<Vec<_>>();
        chat.hear_typing(peer(1), Duration::from_secs(1));
        chat.hear_typing(peer(2), Duration::from_secs(3));
        assert_eq!((typing(&chat), chat.poll_timeout()), (vec![peer(1), peer(2)], Some(Duration::from_secs(6))));
        chat.check_time(Duration::from_secs(6));
        assert_eq!(typing(&chat), [peer(2)]);
        chat.receive(peer(2), &name("B"), 1, "here", 0);
        assert_eq!((typing(&chat), chat.poll_timeout()), (vec![], None));
    }

    #[test]
    fn empty_messages_are_not_sent_and_long_ones_refused() {
        let mut chat = Chat::default();
        assert_eq!(chat.write(&name("A"), " \n ", 0), Ok(None));
        assert_eq!(chat.write(&name("A"), &"é".repeat(4_097), 0), Err(TooLong));
        assert!(chat.write(&name("A"), &"é".repeat(4_096), 0).is_ok_and(|sent| sent.is_some()));
    }

    #[test]
    fn web_addresses_become_links() {
        assert_eq!(
            links("see https://a.example/x?y=1, or (http://b.example)."),
            ["https://a.example/x?y=1", "http://b.example"]
        );
        assert_eq!(links("https://en.example/wiki/A_(b)"), ["https://en.example/wiki/A_(b)"]);
        assert_eq!(
            links("看https://a.example/好。 https://例え.example"),
            ["https://a.example/好", "https://例え.example"]
        );
    }

    #[test]
    fn nothing_else_becomes_a_link() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "xhttps://a.example",
            "https://",
            "http:// a",
            "http://。",
            "HTTPS",
            "ftp://a",
        ] {
            assert_eq!(links(text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(links(r#"https://a.example"onmouseover="x"#), ["https://a.example"]);
    }

    #[test]
    fn no_text_is_lost_between_the_pieces() {
        let text = "<b>https://a.example</b> & http://b.example:80/é。好";
        let whole: String = pieces(text)
            .into_iter()
            .map(|p| match p {
                ChatPiece::Text(t) | ChatPiece::Link(t) => t,
            })
            .collect();
        assert_eq!(whole, text);
    }
}
