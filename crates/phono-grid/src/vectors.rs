//! Vectors of three numbers.

/// Three components.
pub(crate) type Vector = [f64; 3];

/// `x · rows`: from coordinates to the space of the rows.
#[inline(always)]
pub(crate) fn combine(x: &Vector, rows: &[Vector; 3]) -> Vector {
    std::array::from_fn(|j| x[0] * rows[0][j] + x[1] * rows[1][j] + x[2] * rows[2][j])
}

/// Each component taken to [-1/2, 1/2]; halves as NumPy rounds them, to even.
#[inline(always)]
pub(crate) fn nearest(x: Vector) -> Vector {
    x.map(|x| x - x.round_ties_even())
}

/// `|x|`.
#[inline(always)]
pub(crate) fn norm(x: &Vector) -> f64 {
    (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt()
}
