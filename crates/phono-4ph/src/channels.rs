//! The channels of a quadruplet that conserve energy.

use phono_core::Modes;

use crate::smearing::{Counting, Smearing, Width, Widths};

/// A channel that is open: who takes part, and how well it conserves energy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    /// `j, j1, j2, j3`.
    pub(crate) bands: [usize; 4],
    pub(crate) kind: Kind,
    /// Energy-conserving weight, 1/THz.
    pub(crate) weight: f64,
}

/// Kinds of process; the phonon that is alone on its side is one of the three others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Decay,
    /// With a phonon into two.
    Redistribution(usize),
    /// With two phonons into one.
    Absorption(usize),
}

/// Everything that decides which channels are open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) modes: Modes<'a>,
    pub(crate) smearing: Smearing<'a>,
    pub(crate) counting: Counting,
    pub(crate) cutoff_frequency: f64,
    /// Degenerate set of every band, `[q, j]`; bands alone where each counts for itself.
    pub(crate) sets: &'a [usize],
    /// Index of the wave vector opposite to each.
    pub(crate) opposite: &'a [usize],
}

/// Three phonons that scatter with one at `q`.
#[derive(Debug, Clone, Copy)]
struct Three {
    q: usize,
    points: [usize; 3],
    bands: [usize; 3],
    /// Whether each wave vector is opposite to `q`.
    forward: [bool; 3],
}

/// Other two of three.
const OTHERS: [[usize; 2]; 3] = [[1, 2], [0, 2], [0, 1]];

impl Rules<'_> {
    /// Collect the open channels of `(q, q1, q2, q3)`.
    #[inline(always)]
    pub(crate) fn collect(
        &self,
        q: usize,
        points: [usize; 3],
        widths: &mut Widths,
        open: &mut Vec<Open>,
    ) {
        open.clear();
        let n_b = self.modes.shape().1;
        let sets = (self.counting == Counting::Symmetric).then_some(self.sets);
        widths.fill(&self.smearing, (n_b, sets), points);
        let f = points.map(|q| self.modes.frequencies(q));
        let forward = points.map(|other| self.opposite[other] == q);
        // Most channels are out of reach of every band.
        let initial = self.modes.frequencies(q);
        let reach = self.smearing.reach(widths.largest);
        let (low, high) = (initial[0] - reach, initial[n_b - 1] + reach);
        let is_near = |target: f64| target >= low && target <= high;
        for (j3, &g3) in f[2].iter().enumerate() {
            for (j2, &g2) in f[1].iter().enumerate() {
                for (j1, &g1) in f[0].iter().enumerate() {
                    let cutoff = self.cutoff_frequency;
                    if g1 <= cutoff || g2 <= cutoff || g3 <= cutoff {
                        continue;
                    }
                    let three = Three { q, points, bands: [j1, j2, j3], forward };
                    let total = g1 + g2 + g3;
                    if is_near(total) {
                        self.add_decay(&three, total, widths, open);
                    }
                    for (alone, g) in [g1, g2, g3].into_iter().enumerate() {
                        let target = total - 2.0 * g;
                        if is_near(target) {
                            let sigma = widths.of(true, OTHERS[alone], three.bands);
                            let kind = Kind::Redistribution(alone);
                            self.add(&three, kind, target, &[sigma], open);
                        }
                        if is_near(-target) {
                            self.add_absorption(&three, (alone, -target), widths, open);
                        }
                    }
                }
            }
        }
    }

    /// Add a decay into three phonons of energy `target`.
    #[inline(always)]
    fn add_decay(&self, three: &Three, target: f64, widths: &Widths, open: &mut Vec<Open>) {
        let sigmas = OTHERS.map(|pair| widths.of(true, pair, three.bands));
        self.add(three, Kind::Decay, target, self.decay(three, &sigmas), open);
    }

    /// Add an absorption of two phonons that leaves one `alone`, and its energy.
    #[inline(always)]
    fn add_absorption(
        &self,
        three: &Three,
        (alone, target): (usize, f64),
        widths: &Widths,
        open: &mut Vec<Open>,
    ) {
        let pairs = OTHERS[alone].map(|b| widths.of(false, [alone, b], three.bands));
        let pairs = self.absorption(three, alone, &pairs);
        self.add(three, Kind::Absorption(alone), target, pairs, open);
    }

    /// Widths of the decay out of those of all pairs.
    #[inline(always)]
    fn decay<'s>(&self, three: &Three, sigmas: &'s [Width; 3]) -> &'s [Width] {
        if self.counting == Counting::Symmetric || !self.is_adaptive() {
            return sigmas;
        }
        let mut first = 0;
        for k in 1..3 {
            let key = |k: usize| (self.opposite[three.points[k]], three.bands[k]);
            if key(k) < key(first) {
                first = k;
            }
        }
        &sigmas[first..=first]
    }

    /// Widths of an absorption out of those with either of the two that are absorbed.
    #[inline(always)]
    fn absorption<'s>(
        &self,
        three: &Three,
        alone: usize,
        pairs: &'s [Width; 2],
    ) -> &'s [Width] {
        if self.counting == Counting::Symmetric || !self.is_adaptive() {
            return pairs;
        }
        let [b, c] = OTHERS[alone];
        let later = usize::from(three.key(c) >= three.key(b));
        &pairs[later..=later]
    }

    /// Whether widths differ.
    #[inline(always)]
    fn is_adaptive(&self) -> bool {
        matches!(self.smearing, Smearing::Adaptive { .. })
    }

    /// Add the bands at `q` for which a channel is open: those near `target`.
    #[inline(always)]
    fn add(
        &self,
        three: &Three,
        kind: Kind,
        target: f64,
        sigmas: &[Width],
        open: &mut Vec<Open>,
    ) {
        let initial = self.modes.frequencies(three.q);
        let mut reach = 0.0f64;
        for &sigma in sigmas {
            reach = reach.max(self.smearing.reach(sigma));
        }
        let any_forward = three.forward[0] || three.forward[1] || three.forward[2];
        for (j, &f) in initial.iter().enumerate() {
            let x = f - target;
            if x.abs() > reach || f <= self.cutoff_frequency {
                continue;
            }
            let mut sum = 0.0;
            for &sigma in sigmas {
                if x.abs() <= self.smearing.reach(sigma) {
                    sum += sigma.density(x);
                }
            }
            if sum > 0.0 && !(any_forward && self.is_forward(three, kind, j)) {
                let weight = sum / sigmas.len() as f64 * self.times(three, kind);
                let [j1, j2, j3] = three.bands;
                open.push(Open { bands: [j, j1, j2, j3], kind, weight });
            }
        }
    }

    /// Orders of equal phonons on one side, where each process has the full weight.
    #[inline(always)]
    fn times(&self, three: &Three, kind: Kind) -> f64 {
        if self.counting == Counting::Symmetric {
            return 1.0;
        }
        let equal = |pair: [usize; 2]| three.key(pair[0]) == three.key(pair[1]);
        match kind {
            Kind::Decay => match OTHERS.into_iter().filter(|&pair| equal(pair)).count() {
                0 => 1.0,
                1 => 2.0,
                _ => 6.0,
            },
            Kind::Redistribution(alone) | Kind::Absorption(alone) => {
                if equal(OTHERS[alone]) { 2.0 } else { 1.0 }
            }
        }
    }

    /// Whether a phonon goes out of a redistribution as it came in.
    #[inline(always)]
    fn is_forward(&self, three: &Three, kind: Kind, j: usize) -> bool {
        let Kind::Redistribution(alone) = kind else { return false };
        let n_b = self.modes.shape().1;
        let set = |q: usize, j: usize| self.sets[q * n_b + j];
        // If one goes out with the wave vector of `q`, the other has that of the partner.
        let [b, c] = OTHERS[alone];
        [[b, c], [c, b]].into_iter().any(|[out, other]| {
            let opposite = |k: usize| set(self.opposite[three.points[k]], three.bands[k]);
            three.forward[out]
                && (opposite(out) == set(three.q, j)
                    || opposite(other) == set(three.points[alone], three.bands[alone]))
        })
    }
}

impl Three {
    /// Order of the phonons in the grid and the bands.
    #[inline(always)]
    fn key(&self, k: usize) -> (usize, usize) {
        (self.points[k], self.bands[k])
    }
}
