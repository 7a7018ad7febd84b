//! Azure's own rules of caches, with what their codes mean.

use topology::Explanation;
use topology::family::{At, Check};

use super::Redis;

/// What the codes mean.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "redis-retired",
        title: "a cache is of a size that retires",
        reason: "Sizes `Enterprise_…` and `EnterpriseFlash_…` retire on 31 March 2027.",
        example: "stamp:\n  redis: { sku: Enterprise_E10 }",
        remedy: "Take a size such as `Balanced_B5` or `MemoryOptimized_M10`.",
    },
    Explanation {
        code: "redis-no-ha",
        title: "a cache is on one node",
        reason: "Without high availability the cache is empty and away whenever its node is patched or lost.",
        example: "stamp:\n  redis: { sku: Balanced_B1, highAvailability: false }",
        remedy: "Leave `highAvailability` out.",
    },
];

/// How the names of sizes begin, those that retire last.
const SIZES: [&str; 6] = [
    "Balanced_B",
    "MemoryOptimized_M",
    "ComputeOptimized_X",
    "FlashOptimized_A",
    "Enterprise_E",
    "EnterpriseFlash_F",
];

/// Files what is wrong with a cache.
pub(super) fn cache(cache: &Redis, check: &mut Check<'_>, at: At<'_>) {
    match &cache.sku {
        Some(sku) => {
            let is_a = |prefix: &&str| {
                let number = sku.value.get(prefix.len()..);
                sku.value.get(..prefix.len()).is_some_and(|it| it.eq_ignore_ascii_case(prefix))
                    && number.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()))
            };
            match SIZES.iter().position(is_a) {
                None if sku.value.is_empty() => {}
                None => {
                    let message = format!("`{}` is not a size of caches", sku.value);
                    let help = "sizes are `Balanced_B…`, `MemoryOptimized_M…`, `ComputeOptimized_X…` and `FlashOptimized_A…`";
                    check.error("unknown-sku", &sku.place, message, help);
                }
                Some(old) if old > 3 => {
                    let message = format!("caches of size `{}` retire on 31 March 2027", sku.value);
                    let help = "take a size such as `Balanced_B5`";
                    check.warning("redis-retired", &sku.place, message, help);
                }
                Some(_) => {}
            }
        }
        None if !cache.existing => {
            let stamp =
                at.stamp.map_or_else(String::new, |stamp| format!(" of `{}`", stamp.region.value));
            let message = format!("the cache{stamp} has no `sku`");
            check.missing(
                &["sku"],
                &cache.place,
                message,
                "write `sku: Balanced_B1` or a larger size",
            );
        }
        None => {}
    }
    if let Some(off) = cache.high_availability.as_ref().filter(|on| !on.value) {
        let message = "the cache is on one node, and empty whenever that is patched or lost";
        check.warning("redis-no-ha", &off.place, message, "leave `highAvailability` out");
    }
}
