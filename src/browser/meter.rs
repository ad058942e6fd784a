//! How loud the own microphone is, for whoever looks at it.

use std::cell::RefCell;

type Watcher = Box<dyn Fn(u16)>;

thread_local! {
    static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
}

/// Tells from now on, in thousandths of full scale.
pub fn watch(watcher: Watcher) {
    WATCHER.set(Some(watcher));
}

/// Nobody looks any more.
pub fn stop() {
    WATCHER.take();
}

/// Whether somebody looks.
pub fn is_watched() -> bool {
    WATCHER.with_borrow(Option::is_some)
}

/// It is as loud as this.
pub fn show(level: u16) {
    WATCHER.with_borrow(|watcher| watcher.iter().for_each(|watcher| watcher(level)));
}
