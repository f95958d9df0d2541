//! "Did you mean": the candidate that a mistyped word is probably meant to be.

/// The candidate closest to `word`, where one is close: at most a third of its letters are mistyped, swapped, missing or
/// too many. Case doesn't count.
pub(super) fn closest(word: &str, candidates: impl IntoIterator<Item = String>) -> Option<String> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    let distance = |candidate: &str| strsim::osa_distance(&word, &candidate.to_lowercase());
    let measured = candidates.into_iter().map(|candidate| (distance(&candidate), candidate));
    let (_, nearest) = measured.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance)?;
    Some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_close_is_suggested() {
        let days = ["monday", "tuesday", "sunday"].map(str::to_owned);
        let check = |word, expected| assert_eq!(closest(word, days.clone()).as_deref(), expected, "{word}");
        check("moonday", Some("monday"));
        check("Tuseday", Some("tuesday"));
        check("sundy", Some("sunday"));
        check("friday", None);
        check("", None);
        check("x", None);
    }
}
