//! App Service plans: sizes, zones and autoscale limits.

use resource::catalogue::spreads_over_zones;
use topology::family::{Check, closest};
use topology::{Diagnostic, Sp, Stamp, region};

use super::{Autoscale, Plan, ScaleRule};

/// The sizes of plans with dedicated or elastic workers.
/// Source: <https://learn.microsoft.com/azure/app-service/overview-hosting-plans>.
const SKUS: &[&str] = &[
    "F1", "D1", "SHARED", "B1", "B2", "B3", "S1", "S2", "S3", "P1v2", "P2v2", "P3v2", "P0v3",
    "P1v3", "P2v3", "P3v3", "P1mv3", "P2mv3", "P3mv3", "P4mv3", "P5mv3", "P0v4", "P1v4", "P2v4",
    "P3v4", "P1mv4", "P2mv4", "P3mv4", "P4mv4", "P5mv4", "I1v2", "I2v2", "I3v2", "I4v2", "I5v2",
    "I6v2", "I1mv2", "I2mv2", "I3mv2", "I4mv2", "I5mv2", "EP1", "EP2", "EP3", "Y1", "FC1", "WS1",
    "WS2", "WS3",
];

/// Returns whether a size is of the free or shared tier.
fn is_free(sku: &str) -> bool {
    ["F1", "D1", "SHARED"].iter().any(|free| sku.eq_ignore_ascii_case(free))
}

/// Returns whether Traffic Manager takes apps of a plan of this size.
/// Source: <https://learn.microsoft.com/azure/app-service/web-sites-traffic-manager>.
pub(crate) fn takes_traffic_manager(sku: &str) -> bool {
    !is_free(sku) && !sku.starts_with(['B', 'b', 'Y', 'y'])
}

/// Returns whether apps on plans of this size can be backed up to a container.
/// Source: <https://learn.microsoft.com/azure/app-service/manage-backup>.
pub(crate) fn has_backups(sku: &str) -> bool {
    let sku = sku.to_ascii_uppercase();
    !is_free(&sku) && ["B", "S", "P", "I"].iter().any(|family| sku.starts_with(family))
}

/// Returns whether apps on plans of this size are unloaded when idle, or scale to nothing.
pub(crate) fn sleeps(sku: &str) -> bool {
    is_free(sku) || sku.eq_ignore_ascii_case("Y1") || sku.eq_ignore_ascii_case("FC1")
}

/// Returns whether autoscale rules apply to plans of this size.
/// Source: <https://learn.microsoft.com/azure/app-service/manage-automatic-scaling>.
fn scales(sku: &str) -> bool {
    let sku = sku.to_ascii_uppercase();
    sku.starts_with(['S', 'P', 'I']) && sku != "SHARED"
}

/// Files what is wrong with a plan.
pub(super) fn plan(check: &mut Check<'_>, plan: &Plan, stamp: &Stamp) {
    match &plan.sku {
        Some(sku) if !SKUS.iter().any(|known| known.eq_ignore_ascii_case(sku)) => {
            let mut diagnostic = Diagnostic::error(
                "unknown-sku",
                &sku.place,
                format!("`{}` is not a size of App Service plans", sku.value),
            );
            diagnostic = match closest(sku, SKUS.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("sizes are such as `B1`, `S1`, `P1v3`, `EP1`, `Y1`"),
            };
            check.file(diagnostic);
        }
        None if !plan.existing => {
            let help = "give it a size such as `P1v3`, or say `existing: true`";
            check.missing(&["sku"], &plan.place, "the plan has no `sku`", help);
        }
        _ => {}
    }
    if let Some(instances) = &plan.instances
        && (instances.value == 0 || instances.value > 100)
    {
        let message = format!("{} instances; a plan has 1 to 100", instances.value);
        check.error("out-of-range", &instances.place, message, "");
    }
    more_than_the_tier_has(check, plan);
    if let Some(zones) = plan.zone_redundant.as_ref().filter(|zones| zones.value) {
        spread(check, plan, stamp, zones);
    }
    if let Some(autoscale) = &plan.autoscale {
        self::autoscale(check, autoscale, plan);
    }
}

/// Files more instances than plans of the size may have.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#app-service-limits>.
fn more_than_the_tier_has(check: &mut Check<'_>, plan: &Plan) {
    let Some(sku) = &plan.sku else { return };
    let most = match sku.value.to_ascii_uppercase().as_str() {
        "F1" | "D1" => 1,
        "B1" | "B2" | "B3" => 3,
        "S1" | "S2" | "S3" => 10,
        _ => return,
    };
    let highest = plan.autoscale.as_ref().map(|autoscale| &autoscale.max);
    for count in plan.instances.iter().chain(highest).filter(|count| count.value > most) {
        let message =
            format!("{} instances; a plan of size `{}` has {most} at most", count.value, sku.value);
        check.file(
            Diagnostic::error("out-of-range", &count.place, message)
                .also(&sku.place, "the size")
                .help("take fewer instances or a larger size"),
        );
    }
}

fn spread(check: &mut Check<'_>, plan: &Plan, stamp: &Stamp, zones: &Sp<bool>) {
    if region(&stamp.region).is_some_and(|region| region.has_zones == Some(false)) {
        let message = format!("`{}` has no availability zones", stamp.region.value);
        check.file(
            Diagnostic::error("no-zones", &zones.place, message)
                .also(&stamp.region.place, "the region")
                .help("set `zoneRedundant: false` in this stamp, or take another region"),
        );
    }
    if let Some(sku) = plan.sku.as_ref().filter(|sku| !spreads_over_zones(sku)) {
        let message = format!("plans of size `{}` can't be zone redundant", sku.value);
        check.file(
            Diagnostic::error("zone-redundant-sku", &zones.place, message)
                .also(&sku.place, "the size")
                .help("take a premium size such as `P1v3`"),
        );
    }
    let least = plan.autoscale.as_ref().map(|autoscale| &autoscale.min);
    for instances in plan.instances.iter().chain(least).filter(|it| it.value < 2) {
        let message = format!("a zone-redundant plan needs 2 instances, not {}", instances.value);
        check.file(
            Diagnostic::error("zone-redundant-instances", &instances.place, message)
                .also(&zones.place, "zone redundant")
                .help("write at least 2, better 3: one for each zone"),
        );
    }
    if plan.instances.is_none() && least.is_none() && !plan.existing {
        let help = "write `instances: 3`: one for each zone";
        let message = "a zone-redundant plan needs to say how many instances it has";
        check.error("zone-redundant-instances", &zones.place, message, help);
    }
}

fn autoscale(check: &mut Check<'_>, autoscale: &Autoscale, plan: &Plan) {
    if let Some(sku) = plan.sku.as_ref().filter(|sku| !scales(sku)) {
        let message = format!("plans of size `{}` have no autoscale rules", sku.value);
        let help =
            "take size `S1` or a premium one; elastic and consumption plans scale by themselves";
        check.file(
            Diagnostic::error("autoscale-sku", &autoscale.place, message)
                .also(&sku.place, "the size")
                .help(help),
        );
    }
    let Autoscale { min, max, default, scale_out, scale_in, name: _, place } = autoscale;
    if min.value == 0 {
        check.error("out-of-range", &min.place, "`min` is 0; a plan has at least 1 instance", "");
    }
    if max.value < min.value {
        let message = format!("`max` is {}, less than `min`, which is {}", max.value, min.value);
        check.error("autoscale-range", &max.place, message, "write a `max` of at least `min`");
    }
    let others = [("default", default.as_ref()), ("instances", plan.instances.as_ref())];
    for (key, number) in others {
        let Some(number) = number else { continue };
        if number.value < min.value || number.value > max.value {
            let message = format!(
                "`{key}` is {}, outside the {} to {} of `autoscale`",
                number.value, min.value, max.value
            );
            check.error("autoscale-range", &number.place, message, "");
        }
    }
    if scale_out.is_none() && scale_in.is_none() {
        let help = "add `scaleOut: { cpu: 70% }`, or leave `autoscale` out";
        check.warning("autoscale-idle", place, "`autoscale` has no rule, so it never scales", help);
    }
    for rule in scale_out.iter().chain(scale_in) {
        scale_rule(check, rule);
    }
    let threshold = |rule: &Option<ScaleRule>| rule.as_ref()?.cpu.clone();
    if let (Some(out), Some(inwards)) = (threshold(scale_out), threshold(scale_in))
        && inwards.value >= out.value
    {
        let message = "scaling in begins where scaling out does: the plan would swing";
        check.file(
            Diagnostic::error("autoscale-swing", &inwards.place, message)
                .also(&out.place, "scales out above this")
                .help("leave a gap, such as out at 70% and in at 30%"),
        );
    }
}

fn scale_rule(check: &mut Check<'_>, rule: &ScaleRule) {
    if rule.cpu.is_none() && rule.memory.is_none() {
        let help = "write `cpu: 70%` or `memory: 80%`";
        check.missing(&["cpu", "memory"], &rule.place, "the rule has no threshold", help);
    }
    // Source: <https://learn.microsoft.com/azure/azure-monitor/autoscale/autoscale-understanding-settings>.
    if let Some(window) = &rule.window
        && !(300..=43_200).contains(&window.as_secs())
    {
        let message = format!("`window` is {}; Azure allows 5 minutes to 12 hours", window.value);
        check.error("out-of-range", &window.place, message, "");
    }
    if let Some(cooldown) = &rule.cooldown
        && !(60..=604_800).contains(&cooldown.as_secs())
    {
        let message = format!("`cooldown` is {}; Azure allows 1 minute to 7 days", cooldown.value);
        check.error("out-of-range", &cooldown.place, message, "");
    }
}
