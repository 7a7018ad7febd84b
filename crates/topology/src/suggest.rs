//! "Did you mean": the nearest of the names that would have been right.

/// Returns the candidate that is nearest to `name`, if one is near enough to be meant.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let score = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        if candidate == lower { 1.0 } else { strsim::jaro_winkler(&candidate, &lower) * 0.999 }
    };
    candidates
        .into_iter()
        .map(|candidate| (score(candidate), candidate))
        .filter(|(score, _)| *score > 0.84)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_noise_finds_none() {
        let words = ["instances", "zoneRedundant", "autoscale"];
        assert_eq!(closest("instanses", words), Some("instances"));
        assert_eq!(closest("zoneredundant", words), Some("zoneRedundant"));
        assert_eq!(closest("frobnicate", words), None);
    }
}
