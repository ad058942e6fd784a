//! A map for a handful of keys, as there are people in a call: pairs in a row, sorted by key.
//!
//! Same names and order as `BTreeMap`, which is made for many and costs a page some kilobytes of code for each kind of
//! map. Finding takes a few comparisons, inserting and removing move what comes behind.

/// Few values by their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> Few<K, V> {
    /// Without any.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All, in the order of the keys; so below.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// All, with values that can be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// All values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Keeps these.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<K: Ord, V> Few<K, V> {
    fn find(&self, key: &K) -> Result<usize, usize> {
        let at = self.0.iter().take_while(|(other, _)| other < key).count();
        if self.0.get(at).is_some_and(|(other, _)| other == key) { Ok(at) } else { Err(at) }
    }

    /// The value of this key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.iter().find(|(other, _)| other == key).map(|(_, value)| value)
    }

    /// The value of this key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.iter_mut().find(|(other, _)| other == key).map(|(_, value)| value)
    }

    /// Whether there is this key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Gives this key a value; the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// The value of this key, which is this one if it has none.
    pub fn or_insert(&mut self, key: K, value: V) -> &mut V {
        let at = match self.find(&key) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (key, value));
                at
            }
        };
        &mut self.0[at].1
    }

    /// Takes the value of this key away.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).ok().map(|at| self.0.remove(at).1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_what_a_btreemap_is(steps in prop::collection::vec((0..6_u8, 0..6_u8, 0..9_u8), 0..60)) {
            let (mut few, mut many) = (Few::new(), BTreeMap::new());
            for (step, key, value) in steps {
                match step {
                    0 | 1 => prop_assert_eq!(few.insert(key, value), many.insert(key, value)),
                    2 => prop_assert_eq!(few.remove(&key), many.remove(&key)),
                    3 => prop_assert_eq!(*few.or_insert(key, value), *many.entry(key).or_insert(value)),
                    4 => {
                        few.retain(|kept, _| kept % 2 == value % 2);
                        many.retain(|kept, _| kept % 2 == value % 2);
                    }
                    _ => prop_assert_eq!(few.get_mut(&key), many.get_mut(&key)),
                }
                prop_assert_eq!((few.get(&key), few.contains_key(&key)), (many.get(&key), many.contains_key(&key)));
                prop_assert!(few.iter().eq(many.iter()) && few.keys().eq(many.keys()) && few.values().eq(many.values()));
                prop_assert!(few.iter_mut().eq(many.iter_mut()) && few.values_mut().eq(many.values_mut()));
                prop_assert_eq!((few.len(), few.is_empty()), (many.len(), many.is_empty()));
            }
            few.clear();
            prop_assert!(few.is_empty());
        }
    }
}
