//! What the codes of Front Door mean.

use topology::Explanation;

/// What they mean.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "origin-timeout",
        title: "the time-out for origins is out of its bounds",
        reason: "Front Door waits 16 to 240 seconds for an origin.",
        example: "frontDoor:\n  main: { tier: standard, originTimeout: 5m }",
        remedy: "Write a time within these bounds.",
    },
    Explanation {
        code: "origin-kinds",
        title: "a group has an app and hosts",
        reason: "A group leads to the app of every stamp, or to hosts outside the topology: which comes first could not be told.",
        example: "origins:\n  web: { app: web, hosts: { old: { host: old.example.net } }, probe: { path: /health } }",
        remedy: "Split the group in two.",
    },
    Explanation {
        code: "probe-missing",
        title: "a group with several origins has no probe",
        reason: "Without probes Front Door cannot choose, and refuses the second origin.",
        example: "origins:\n  web: { app: web }",
        remedy: "Add `probe: { path: /health/deep }`.",
    },
    Explanation {
        code: "probe-not-deep",
        title: "a probe asks nothing of what an app stands on",
        reason: "A page that is always there answers while the database is down: the region would be kept in rotation.",
        example: "probe: { path: / }",
        remedy: "Probe a path that looks at what the app needs, such as `/health/deep`.",
    },
    Explanation {
        code: "probe-load",
        title: "probes are a load",
        reason: "Every edge probes by itself, about two hundred of them: each second less is many requests more.",
        example: "probe: { path: /health/deep, interval: 1s }",
        remedy: "Probe every 15 or 30 seconds.",
    },
    Explanation {
        code: "probe-samples",
        title: "more probes must be well than are counted",
        reason: "Front Door looks at the last samples; no more of them can be well than there are.",
        example: "probe: { path: /health/deep, samples: 3, healthy: 4 }",
        remedy: "Write `samples: 4, healthy: 3`.",
    },
    Explanation {
        code: "origin-probe",
        title: "the time between two probes is out of its bounds",
        reason: "Front Door takes 1 to 255 seconds.",
        example: "probe: { path: /health/deep, interval: 5m }",
        remedy: "Write `interval: 30s`.",
    },
    Explanation {
        code: "affinity-on",
        title: "clients are kept in one region",
        reason: "A client that is kept where it was answered first stays in a region that is slow or about to be emptied, and loses its state when the region fails.",
        example: "origins:\n  web: { app: web, affinity: true }",
        remedy: "Keep the state of sessions in a store that all regions read.",
    },
    Explanation {
        code: "one-origin",
        title: "a group has one origin although there are several stamps",
        reason: "When it fails there is nowhere to go.",
        example: "origins:\n  web: { app: weu/web }",
        remedy: "Name the app without a stamp.",
    },
    Explanation {
        code: "latency-band",
        title: "origins are taken for equally fast that are not",
        reason: "Front Door takes a band of up to one second.",
        example: "origins:\n  web: { app: web, latencyBand: 5s }",
        remedy: "Write `latencyBand: 50ms`.",
    },
    Explanation {
        code: "origin-number",
        title: "a priority or a weight is out of its bounds",
        reason: "Priorities of origins are 1 to 5, weights 1 to 1000.",
        example: "hosts:\n  old: { host: old.example.net, priority: 9 }",
        remedy: "Take a number within.",
    },
    Explanation {
        code: "origin-weights",
        title: "weights do not fit",
        reason: "Shares are for `routing: weighted`, and each is that of a stamp.",
        example: "origins:\n  web: { app: web, routing: latency, weights: { weu: 900 } }",
        remedy: "Write `routing: weighted`, and the names of stamps.",
    },
    Explanation {
        code: "route-without-target",
        title: "a route leads nowhere",
        reason: "A route leads to a group of origins, and the group needs one that takes part.",
        example: "routes:\n  web: { to: wbe }",
        remedy: "Name a key of `origins`.",
    },
    Explanation {
        code: "route-overlap",
        title: "a path is on two routes",
        reason: "A path leads to one place; Front Door refuses the second route.",
        example: "routes:\n  web: { to: web }\n  api: { to: api }",
        remedy: "Give one of them `paths`.",
    },
    Explanation {
        code: "cache-personal",
        title: "everything is kept at the edge",
        reason: "What an app answers to one user is answered to the next from the edge, unless the app says otherwise of each page.",
        example: "routes:\n  web: { to: web, cache: { compress: true } }",
        remedy: "Keep paths that are the same for all: `paths: [/assets/*]`.",
    },
];
