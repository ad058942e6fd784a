//! What hosts have decided, on disk: locks and removals hold when the server is killed and started again.
//!
//! `rooms.journal` in the data folder: a line of JSON for each decision, the last one of a room counts. A line is written
//! before anybody is told of the decision; that outlives the process at once, and the machine when the system has written it
//! (asked for at once, waited for by nobody). What was cut off at the end was told to nobody; any other damage is for a person
//! to look at. When it is opened, and when it has grown to twice what it says, it is written anew without what is over.
//!
//! Two servers may share it while one takes over from the other: each reads what the other has added before it makes a
//! room, and only who is alone writes it anew.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use serde::{Deserialize, Serialize};

use super::error::StartError;
use crate::protocol::RoomId;
use crate::room::{RoomPolicy, Timestamp};

const NAME: &str = "rooms.journal";
/// It is not written anew for less.
const SMALL_BYTES: u64 = 1024 * 1024;

/// The journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    max_rooms: usize,
    written: Mutex<Written>,
    flusher: Flusher,
}

/// Has the system write to the disk what was written to the file. Dropped, it has done so.
#[derive(Debug)]
struct Flusher {
    files: Option<SyncSender<File>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Written {
    file: File,
    /// As far as this has been read or written.
    end: u64,
    /// As long as it was when it was written anew.
    compact: u64,
    rooms: HashMap<RoomId, RoomPolicy>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    room: RoomId,
    #[serde(flatten)]
    policy: RoomPolicy,
}

/// The number of a line that says nothing.
struct Damaged(usize);

impl Journal {
    /// Reads what is in this folder, and makes the file when it is not there.
    pub fn open(folder: &Path, now: Timestamp, max_rooms: usize) -> Result<Self, StartError> {
        let path = folder.join(NAME);
        let unusable = |error| StartError::DataDir { folder: folder.to_owned(), error };
        let file = open_shared(&path).map_err(unusable)?;
        let mut written = Written { file, end: 0, compact: 0, rooms: HashMap::new() };
        let damaged = written.catch_up().map_err(unusable)?;
        if let Some(Damaged(line)) = damaged {
            return Err(StartError::Journal { path, line });
        }
        written.rooms.retain(|_, policy| !policy.is_over(now));
        written.write_anew(&path).map_err(unusable)?;
        let flusher = Flusher::start().map_err(unusable)?;
        Ok(Self { path, max_rooms, written: Mutex::new(written), flusher })
    }

    /// What has been decided about this room and still holds.
    pub fn find(&self, room: &RoomId, now: Timestamp) -> RoomPolicy {
        let mut written = self.lock();
        written.catch_up_or_say();
        written.rooms.get(room).filter(|policy| !policy.is_over(now)).cloned().unwrap_or_default()
    }

    /// Has this hold from now on.
    pub fn keep(&self, room: &RoomId, policy: &RoomPolicy, now: Timestamp) {
        let mut written = self.lock();
        written.catch_up_or_say();
        if written.rooms.len() >= self.max_rooms {
            written.rooms.retain(|_, policy| !policy.is_over(now));
        }
        if written.rooms.len() >= self.max_rooms && !written.rooms.contains_key(room) {
            tracing::warn!("locks and removals are kept of no more rooms: see --max-rooms-kept");
            return;
        }
        if let Err(error) = written.add(room, policy) {
            // It holds while the server runs.
            tracing::error!(%error, "a lock or a removal could not be written down");
            return;
        }
        if written.end > SMALL_BYTES.max(2 * written.compact)
            && let Err(error) = written.write_anew(&self.path)
        {
            tracing::error!(%error, "the journal of rooms could not be written anew");
        }
        if let Ok(file) = written.file.try_clone() {
            self.flusher.flush(file);
        }
    }

    /// A lock whose holder panicked is used on: at worst a line is read again.
    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    /// Reads what has been added since, whole lines only; says which line was damaged first.
    fn catch_up(&mut self) -> io::Result<Option<Damaged>> {
        if self.file.metadata()?.len() <= self.end {
            return Ok(None);
        }
        let mut text = Vec::new();
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.read_to_end(&mut text)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.end += whole as u64;
        let mut damaged = None;
        for (number, line) in text[..whole].split(|byte| *byte == b'\n').enumerate() {
            match serde_json::from_slice::<Line>(line) {
                Ok(Line { room, policy }) if policy.is_over(Timestamp(0)) => drop(self.rooms.remove(&room)),
                Ok(Line { room, policy }) => drop(self.rooms.insert(room, policy)),
                Err(_) if line.is_empty() => {}
                Err(_) => drop(damaged.get_or_insert(Damaged(number + 1))),
            }
        }
        Ok(damaged)
    }

    fn catch_up_or_say(&mut self) {
        match self.catch_up() {
            Ok(None) => {}
            Ok(Some(Damaged(_))) => tracing::error!("a line of the journal of rooms says nothing"),
            Err(error) => tracing::error!(%error, "the journal of rooms cannot be read"),
        }
    }

    fn add(&mut self, room: &RoomId, policy: &RoomPolicy) -> io::Result<()> {
        // What is left of a line whose writer was killed would spoil this one.
        if self.file.metadata()?.len() > self.end {
            self.file.set_len(self.end)?;
        }
        let before = self.end;
        if let Err(error) = self.file.write_all(&line(room, policy)?) {
            // A piece of a line would spoil the next one.
            self.file.set_len(before)?;
            return Err(error);
        }
        self.catch_up_or_say();
        Ok(())
    }

    /// Without what no longer counts; unless another server writes to it just now.
    fn write_anew(&mut self, path: &Path) -> io::Result<()> {
        if self.file.try_lock().is_err() {
            self.file.lock_shared()?;
            return Ok(());
        }
        let mut text = Vec::new();
        for (room, policy) in &self.rooms {
            text.extend(line(room, policy)?);
        }
        let draft = path.with_extension("journal.new");
        let mut file = open(&draft)?;
        file.set_len(0)?;
        file.lock_shared()?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        (self.file, self.end, self.compact) = (file, text.len() as u64, text.len() as u64);
        Ok(())
    }
}

fn line(room: &RoomId, policy: &RoomPolicy) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(&Line { room: room.clone(), policy: policy.clone() })?;
    line.push(b'\n');
    Ok(line)
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
}

/// Open for everybody who writes to it, and not written anew meanwhile.
fn open_shared(path: &Path) -> io::Result<File> {
    loop {
        let file = open(path)?;
        file.lock_shared()?;
        // Another one may stand in its place by now.
        if fs::metadata(path).is_ok_and(|there| file.metadata().is_ok_and(|ours| ours.ino() == there.ino())) {
            return Ok(file);
        }
    }
}

impl Flusher {
    fn start() -> io::Result<Self> {
        let (sender, files) = sync_channel::<File>(1);
        let flush = move || {
            for file in files {
                if let Err(error) = file.sync_data() {
                    tracing::error!(%error, "the journal of rooms could not be flushed");
                }
            }
        };
        let thread = thread::Builder::new().name("journal".into()).spawn(flush)?;
        Ok(Self { files: Some(sender), thread: Some(thread) })
    }

    /// Soon. When it is busy, what it flushes next has this, too.
    fn flush(&self, file: File) {
        if let Some(files) = &self.files {
            let _ = files.try_send(file);
        }
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        self.files = None;
        // A thread that panicked has nothing more to flush.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests;
