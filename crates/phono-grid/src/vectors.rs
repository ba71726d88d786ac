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

/// `x · y`.
#[inline(always)]
pub(crate) fn dot(x: &Vector, y: &Vector) -> f64 {
    x[0] * y[0] + x[1] * y[1] + x[2] * y[2]
}

/// `|x|`.
#[inline(always)]
pub(crate) fn norm(x: &Vector) -> f64 {
    dot(x, x).sqrt()
}

/// `x × y`.
fn cross(x: &Vector, y: &Vector) -> Vector {
    std::array::from_fn(|i| {
        let (j, k) = ((i + 1) % 3, (i + 2) % 3);
        x[j] * y[k] - x[k] * y[j]
    })
}

/// The matrix whose product with `rows` is one; infinities where they have no volume.
pub(crate) fn inverse(rows: &[Vector; 3]) -> [Vector; 3] {
    let [a, b, c] = rows;
    let (bc, ca, ab) = (cross(b, c), cross(c, a), cross(a, b));
    let volume = dot(a, &bc);
    std::array::from_fn(|i| [bc[i] / volume, ca[i] / volume, ab[i] / volume])
}
