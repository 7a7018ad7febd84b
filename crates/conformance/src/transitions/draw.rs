//! Draws trees of a shape.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};

use super::shape::{Members, Record, Shape};

/// Stands for a reference until all that can be referred to has been drawn.
pub const OPEN: &str = "@open";

/// Draws from one source of chance.
pub struct Draw<'a> {
    random: &'a mut StdRng,
    /// How much of what may be left out is written, in per cent of its odds.
    pub wealth: u32,
    /// Whether more of the language is drawn than the pairs of continuous integration hold.
    pub wide: bool,
    /// Whether what is drawn stands in a stamp.
    pub in_stamp: bool,
}

impl<'a> Draw<'a> {
    /// Draws from `random`.
    pub fn new(random: &'a mut StdRng, wealth: u32) -> Self {
        Self { random, wealth, wide: false, in_stamp: false }
    }

    /// Returns true in so many of a hundred cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.random.random_range(0..100) < percent
    }

    /// Returns a number up to and without `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end.max(1))
    }

    /// Returns a number in a range, both ends included.
    pub fn between(&mut self, (least, most): (usize, usize)) -> usize {
        self.random.random_range(least..=most.max(least))
    }

    /// Returns one of some values.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.random.random_range(0..of.len())]
    }

    /// Returns one of some values as a value of a tree.
    pub fn any<T: Copy + Into<Value>>(&mut self, of: &[T]) -> Value {
        self.one(of).into()
    }

    /// Returns some of the values, in any order, at least one.
    pub fn some<T: Copy>(&mut self, of: &[T], most: usize) -> Vec<T> {
        let count = self.between((1, most.min(of.len())));
        let mut left = of.to_vec();
        (0..count).map(|_| left.swap_remove(self.random.random_range(0..left.len()))).collect()
    }

    /// Puts a list in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.random.random_range(0..=index));
        }
    }

    /// Draws what has a shape.
    pub fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Value(draw) => draw(self),
            Shape::Reference(_) => json!(OPEN),
            Shape::Record(record) => self.record(record),
            Shape::Map(members) => self.members(members),
            Shape::List { most, member } => {
                // An empty list is a value.
                let least = usize::from(!(self.wide && self.chance(5)));
                let count = self.between((least, *most));
                (0..count).map(|_| self.shape(member)).collect()
            }
        }
    }

    fn record(&mut self, record: &Record) -> Value {
        let mut map = Map::new();
        let wide = self.wide;
        for key in record.keys.iter().filter(|key| wide || !key.is_wide) {
            let odds = if key.odds >= 100 { 100 } else { key.odds * self.wealth / 100 };
            if self.chance(odds) {
                let was_in_stamp = self.in_stamp;
                self.in_stamp |= ["stamp", "stamps"].contains(&key.name);
                map.insert(key.name.to_owned(), self.shape(&key.shape));
                self.in_stamp = was_in_stamp;
            }
        }
        for alternatives in record.alternatives {
            let written: Vec<&str> =
                alternatives.iter().copied().filter(|name| map.contains_key(*name)).collect();
            if written.len() > 1 {
                let kept = self.one(&written);
                map.retain(|name, _| name == kept || !written.contains(&name.as_str()));
            }
        }
        Value::Object(map)
    }

    fn members(&mut self, members: &Members) -> Value {
        let count = self.between(members.count).min(members.names.len());
        let mut left = members.names.to_vec();
        let mut map = Map::new();
        for _ in 0..count {
            let name = left.swap_remove(self.random.random_range(0..left.len()));
            map.insert(name.to_owned(), self.shape(&members.member));
        }
        Value::Object(map)
    }
}
