//! What the codes of plans mean.

use topology::Explanation;

/// What they mean.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "zone-redundant-sku",
        title: "plans of this size can't be zone redundant",
        reason: "Premium v2 to v4, elastic premium, isolated and flex consumption plans can.",
        example: "plan: { sku: S1, zoneRedundant: true, instances: 3 }",
        remedy: "Take a premium size such as `P1v3`.",
    },
    Explanation {
        code: "zone-redundant-instances",
        title: "a zone-redundant plan has too few instances",
        reason: "One instance is in one zone. Azure demands two; three put one into each zone.",
        example: "plan: { sku: P1v3, zoneRedundant: true, instances: 1 }",
        remedy: "Write `instances: 3`, and a `min` of as many.",
    },
    Explanation {
        code: "autoscale-range",
        title: "autoscale limits and numbers of instances contradict each other",
        reason: "`default` and `instances` lie between `min` and `max`; otherwise Azure would scale at once.",
        example: "plan: { sku: P1v3, instances: 2, autoscale: { min: 3, max: 10 } }",
        remedy: "Bring the numbers into order.",
    },
    Explanation {
        code: "autoscale-swing",
        title: "scaling in begins where scaling out does",
        reason: "A load between the two would make the plan grow and shrink without end.",
        example: "autoscale: { min: 2, max: 8, scaleOut: { cpu: 60 }, scaleIn: { cpu: 60 } }",
        remedy: "Leave a gap, such as out at 70 % and in at 30 %.",
    },
    Explanation {
        code: "autoscale-idle",
        title: "autoscale has no rule",
        reason: "With limits alone the number of instances never changes.",
        example: "autoscale: { min: 3, max: 10 }",
        remedy: "Add `scaleOut: { cpu: 70% }`.",
    },
    Explanation {
        code: "autoscale-sku",
        title: "plans of this size have no autoscale rules",
        reason: "Rules apply to standard, premium and isolated plans. Basic plans are scaled by hand; elastic and consumption plans scale by themselves.",
        example: "plan: { sku: B1, autoscale: { min: 1, max: 3, scaleOut: { cpu: 70% } } }",
        remedy: "Take size `S1` or larger, or leave `autoscale` out.",
    },
];
