//! Half linewidths from four-phonon scattering.

use ndarray::{Array4, ArrayView1, ArrayView2, ArrayView3};
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::Constants4;
use crate::at_q::AtQ;
use crate::channels::{Kind, Open, Rules};
use crate::pair::{Elements4, Phonons, Scratch, Visit, visit_pair};
use crate::quadruplets::{Quadruplet, Quadruplets};
use crate::smearing::{Counting, Smearing, Widths};
use crate::units::{LINEWIDTH4, STRENGTH4};

/// Choices in the calculation of four-phonon linewidths.
#[derive(Debug, Clone, Copy)]
pub struct Scattering4<'a> {
    /// In place of the delta functions.
    pub smearing: Smearing<'a>,
    /// Phonons at or below neither scatter nor are scattered, THz.
    pub cutoff_frequency: f64,
    /// Consecutive bands closer than this are one set, THz.
    pub degeneracy: f64,
    /// How processes are counted.
    pub counting: Counting,
}

/// Shortest images of every grid point: `addresses[first[q]..first[q + 1]]`.
#[derive(Debug, Clone, Copy)]
pub struct Zone<'a> {
    addresses: &'a [[i64; 3]],
    first: &'a [i64],
}

impl<'a> Zone<'a> {
    /// Borrow the images of `first.len() - 1` points.
    pub fn new(addresses: ArrayView2<'a, i64>, first: ArrayView1<'a, i64>) -> Result<Self> {
        ensure_shape("addresses", addresses.shape(), &[addresses.nrows(), 3])?;
        let first = first.to_slice().ok_or(Error::Layout("first"))?;
        for &i in first {
            ensure_index("first", i, addresses.nrows() + 1)?;
        }
        let addresses = addresses.to_slice().ok_or(Error::Layout("addresses"))?;
        Ok(Self { addresses: addresses.as_chunks().0, first })
    }

    /// Whether some images of four points sum to zero.
    fn is_normal(&self, points: [usize; 4]) -> bool {
        let of =
            |q: usize| &self.addresses[self.first[q] as usize..self.first[q + 1] as usize];
        let [a, b, c, d] = points.map(of);
        a.iter().any(|a| {
            b.iter().any(|b| {
                c.iter().any(|c| {
                    d.iter().any(|d| (0..3).all(|i| a[i] + b[i] + c[i] + d[i] == 0))
                })
            })
        })
    }
}

/// `Γ[process, kind, T, j]` in THz at wave vector `q`: normal and umklapp processes; decay,
/// redistribution and absorption.
///
/// ```text
/// Γ_λ = c Σ |V4|² { D δ(f − f1 − f2 − f3) + Σ_a R_a [δ(f − s_a) − δ(f + s_a)] }
/// ```
///
/// over unordered triples and their weights, `c` of `LINEWIDTH4`; `D = (n1 + 1)(n2 + 1)
/// (n3 + 1) − n1 n2 n3`, `R_a = n_a (n_b + n_c + 1) − n_b n_c` and `s_a = f_b + f_c − f_a`
/// for each `a` of the three.
///
/// * `occupations[q, j, T]`
pub fn linewidths4(
    constants: Constants4<'_>,
    phonons: &Phonons<'_>,
    q: i64,
    occupations: ArrayView3<'_, f64>,
    (scattering, zone): (Scattering4<'_>, Zone<'_>),
    stop: &Stop,
) -> Result<Array4<f64>> {
    let (n_q, n_b) = phonons.modes.shape();
    let q = ensure_index("q", q, n_q)?;
    let sum = Sum::new(constants, phonons, q, occupations, (scattering, zone), stop)?;
    let symmetric = scattering.counting == Counting::Symmetric;
    let quadruplets = Quadruplets::new(phonons, q, symmetric, stop)?;
    let parts = quadruplets.all.par_iter().map_init(
        || sum.room(),
        |room, (q1, list)| {
            stop.check()?;
            Ok(sum.part(*q1, list, room))
        },
    );
    let parts: Vec<Vec<f64>> = parts.collect::<Result<_>>()?;
    let mut total = vec![0.0; sum.len()];
    for part in &parts {
        total.iter_mut().zip(part).for_each(|(t, x)| *t += x);
    }
    let shape = (2, 3, sum.n_t, n_b);
    let gamma = Array4::from_shape_vec(shape, total).map_err(|_| Error::Layout("Γ"))?;
    Ok(sum.finished(gamma))
}

/// What all parts of the sum at one `q` share.
pub(crate) struct Sum<'a> {
    pub(crate) at_q: AtQ,
    phonons: &'a Phonons<'a>,
    q: usize,
    scattering: Scattering4<'a>,
    zone: Zone<'a>,
    occupations: &'a [f64],
    pub(crate) n_t: usize,
    /// Degenerate sets by which forward processes are told, `[q, j]`.
    sets: Vec<usize>,
    opposite: Vec<usize>,
}

/// Room that a thread needs.
pub(crate) struct Room {
    scratch: Scratch,
    widths: Widths,
    open: Vec<Open>,
}

impl<'a> Sum<'a> {
    /// Put in the phonons at `q`.
    pub(crate) fn new(
        constants: Constants4<'_>,
        phonons: &'a Phonons<'a>,
        q: usize,
        occupations: ArrayView3<'a, f64>,
        (scattering, zone): (Scattering4<'a>, Zone<'a>),
        stop: &Stop,
    ) -> Result<Self> {
        let (n_q, n_b) = phonons.modes.shape();
        let n_t = occupations.dim().2;
        ensure_shape("occupations", occupations.shape(), &[n_q, n_b, n_t])?;
        ensure_shape("zone.first", &[zone.first.len()], &[n_q + 1])?;
        if constants.n_atoms() * 3 != n_b {
            return Err(Error::Domain(format!(
                "phonons have {n_b} bands and the constants {} atoms",
                constants.n_atoms()
            )));
        }
        if let Smearing::Adaptive { spreads, n_steps, .. } = scattering.smearing {
            ensure_shape("spreads", &[spreads.len()], &[n_q * n_b * n_steps])?;
        }
        let sets = match scattering.counting {
            Counting::FourPhonon => (0..n_q * n_b).map(|i| i % n_b).collect(),
            Counting::Symmetric => (0..n_q)
                .flat_map(|q| sets(phonons.modes.frequencies(q), scattering.degeneracy))
                .collect(),
        };
        Ok(Self {
            at_q: AtQ::new(constants, phonons, q, stop)?,
            phonons,
            q,
            scattering,
            zone,
            occupations: occupations.to_slice().ok_or(Error::Layout("occupations"))?,
            n_t,
            sets,
            opposite: (0..n_q).map(|q| phonons.opposite(q)).collect(),
        })
    }

    /// Numbers of a sum.
    pub(crate) fn len(&self) -> usize {
        6 * self.n_t * self.phonons.n_bands()
    }

    /// Room for a thread.
    pub(crate) fn room(&self) -> Room {
        Room {
            scratch: Scratch::new(&self.at_q, self.phonons.n_bands()),
            widths: Widths::default(),
            open: vec![],
        }
    }

    /// The share of quadruplets with one `q1`, without factors.
    pub(crate) fn part(&self, q1: usize, list: &[Quadruplet], room: &mut Room) -> Vec<f64> {
        let points: Vec<[usize; 2]> =
            list.iter().map(|quadruplet| quadruplet.points).collect();
        let mut gamma = vec![0.0; self.len()];
        Arch::new().dispatch(Part { sum: self, q1, list, points, room, gamma: &mut gamma });
        gamma
    }

    /// Put in the factors, and average over degenerate sets of initial bands.
    pub(crate) fn finished(&self, mut gamma: Array4<f64>) -> Array4<f64> {
        let (n_q, n_b) = self.phonons.modes.shape();
        let f = self.phonons.modes.frequencies(self.q);
        let factor = LINEWIDTH4 * STRENGTH4 / (n_q * n_q) as f64;
        let sets = sets(f, self.scattering.degeneracy);
        for mut row in gamma.rows_mut() {
            for j in 0..n_b {
                let active = f[j] > self.scattering.cutoff_frequency;
                row[j] = if active { row[j] * factor / f[j] } else { 0.0 };
            }
            let mut j = 0;
            while j < n_b {
                let end = (j..n_b).find(|&k| sets[k] != sets[j]).unwrap_or(n_b);
                let mean = row.iter().skip(j).take(end - j).sum::<f64>() / (end - j) as f64;
                for k in j..end {
                    row[k] =
                        if f[k] > self.scattering.cutoff_frequency { mean } else { 0.0 };
                }
                j = end;
            }
        }
        gamma
    }
}

/// The number of the degenerate set of each band.
fn sets(f: &[f64], degeneracy: f64) -> Vec<usize> {
    let mut set = 0;
    (0..f.len())
        .map(|j| {
            set += usize::from(j > 0 && f[j] - f[j - 1] >= degeneracy);
            set
        })
        .collect()
}

/// [`Sum::part`], compiled for the vectors of this machine.
struct Part<'a, 'b> {
    sum: &'a Sum<'b>,
    q1: usize,
    list: &'a [Quadruplet],
    points: Vec<[usize; 2]>,
    room: &'a mut Room,
    gamma: &'a mut [f64],
}

impl WithSimd for Part<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { sum, q1, list, points, room, gamma } = self;
        let Room { scratch, widths, open } = room;
        let s = &sum.scattering;
        let rules = Rules {
            modes: sum.phonons.modes,
            smearing: s.smearing,
            counting: s.counting,
            cutoff_frequency: s.cutoff_frequency,
            sets: &sum.sets,
            opposite: &sum.opposite,
        };
        let mut add = Add { sum, rules, q1, list, widths, open, gamma };
        visit_pair(simd, (&sum.at_q, sum.phonons), q1, &points, scratch, &mut add);
    }
}

/// Adds the open channels of every quadruplet.
struct Add<'a, 'b> {
    sum: &'a Sum<'b>,
    rules: Rules<'a>,
    q1: usize,
    list: &'a [Quadruplet],
    widths: &'a mut Widths,
    open: &'a mut Vec<Open>,
    gamma: &'a mut [f64],
}

impl Visit for Add<'_, '_> {
    #[inline(always)]
    fn wants(&mut self, t: usize) -> bool {
        let [q2, q3] = self.list[t].points;
        self.rules.collect(self.sum.q, [self.q1, q2, q3], self.widths, self.open);
        !self.open.is_empty()
    }

    #[inline(always)]
    fn visit(&mut self, t: usize, v: &Elements4<'_>) {
        let Quadruplet { points: [q2, q3], weight } = self.list[t];
        let (n_t, n_b) = (self.sum.n_t, self.sum.phonons.n_bands());
        let three = [self.q1, q2, q3];
        let is_normal = self.sum.zone.is_normal([self.sum.q, self.q1, q2, q3]);
        let process = usize::from(!is_normal) * 3;
        let f = three.map(|q| self.sum.phonons.modes.frequencies(q));
        let n = three.map(|q| &self.sum.occupations[q * n_b * n_t..(q + 1) * n_b * n_t]);
        for open in self.open.iter() {
            let [j, j1, j2, j3] = open.bands;
            let product = f[0][j1] * f[1][j2] * f[2][j3];
            let strength = weight as f64 * open.weight * v.square(open.bands) / product;
            let n = [&n[0][j1 * n_t..], &n[1][j2 * n_t..], &n[2][j3 * n_t..]];
            let (kind, alone, sign) = match open.kind {
                Kind::Decay => (0, None, 1.0),
                Kind::Redistribution(a) => (1, Some(a), 1.0),
                Kind::Absorption(a) => (2, Some(a), -1.0),
            };
            let at = (process + kind) * n_t * n_b + j;
            for t in 0..n_t {
                let n = [n[0][t], n[1][t], n[2][t]];
                let factor = match alone {
                    None => {
                        n[0] * n[1] + n[0] * n[2] + n[1] * n[2] + n[0] + n[1] + n[2] + 1.0
                    }
                    Some(a) => {
                        let (b, c) = ((a + 1) % 3, (a + 2) % 3);
                        n[a] * (n[b] + n[c] + 1.0) - n[b] * n[c]
                    }
                };
                self.gamma[at + t * n_b] += sign * strength * factor;
            }
        }
    }
}
