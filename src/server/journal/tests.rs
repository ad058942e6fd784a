use super::*;
use crate::protocol::{Epoch, PeerId};

const NOW: Timestamp = Timestamp(1_000);

#[test]
fn what_was_decided_is_there_when_it_is_opened_again() {
    let folder = Folder::new("again");
    let journal = folder.open();
    journal.keep(&room("a"), &locked(5_000), NOW);
    journal.keep(&room("b"), &locked(5_000), NOW);
    journal.keep(&room("b"), &RoomPolicy { until: Timestamp(5_000), ..RoomPolicy::default() }, NOW);
    let removed = [(PeerId::from_bytes([7; 16]), Timestamp(4_000))].into();
    let policy = RoomPolicy { removed, void: Epoch(9), ..locked(5_000) };
    journal.keep(&room("c"), &policy, NOW);
    for journal in [journal, folder.open(), folder.open()] {
        assert_eq!(journal.find(&room("a"), NOW), locked(5_000));
        assert_eq!(journal.find(&room("b"), NOW), RoomPolicy::default());
        assert_eq!(journal.find(&room("c"), NOW), policy);
        assert_eq!(journal.find(&room("c"), Timestamp(5_000)), RoomPolicy::default(), "it is over");
    }
}

#[test]
fn what_was_cut_off_at_the_end_is_passed_over_and_what_follows_is_whole() {
    let folder = Folder::new("torn");
    folder.open().keep(&room("a"), &locked(5_000), NOW);
    let whole = fs::read(folder.file()).unwrap();
    for cut in 0..whole.len() {
        fs::write(folder.file(), [&whole, &whole[..cut]].concat()).unwrap();
        let journal = folder.open();
        assert_eq!(journal.find(&room("a"), NOW), locked(5_000), "cut at {cut}");
        journal.keep(&room("b"), &locked(5_000), NOW);
        assert_eq!(folder.open().find(&room("b"), NOW), locked(5_000), "cut at {cut}");
    }
}

#[test]
fn damage_is_said_and_nothing_is_lost() {
    let folder = Folder::new("damaged");
    folder.open().keep(&room("a"), &locked(5_000), NOW);
    let whole = fs::read(folder.file()).unwrap();
    let damaged = [&whole, b"nonsense\n".as_slice(), &whole].concat();
    fs::write(folder.file(), &damaged).unwrap();
    let error = Journal::open(&folder.0, NOW, 10).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains(NAME), "{error}");
    assert_eq!(fs::read(folder.file()).unwrap(), damaged);
}

#[test]
fn it_does_not_grow_without_end() {
    let folder = Folder::new("growing");
    let journal = folder.open();
    for time in 0..20_000 {
        journal.keep(&room("a"), &locked(5_000 + time), NOW);
    }
    assert!(fs::metadata(folder.file()).unwrap().len() < 2 * SMALL_BYTES);
    assert_eq!(folder.open().find(&room("a"), NOW), locked(24_999));
    assert!(fs::metadata(folder.file()).unwrap().len() < 2 * SMALL_BYTES);
    drop(journal);
    folder.open();
    assert!(fs::metadata(folder.file()).unwrap().len() < 200, "one line");
    Journal::open(&folder.0, Timestamp(30_000), 10).unwrap();
    assert_eq!(fs::metadata(folder.file()).unwrap().len(), 0, "it is over");
}

#[test]
fn no_more_rooms_are_kept_than_may_be_and_none_is_dropped_for_another() {
    let folder = Folder::new("full");
    let journal = Journal::open(&folder.0, NOW, 1).unwrap();
    journal.keep(&room("a"), &locked(5_000), NOW);
    journal.keep(&room("b"), &locked(5_000), NOW);
    journal.keep(&room("a"), &locked(6_000), NOW);
    let kept = folder.open();
    assert_eq!((kept.find(&room("a"), NOW), kept.find(&room("b"), NOW)), (locked(6_000), RoomPolicy::default()));
}

#[test]
fn what_is_over_makes_room_for_others_while_the_server_runs() {
    let folder = Folder::new("over");
    let journal = Journal::open(&folder.0, NOW, 1).unwrap();
    journal.keep(&room("a"), &locked(5_000), NOW);
    let later = Timestamp(5_000);
    journal.keep(&room("b"), &locked(9_000), later);
    assert_eq!(journal.find(&room("b"), later), locked(9_000));
}

#[test]
fn two_servers_see_what_the_other_adds() {
    let folder = Folder::new("two");
    let (old, new) = (folder.open(), folder.open());
    old.keep(&room("a"), &locked(5_000), NOW);
    assert_eq!(new.find(&room("a"), NOW), locked(5_000));
    new.keep(&room("b"), &locked(5_000), NOW);
    assert_eq!(old.find(&room("b"), NOW), locked(5_000));
    let third = folder.open();
    old.keep(&room("c"), &locked(5_000), NOW);
    for journal in [new, third] {
        assert_eq!(journal.find(&room("c"), NOW), locked(5_000));
    }
}

fn locked(until: u64) -> RoomPolicy {
    RoomPolicy { locked: true, until: Timestamp(until), ..RoomPolicy::default() }
}

fn room(name: &str) -> RoomId {
    RoomId::parse(&format!("r/{name}")).unwrap()
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Self(std::env::temp_dir().join(format!("confab-journal-{name}-{}", std::process::id())));
        fs::create_dir_all(&folder.0).unwrap();
        folder
    }

    fn open(&self) -> Journal {
        Journal::open(&self.0, NOW, 10).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.0.join(NAME)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
