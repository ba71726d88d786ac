//! The one error type.

use thiserror::Error as ThisError;

/// What a kernel answers.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a kernel refused its input, or stopped.
#[derive(Debug, Clone, PartialEq, ThisError)]
pub enum Error {
    /// An array has the wrong shape.
    #[error("{name}: expected shape {expected:?}, got {got:?}")]
    Shape {
        /// The argument.
        name: &'static str,
        /// What the other arguments ask for.
        expected: Vec<usize>,
        /// What came.
        got: Vec<usize>,
    },
    /// An array is not contiguous in C order.
    #[error("{0} must be contiguous in C order")]
    Layout(&'static str),
    /// An index points outside the array it indexes.
    #[error("{name}: {index} is out of range, expected 0 to {}", .end - 1)]
    Index {
        /// The argument.
        name: &'static str,
        /// What came.
        index: i64,
        /// One past the largest index.
        end: usize,
    },
    /// A value is outside the domain of the function.
    #[error("{0}")]
    Domain(String),
    /// An iteration did not converge.
    #[error("{0}")]
    Convergence(String),
    /// The caller asked the kernel to stop.
    #[error("stopped")]
    Stopped,
}

/// Require `got == expected`.
pub fn ensure_shape(name: &'static str, got: &[usize], expected: &[usize]) -> Result<()> {
    if got == expected {
        return Ok(());
    }
    Err(Error::Shape { name, expected: expected.to_vec(), got: got.to_vec() })
}

/// Require `0 <= index < end`, and return it as an index.
pub fn ensure_index(name: &'static str, index: i64, end: usize) -> Result<usize> {
    usize::try_from(index).ok().filter(|&i| i < end).ok_or(Error::Index {
        name,
        index,
        end,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_shape_names_the_argument_and_both_shapes() {
        let error = ensure_shape("masses", &[3], &[2]).unwrap_err();
        assert_eq!(error.to_string(), "masses: expected shape [2], got [3]");
    }

    #[test]
    fn a_negative_index_is_refused() {
        assert_eq!(
            ensure_index("q", -1, 4).unwrap_err().to_string(),
            "q: -1 is out of range, expected 0 to 3"
        );
        assert_eq!(ensure_index("q", 3, 4), Ok(3));
    }
}
