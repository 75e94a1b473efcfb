//! Powers modulo an odd number: what verifying an RSA signature takes.
//!
//! Only public numbers come here. `rsa` treats every exponent as a secret one and takes fifteen times as long, which
//! counts where a fleet of ten thousand hosts has a signature each; so the multiplying is left to `crypto-bigint`, and
//! the exponent is walked through here.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd, Resize as _};
use rsa::BigUint;

/// `base` to the power of `exponent`, modulo `modulus`. `None` when the modulus is even.
pub(super) fn power(base: &BigUint, exponent: &BigUint, modulus: &BigUint) -> Option<BigUint> {
    let odd = Odd::new(boxed(modulus)).into_option()?;
    let base = boxed(&(base % modulus)).resize(odd.bits_precision());
    let field = BoxedMontyParams::new_vartime(odd);
    let one = BoxedMontyForm::one(&field);
    let base = BoxedMontyForm::new(base, &field);
    let bits = exponent.to_bytes_be().into_iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    let power = bits.skip_while(|is_set| !is_set).fold(one, |power, is_set| {
        let squared = power.square();
        if is_set { squared * &base } else { squared }
    });
    Some(BigUint::from_bytes_be(&power.retrieve().to_be_bytes()))
}

fn boxed(number: &BigUint) -> BoxedUint {
    BoxedUint::from_be_slice_vartime(&number.to_bytes_be())
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
