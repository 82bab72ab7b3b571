//! Kernel versions, as far as a fact can depend on them.

use std::fmt;

/// A kernel release, `major.minor`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Version {
    /// The 6 of 6.18.
    pub major: u16,
    /// The 18 of 6.18.
    pub minor: u16,
}

/// [`Version::new`], for tables.
pub(super) const fn v(major: u16, minor: u16) -> Version {
    Version::new(major, minor)
}

impl Version {
    /// `major.minor`.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// Reads the front of a release such as `6.18.5-amd64`.
    ///
    /// ```
    /// use bpfl_stdlib::catalog::version::Version;
    /// assert_eq!(Version::parse("6.18.5-amd64"), Some(Version::new(6, 18)));
    /// assert!(Version::new(5, 4) < Version::new(5, 11));
    /// ```
    pub fn parse(release: &str) -> Option<Self> {
        let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse);
        Some(Self { major: numbers.next()?.ok()?, minor: numbers.next()?.ok()? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
