//! A value that is or may hold a secret, for keeping it out of logs and messages.

use std::fmt;

/// A value that `Debug` doesn't show; only [`Hidden::expose`] does.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden<T>(T);

impl<T> Hidden<T> {
    /// Hides a value.
    pub fn new(value: impl Into<T>) -> Self {
        Hidden(value.into())
    }

    /// The value: for where it is needed, never for a message.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_it() {
        let hidden = Hidden::<String>::new("sesame");
        assert_eq!(format!("{hidden:?}"), "(hidden)");
        assert!(!format!("{:#?}", [&hidden]).contains("sesame"));
        assert_eq!(hidden.expose(), "sesame");
    }
}
