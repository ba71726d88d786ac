//! Images under symmetry of tensor fields about a few displaced atoms.

use ndarray::{ArrayD, ArrayView1, ArrayView2, ArrayView3, ArrayViewD, IxDyn};
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use rayon::prelude::*;

type Rotation = [[f64; 3]; 3];

/// Some operations of a space group.
#[derive(Debug, Clone)]
pub struct Operations<'a> {
    rotations: Vec<Rotation>,
    permutations: ArrayView2<'a, i64>,
}

impl<'a> Operations<'a> {
    /// Borrow Cartesian `rotations[g, α, β]` and `permutations[g, j]`, the atom that `g`
    /// takes atom `j` to.
    pub fn new(
        rotations: ArrayView3<'_, f64>,
        permutations: ArrayView2<'a, i64>,
    ) -> Result<Self> {
        let (n_r, n_s) = permutations.dim();
        ensure_shape("rotations", rotations.shape(), &[n_r, 3, 3])?;
        ensure_atoms("permutations", permutations.iter(), n_s)?;
        let matrix = |r: ArrayView2<'_, f64>| {
            std::array::from_fn(|a| std::array::from_fn(|b| r[[a, b]]))
        };
        let rotations = rotations.outer_iter().map(matrix).collect();
        Ok(Self { rotations, permutations })
    }

    /// Number of atoms.
    fn n_supercell(&self) -> usize {
        self.permutations.ncols()
    }

    /// The operations that take `target` to one of `atoms`, and to which.
    fn images(
        &self,
        target: i64,
        atoms: ArrayView1<'_, i64>,
    ) -> Vec<(&Rotation, Vec<usize>, usize)> {
        let mut images = Vec::new();
        for (rotation, permutation) in self.rotations.iter().zip(self.permutations.rows()) {
            for (field, &atom) in atoms.iter().enumerate() {
                if permutation[target as usize] == atom {
                    let permutation = permutation.iter().map(|&j| j as usize).collect();
                    images.push((rotation, permutation, field));
                }
            }
        }
        images
    }
}

/// Sum of all images, about target atoms, of fields about given atoms.
///
/// ```text
/// Ψ_αβ…(t, j, …) = Σ_{g: g t = i} R_α'α R_β'β … F_α'β'…(i, g j, …)
/// ```
///
/// over all operations `g` that take target `t` to an atom `i` with a field; zero where
/// there is none.
///
/// * `fields`: `F[i, j, …, α, β, …]`, one Cartesian axis more than axes over supercell
///   atoms, shape `(n_i, n_s, …, 3, 3, …)`, two to four Cartesian axes.
/// * `atoms`: the supercell atom of each field.
/// * `targets`: supercell atoms.
pub fn rows_by_symmetry(
    fields: ArrayViewD<'_, f64>,
    atoms: ArrayView1<'_, i64>,
    targets: ArrayView1<'_, i64>,
    operations: &Operations<'_>,
    stop: &Stop,
) -> Result<ArrayD<f64>> {
    let (order, n_s) = (fields.ndim() / 2, operations.n_supercell());
    let mut shape = vec![atoms.len()];
    shape.extend(std::iter::repeat_n(n_s, order.saturating_sub(1)));
    shape.extend(std::iter::repeat_n(3, order));
    ensure_shape("fields", fields.shape(), &shape)?;
    ensure_atoms("atoms", atoms.iter(), n_s)?;
    ensure_atoms("targets", targets.iter(), n_s)?;
    let fields = fields.to_slice().ok_or(Error::Layout("fields"))?;

    shape[0] = targets.len();
    let row_length: usize = shape[1..].iter().product();
    let mut rows = vec![0.0; targets.len() * row_length];
    for (row, &target) in rows.chunks_exact_mut(row_length.max(1)).zip(targets) {
        stop.check()?;
        let images = operations.images(target, atoms).into_iter().map(
            |(rotation, permutation, field)| Image {
                rotation,
                permutation,
                field: &fields[field * row_length..(field + 1) * row_length],
            },
        );
        let images: Vec<_> = images.collect();
        match order {
            2 => add_images::<9>(row, &images),
            3 => add_images::<27>(row, &images),
            4 => add_images::<81>(row, &images),
            _ => {
                return Err(Error::Domain(format!(
                    "fields: expected 2 to 4 Cartesian axes, got {order}; constants of higher \
                 order have no compiled kernel, use lang=\"Python\""
                )));
            }
        }
    }
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), rows).expect("rows have this shape"))
}

/// A field about one atom, to be seen from another.
struct Image<'a> {
    rotation: &'a Rotation,
    permutation: Vec<usize>,
    field: &'a [f64],
}

/// Add the images to a row of blocks of `N = 3^order` numbers.
fn add_images<const N: usize>(row: &mut [f64], images: &[Image<'_>]) {
    let Some(n_s) = images.first().map(|image| image.permutation.len()) else { return };
    let n_atom_axes = N.ilog(3) - 1;
    // Parallel over lines of blocks along the last atom, serial over images: the order of
    // each sum does not depend on the number of threads.
    row.par_chunks_exact_mut(n_s * N).enumerate().for_each(|(line, blocks)| {
        let blocks = blocks.as_chunks_mut::<N>().0;
        for image in images {
            let source = n_s * permuted(line, n_atom_axes - 1, &image.permutation);
            let field = image.field.as_chunks::<N>().0;
            for (block, &k) in blocks.iter_mut().zip(&image.permutation) {
                let rotated = rotate_back(image.rotation, &field[source + k]);
                block.iter_mut().zip(rotated).for_each(|(sum, x)| *sum += x);
            }
        }
    });
}

/// The flat index of `n_axes` atoms, each of them permuted.
fn permuted(flat: usize, n_axes: u32, permutation: &[usize]) -> usize {
    let n_s = permutation.len();
    if n_axes == 0 {
        return 0;
    }
    permuted(flat / n_s, n_axes - 1, permutation) * n_s + permutation[flat % n_s]
}

/// `R_α'α R_β'β … F_α'β'…`.
fn rotate_back<const N: usize>(rotation: &Rotation, block: &[f64; N]) -> [f64; N] {
    let n = N / 3;
    let mut tensor = *block;
    for _ in 0..N.ilog(3) {
        // Contract the first axis; its image becomes the last one.
        let mut turned = [0.0; N];
        for rest in 0..n {
            let x = [tensor[rest], tensor[n + rest], tensor[2 * n + rest]];
            for c in 0..3 {
                turned[3 * rest + c] =
                    rotation[0][c] * x[0] + rotation[1][c] * x[1] + rotation[2][c] * x[2];
            }
        }
        tensor = turned;
    }
    tensor
}

/// Require atoms of the supercell.
fn ensure_atoms<'a>(
    name: &'static str,
    atoms: impl IntoIterator<Item = &'a i64>,
    n_s: usize,
) -> Result<()> {
    atoms.into_iter().try_for_each(|&atom| ensure_index(name, atom, n_s).map(|_| ()))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array, array};

    use super::*;

    /// The identity, and a quarter turn about z that exchanges atoms 0 and 1 of three.
    fn quarter_turn() -> (Array<f64, ndarray::Ix3>, Array<i64, ndarray::Ix2>) {
        let rotations = array![
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
        ];
        (rotations, array![[0, 1, 2], [1, 0, 2]])
    }

    fn rows(
        fields: ArrayViewD<'_, f64>,
        atoms: &[i64],
        targets: &[i64],
    ) -> Result<ArrayD<f64>> {
        let (rotations, permutations) = quarter_turn();
        let operations = Operations::new(rotations.view(), permutations.view()).unwrap();
        rows_by_symmetry(
            fields,
            atoms.into(),
            targets.into(),
            &operations,
            &Stop::default(),
        )
    }

    #[test]
    fn a_field_turns_with_its_atoms_and_its_axes() {
        // Atom 0 along x meets atom 1 along y: seen from atom 1, whose image is atom 0,
        // the partner is atom 0 and R' takes x to -y and y to x.
        let mut fields = ArrayD::zeros(IxDyn(&[1, 3, 3, 3]));
        fields[[0, 1, 0, 1]] = 2.0;
        let image = rows(fields.view(), &[0], &[1]).unwrap();
        let mut expected = ArrayD::zeros(IxDyn(&[1, 3, 3, 3]));
        expected[[0, 0, 1, 0]] = -2.0;
        assert_eq!(image, expected);
    }

    #[test]
    fn an_atom_seen_from_itself_keeps_its_field() {
        let fields = Array::linspace(0.0, 1.0, 243).into_dyn();
        let fields = fields.to_shape(IxDyn(&[1, 3, 3, 3, 3, 3])).unwrap();
        assert_eq!(rows(fields.view(), &[1], &[1]).unwrap(), fields);
    }

    #[test]
    fn an_atom_that_no_operation_reaches_gets_zero() {
        let fields = ArrayD::ones(IxDyn(&[1, 3, 3, 3]));
        let row = rows(fields.view(), &[0], &[2]).unwrap();
        assert_eq!(row, ArrayD::zeros(IxDyn(&[1, 3, 3, 3])));
    }

    #[test]
    fn a_field_over_other_atoms_is_refused() {
        let error =
            rows(ArrayD::ones(IxDyn(&[1, 4, 3, 3])).view(), &[0], &[1]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "fields: expected shape [1, 3, 3, 3], got [1, 4, 3, 3]"
        );
    }

    #[test]
    fn fifth_order_is_refused_and_the_way_out_named() {
        let fields = ArrayD::zeros(IxDyn(&[1, 3, 3, 3, 3, 3, 3, 3, 3, 3]));
        let error = rows(fields.view(), &[0], &[1]).unwrap_err().to_string();
        assert!(error.starts_with("fields: expected 2 to 4 Cartesian axes, got 5"));
        assert!(error.ends_with("use lang=\"Python\""));
    }

    #[test]
    fn an_atom_outside_the_supercell_is_refused() {
        let error =
            rows(ArrayD::ones(IxDyn(&[1, 3, 3, 3])).view(), &[0], &[3]).unwrap_err();
        assert_eq!(error.to_string(), "targets: 3 is out of range, expected 0 to 2");
    }

    #[test]
    fn a_requested_stop_stops_it() {
        let (rotations, permutations) = quarter_turn();
        let operations = Operations::new(rotations.view(), permutations.view()).unwrap();
        let stop = Stop::default();
        stop.request();
        let fields = ArrayD::ones(IxDyn(&[1, 3, 3, 3]));
        let atoms: &[i64] = &[0];
        let result =
            rows_by_symmetry(fields.view(), atoms.into(), atoms.into(), &operations, &stop);
        assert_eq!(result, Err(Error::Stopped));
    }
}
