//! Properties that stand in the body of a child with a name of its own, `databases/default#/properties/port`:
//! before the `#` stand the child's type and name below the resource, behind it the JSON pointer there.

use crate::ResourceId;

/// Parts a place in two: the child, empty where it is in the resource's own body, and the pointer.
pub fn parted(place: &str) -> (&str, &str) {
    place.split_once('#').unwrap_or(("", place))
}

/// Returns the child of this path below a resource; the resource itself where the path is empty.
pub fn inner(id: &ResourceId, path: &str) -> ResourceId {
    let segments: Vec<&str> = path.split('/').collect();
    let pairs = segments.chunks_exact(2);
    pairs.fold(id.clone(), |id, pair| id.child(pair[0], pair[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_a_child_or_the_resource_itself() {
        let cache = ResourceId::in_group("s", "rg", "Contoso.Caches/caches", "one");
        let (path, pointer) = parted("databases/default#/properties/port");
        assert_eq!(inner(&cache, path), cache.child("databases", "default"));
        assert_eq!(pointer, "/properties/port");
        let (path, pointer) = parted("/properties/hostName");
        assert_eq!((inner(&cache, path), pointer), (cache, "/properties/hostName"));
    }
}
