//! Force constants of any order on a supercell.

use ndarray::{ArrayView1, ArrayView2, ArrayViewD};

use crate::{Error, Result, ensure_index, ensure_shape};

/// How the atoms of a supercell map on those of its primitive cell.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    primitive_to_supercell: &'a [i64],
    supercell_to_primitive: &'a [i64],
    translations: &'a [i64],
    home: &'a [i64],
}

impl<'a> Tables<'a> {
    /// Borrow the four maps:
    ///
    /// * `primitive_to_supercell[k]`: the supercell atom that represents primitive atom `k`;
    /// * `supercell_to_primitive[s]`: the primitive atom `k` of supercell atom `s`;
    /// * `translations[t, s]`: where atom `s` goes under lattice translation `t`;
    /// * `home[s]`: the translation that takes `s` to its representative.
    pub fn new(
        primitive_to_supercell: ArrayView1<'a, i64>,
        supercell_to_primitive: ArrayView1<'a, i64>,
        translations: ArrayView2<'a, i64>,
        home: ArrayView1<'a, i64>,
    ) -> Result<Self> {
        let (n_a, n_s) = (primitive_to_supercell.len(), supercell_to_primitive.len());
        let n_t = translations.nrows();
        ensure_shape("translations", translations.shape(), &[n_t, n_s])?;
        ensure_shape("home", home.shape(), &[n_s])?;
        let layout = |name| move || Error::Layout(name);
        let tables = Self {
            primitive_to_supercell: primitive_to_supercell
                .to_slice()
                .ok_or_else(layout("primitive_to_supercell"))?,
            supercell_to_primitive: supercell_to_primitive
                .to_slice()
                .ok_or_else(layout("supercell_to_primitive"))?,
            translations: translations.to_slice().ok_or_else(layout("translations"))?,
            home: home.to_slice().ok_or_else(layout("home"))?,
        };
        let check = |name, values: &[i64], end| {
            values.iter().try_for_each(|&i| ensure_index(name, i, end).map(|_| ()))
        };
        check("primitive_to_supercell", tables.primitive_to_supercell, n_s)?;
        check("supercell_to_primitive", tables.supercell_to_primitive, n_a)?;
        check("translations", tables.translations, n_s)?;
        check("home", tables.home, n_t)?;
        Ok(tables)
    }

    /// Number of primitive atoms.
    pub fn n_atoms(&self) -> usize {
        self.primitive_to_supercell.len()
    }

    /// Number of supercell atoms.
    pub fn n_supercell(&self) -> usize {
        self.supercell_to_primitive.len()
    }

    /// The supercell atom that represents primitive atom `k`.
    pub fn home(&self, k: usize) -> usize {
        self.primitive_to_supercell[k] as usize
    }

    /// The primitive atom of supercell atom `s`.
    pub fn primitive(&self, s: usize) -> usize {
        self.supercell_to_primitive[s] as usize
    }

    /// Where every atom goes under the translation that takes `s` home.
    pub fn to_home(&self, s: usize) -> &'a [i64] {
        let n_s = self.n_supercell();
        let t = self.home[s] as usize;
        &self.translations[t * n_s..(t + 1) * n_s]
    }
}

/// Compact force constants of order 2, 3, …: the first atom in the primitive cell, the
/// others in the supercell.
#[derive(Debug, Clone, Copy)]
pub struct ForceConstants<'a> {
    values: &'a [f64],
    order: usize,
    tables: Tables<'a>,
}

impl<'a> ForceConstants<'a> {
    /// Borrow `values[k, s, …, α, β, …]` in eV/Å^order, C order: `order` atom axes, then
    /// `order` Cartesian axes.
    pub fn new(values: ArrayViewD<'a, f64>, tables: Tables<'a>) -> Result<Self> {
        let order = values.ndim() / 2;
        let mut expected = vec![tables.n_supercell(); order];
        if let Some(first) = expected.first_mut() {
            *first = tables.n_atoms();
        }
        expected.extend(std::iter::repeat_n(3, order));
        ensure_shape("values", values.shape(), &expected)?;
        let values = values.to_slice().ok_or(Error::Layout("values"))?;
        Ok(Self { values, order, tables })
    }

    /// All values, C order.
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// 2, 3, …
    pub fn order(&self) -> usize {
        self.order
    }

    /// The maps between the cells.
    pub fn tables(&self) -> Tables<'a> {
        self.tables
    }
}
