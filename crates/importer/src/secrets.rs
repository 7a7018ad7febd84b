//! Values that must not be written: they become names of variables.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use topology::is_key_of_the_run;

use crate::check::Variables;
use crate::node::Node;

/// The secrets that a topology refers to.
#[derive(Default)]
pub struct Secrets {
    /// Variables of the caller's environment, by what they hold.
    environment: BTreeMap<String, String>,
    values: Variables,
}

impl Secrets {
    /// Prefers the names of variables that hold a secret already.
    pub fn new(environment: &BTreeMap<String, String>) -> Self {
        let is_usable = |name: &str, value: &str| value.len() >= 8 && !is_key_of_the_run(name);
        let long = environment.iter().filter(|(name, value)| is_usable(name, value));
        let by_value = long.map(|(name, value)| (value.clone(), name.clone()));
        Self { environment: by_value.collect(), values: BTreeMap::new() }
    }

    /// Returns the text that stands for a secret. `name` is a good name for the variable, `owner`
    /// tells it from another secret of that name.
    pub fn refer(&mut self, name: &str, owner: &str, value: &str) -> Node {
        let known = self.environment.get(value).cloned();
        let first = known.unwrap_or_else(|| variable(name));
        let is_free = |values: &Variables, name: &str| {
            values.get(name).is_none_or(|other| other.expose_secret() == value)
        };
        let mut chosen = first.clone();
        if !is_free(&self.values, &chosen) {
            chosen = variable(&format!("{name}_{owner}"));
        }
        let mut number = 2;
        while !is_free(&self.values, &chosen) {
            chosen = format!("{first}_{number}");
            number += 1;
        }
        self.values.insert(chosen.clone(), value.into());
        Node::Text(format!("${{secret:env:{chosen}}}"))
    }

    /// Returns the variables and what they must hold.
    pub fn into_values(self) -> Variables {
        self.values
    }
}

/// Makes the name of an environment variable.
fn variable(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name: String = text.chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else if is_key_of_the_run(&name) {
        // A topology may not name it.
        format!("APP_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_name_and_two_values_have_two() {
        let environment = [("MY_PIN".to_owned(), "12345678".to_owned())].into();
        let mut secrets = Secrets::new(&environment);
        let text = |name: &str| Node::Text(format!("${{secret:env:{name}}}"));
        assert_eq!(secrets.refer("APP:PIN", "weu", "12345678"), text("MY_PIN"));
        assert_eq!(secrets.refer("APP:PIN", "weu", "one"), text("APP_PIN"));
        assert_eq!(secrets.refer("APP:PIN", "neu", "one"), text("APP_PIN"));
        assert_eq!(secrets.refer("APP:PIN", "neu", "two"), text("APP_PIN_NEU"));
        assert_eq!(secrets.refer("APP:PIN", "neu", "three"), text("APP_PIN_2"));
    }
}
