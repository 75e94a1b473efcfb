//! Powers modulo an odd number, by Montgomery's method: what verifying an RSA signature takes.
//!
//! Only public numbers come here, so nothing is done in constant time. The `rsa` crate does this for secret exponents too
//! and takes ten times as long, which counts where a fleet of ten thousand hosts has a signature each.

use rsa::BigUint;

/// `base` to the power of `exponent`, modulo `modulus`. `None` when the modulus is even.
pub(super) fn power(base: &BigUint, exponent: &BigUint, modulus: &BigUint) -> Option<BigUint> {
    let limbs = modulus.to_bytes_le().len().div_ceil(8);
    let field = Field::modulo(limbs_of(modulus, limbs))?;
    // One in Montgomery's form is the radix itself, and a number gets into that form by the radix squared.
    let radix = BigUint::from(1_u8) << (64 * limbs);
    let enter = limbs_of(&(&radix * &radix % modulus), limbs);
    let base = field.product(&limbs_of(&(base % modulus), limbs), &enter);
    let bits = exponent.to_bytes_be().into_iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    let one = limbs_of(&(radix % modulus), limbs);
    let result = bits.skip_while(|is_set| !is_set).fold(one, |power, is_set| {
        let squared = field.product(&power, &power);
        if is_set { field.product(&squared, &base) } else { squared }
    });
    let unit = limbs_of(&BigUint::from(1_u8), limbs);
    Some(number_of(&field.product(&result, &unit)) % modulus)
}

/// A modulus made ready.
struct Field {
    /// The least limb first, as in all numbers here.
    modulus: Vec<u64>,
    /// What makes the least limb vanish: minus one over the modulus, modulo 2^64.
    vanish: u64,
}

impl Field {
    fn modulo(modulus: Vec<u64>) -> Option<Self> {
        let least = *modulus.first().filter(|least| **least & 1 == 1)?;
        // Newton's iteration: each step doubles the bits that are right, beginning with three.
        let inverse =
            (0..5).fold(least, |inverse, _| inverse.wrapping_mul(2_u64.wrapping_sub(least.wrapping_mul(inverse))));
        Some(Self { modulus, vanish: inverse.wrapping_neg() })
    }

    /// `left * right / radix` modulo the modulus, less than the radix; both are below the modulus, or below the radix
    /// and the product with the modulus fits.
    fn product(&self, left: &[u64], right: &[u64]) -> Vec<u64> {
        let mut sum = vec![0; self.modulus.len()];
        let mut above = 0;
        for limb in right {
            let carried = add_multiple(&mut sum, left, *limb) + u128::from(above);
            let factor = sum.first().map_or(0, |least| least.wrapping_mul(self.vanish));
            let carried = add_multiple(&mut sum, &self.modulus, factor) + carried;
            // The least limb is zero now: the division by 2^64.
            sum.rotate_left(1);
            let (low, high) = split(carried);
            if let Some(last) = sum.last_mut() {
                *last = low;
            }
            above = low_of(high);
        }
        if above > 0 || sum.iter().rev().ge(self.modulus.iter().rev()) {
            subtract(&mut sum, &self.modulus);
        }
        sum
    }
}

/// Adds `factor` times `other` to `sum`; gives what is carried beyond its end.
fn add_multiple(sum: &mut [u64], other: &[u64], factor: u64) -> u128 {
    let mut carried = 0;
    for (limb, other) in sum.iter_mut().zip(other) {
        let wide = u128::from(*limb) + u128::from(*other) * u128::from(factor) + carried;
        (*limb, carried) = split(wide);
    }
    carried
}

/// Takes `other` from `sum`; what would be borrowed beyond its end is dropped.
fn subtract(sum: &mut [u64], other: &[u64]) {
    let mut borrowed = false;
    for (limb, other) in sum.iter_mut().zip(other) {
        let (less, first) = limb.overflowing_sub(*other);
        let (less, second) = less.overflowing_sub(u64::from(borrowed));
        (*limb, borrowed) = (less, first || second);
    }
}

/// The low 64 bits, and the rest.
fn split(wide: u128) -> (u64, u128) {
    (low_of(wide), wide >> 64)
}

fn low_of(wide: u128) -> u64 {
    u64::try_from(wide & u128::from(u64::MAX)).unwrap_or(u64::MAX)
}

/// So many limbs, the least first; the number fits.
fn limbs_of(number: &BigUint, limbs: usize) -> Vec<u64> {
    let mut bytes = number.to_bytes_le();
    bytes.resize(limbs * 8, 0);
    bytes.as_chunks::<8>().0.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect()
}

fn number_of(limbs: &[u64]) -> BigUint {
    BigUint::from_bytes_le(&limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_plain_arithmetic() {
        // Numbers that fill limbs to the brim, and some that do not; made by squaring, so always the same.
        let mut number = BigUint::from(0xffff_fffb_u32);
        for bits in [1, 31, 64, 65, 128, 191, 1024, 2048] {
            number = &number * &number + BigUint::from(0x9e37_79b9_u32);
            let brim = (BigUint::from(1_u8) << bits) - BigUint::from(1_u8);
            for modulus in [brim.clone(), (&number % &brim) | BigUint::from(1_u8)] {
                for exponent in [0_u32, 1, 2, 3, 17, 65_537] {
                    let exponent = BigUint::from(exponent);
                    for base in
                        [BigUint::from(0_u8), BigUint::from(1_u8), number.clone(), &modulus - BigUint::from(1_u8)]
                    {
                        let expected = base.modpow(&exponent, &modulus);
                        assert_eq!(
                            power(&base, &exponent, &modulus),
                            Some(expected),
                            "{base}^{exponent} mod {modulus}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn an_even_modulus_is_refused() {
        assert_eq!(power(&BigUint::from(3_u8), &BigUint::from(5_u8), &BigUint::from(10_u8)), None);
        assert_eq!(power(&BigUint::from(3_u8), &BigUint::from(5_u8), &BigUint::from(0_u8)), None);
    }
}
