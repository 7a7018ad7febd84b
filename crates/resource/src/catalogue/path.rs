//! Where in a body a value is, and whether a rule speaks of it.

use std::fmt;

/// One step down into a body.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Member(String),
}

/// The path of a property, as rules match it and as people read it.
///
/// Shows as `properties.endpoints[weu].properties.weight`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PropertyPath(Vec<Step>);

impl PropertyPath {
    /// Returns the path of the whole body.
    pub fn root() -> Self {
        Self::default()
    }

    /// Goes down to the property `key`.
    pub fn push_key(&mut self, key: &str) {
        self.0.push(Step::Key(key.to_owned()));
    }

    /// Goes down to the array member called `label`.
    pub fn push_member(&mut self, label: &str) {
        self.0.push(Step::Member(label.to_owned()));
    }

    /// Goes up again.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Returns the path of the property `key` below this one.
    pub fn key(&self, key: &str) -> Self {
        let mut path = self.clone();
        path.push_key(key);
        path
    }

    /// Returns the path of the array member `label` below this one.
    pub fn member(&self, label: &str) -> Self {
        let mut path = self.clone();
        path.push_member(label);
        path
    }

    /// Returns how many steps lead here.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Returns the nearest property name: of an array member it is the array's.
    pub fn last_key(&self) -> &str {
        self.keys_upwards().next().unwrap_or_default()
    }

    /// Returns the label of the array member whose property this path is, where it is one.
    pub fn last_member(&self) -> Option<&str> {
        match self.0.as_slice() {
            [.., Step::Member(label), Step::Key(_)] => Some(label),
            _ => None,
        }
    }

    /// Returns the property names from here to the root.
    pub fn keys_upwards(&self) -> impl Iterator<Item = &str> {
        self.0.iter().rev().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Member(_) => None,
        })
    }

    /// Reads a path as it is shown, `properties.endpoints[weu].properties.weight`.
    ///
    /// A key that itself holds a full stop or a bracket is read as several steps.
    pub fn parse(text: &str) -> Self {
        let mut path = Self::root();
        let mut rest = text;
        while !rest.is_empty() {
            let end = match rest.strip_prefix('[') {
                Some(member) => {
                    let end = member.find(']').unwrap_or(member.len());
                    path.push_member(&member[..end]);
                    (end + 2).min(rest.len())
                }
                None => {
                    let end = rest.find(['.', '[']).unwrap_or(rest.len());
                    path.push_key(&rest[..end]);
                    end
                }
            };
            rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
        }
        path
    }

    /// Tells whether `pattern` (`properties.endpoints[].*`) is this very path, in any case;
    /// `**.sku.name` is any path that ends so.
    pub fn is(&self, pattern: &str) -> bool {
        is(&self.0, pattern)
    }

    /// Tells whether this is the path of an array member.
    pub fn is_member(&self) -> bool {
        matches!(self.0.last(), Some(Step::Member(_)))
    }

    /// Tells whether this is the path of a member of the array at `pattern`.
    pub fn is_member_of(&self, pattern: &str) -> bool {
        match self.0.split_last() {
            Some((Step::Member(_), array)) => is(array, pattern),
            _ => false,
        }
    }

    /// Tells whether this path is `pattern` or lies below it.
    pub fn is_within(&self, pattern: &str) -> bool {
        (1..=self.0.len()).any(|end| is(&self.0[..end], pattern))
    }
}

fn is(steps: &[Step], pattern: &str) -> bool {
    let Some(end) = pattern.strip_prefix("**.") else { return matches(steps, pattern) };
    let wanted = end.split('.').map(|segment| 1 + usize::from(segment.ends_with("[]")));
    let from = steps.len().checked_sub(wanted.sum());
    from.is_some_and(|from| matches(&steps[from..], end))
}

fn matches(steps: &[Step], pattern: &str) -> bool {
    let mut steps = steps.iter().rev();
    // From the end, because almost all paths share their first segments.
    for segment in pattern.rsplit('.') {
        let (name, is_member) = match segment.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (segment, false),
        };
        if is_member && !matches!(steps.next(), Some(Step::Member(_))) {
            return false;
        }
        match steps.next() {
            Some(Step::Key(key)) if name == "*" || key.eq_ignore_ascii_case(name) => {}
            _ => return false,
        }
    }
    steps.next().is_none()
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Member(label) => write!(f, "[{label}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight() -> PropertyPath {
        PropertyPath::root().key("properties").key("endpoints").member("weu").key("weight")
    }

    #[test]
    fn a_path_reads_as_people_write_it() {
        assert_eq!(weight().to_string(), "properties.endpoints[weu].weight");
    }

    #[test]
    fn a_pattern_names_members_by_brackets_and_any_key_by_a_star() {
        assert!(weight().is("Properties.endpoints[].weight"));
        assert!(weight().is("properties.*[].weight"));
        assert!(!weight().is("properties.endpoints.weight"));
        assert!(!weight().is("endpoints[].weight"));
        assert!(weight().is_within("properties.endpoints[]"));
        assert!(!weight().is("properties.endpoints[]"));
    }

    #[test]
    fn a_shown_path_is_read_again() {
        for text in ["sku.name", "zones", "properties.endpoints[weu].weight", "a[x.y/z][0].b", ""] {
            assert_eq!(PropertyPath::parse(text).to_string(), text);
        }
        assert!(PropertyPath::parse("properties.rules[10.0.0.0/8]").is_member());
        assert!(weight() == PropertyPath::parse(&weight().to_string()));
        for broken in ["a[", "a]", "..", "[", "[]]"] {
            PropertyPath::parse(broken);
        }
    }

    #[test]
    fn a_pattern_may_leave_open_how_deep_it_lies() {
        assert!(weight().is("**.weight") && weight().is("**.endpoints[].weight"));
        assert!(PropertyPath::parse("sku.capacity").is("**.sku.capacity"));
        assert!(!weight().is("**.endpoints.weight") && !weight().is("**.other"));
        assert!(weight().is_within("**.endpoints[]"));
        let endpoint = PropertyPath::parse("properties.endpoints[weu]");
        assert!(endpoint.is_member_of("properties.endpoints"));
        assert!(!weight().is_member_of("properties.endpoints"));
    }
}
