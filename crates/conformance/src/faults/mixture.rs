//! What goes wrong in a trial, drawn from its seed.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use simulator::{Fault, Faults, Rule};

/// Every way in which a request can go wrong.
const FAULTS: [Fault; 19] = [
    Fault::Throttled,
    Fault::ThrottledWithoutHint,
    Fault::Busy,
    Fault::InternalError,
    Fault::BadGateway,
    Fault::Unavailable,
    Fault::GatewayTimeout,
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::Slow,
    Fault::Truncated,
    Fault::OperationFails,
    Fault::OperationCanceled,
    Fault::OperationStuck,
    Fault::StaleReads,
    Fault::Conflict,
    Fault::PreconditionFailed,
    Fault::ExpiredToken,
    Fault::BrokenPage,
];

/// About as many requests as an apply of the first reference architecture needs.
pub const REQUESTS: usize = 160;

/// How a run is cut short once Azure was asked so many requests.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    /// The process is killed: nothing of it goes on.
    Kill { requests: usize },
    /// The user interrupts twice.
    Interrupt { requests: usize },
}

/// What a trial starts with and what goes wrong in it.
#[derive(Debug, Clone)]
pub struct Mixture {
    /// Which of the seeds of Azure is used.
    pub variant: usize,
    /// Rows in a page of a list.
    pub page_size: usize,
    /// How many actions run at once.
    pub concurrency: usize,
    /// The faults; each ends after some times, so that success is within reach.
    pub faults: Faults,
    /// How the first runs are cut short; those after them are not.
    pub cuts: Vec<Cut>,
}

impl Mixture {
    /// Returns the mixture in which nothing goes wrong.
    pub fn calm(variant: usize) -> Self {
        let faults = Faults::default();
        Self { variant, page_size: 100, concurrency: 8, faults, cuts: vec![] }
    }

    /// Draws the mixture of a seed.
    pub fn of(seed: u64, variants: usize) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let variant = random.random_range(0..variants);
        let kinds = random.random_range(2..=8);
        let rules = (0..kinds).map(|_| rule(&mut random)).collect();
        let cuts = (0..random.random_range(0..=4)).map(|_| cut(&mut random)).collect();
        Self {
            variant,
            page_size: [1, 2, 3, 100][random.random_range(0..4)],
            concurrency: [1, 2, 8][random.random_range(0..3)],
            faults: Faults { seed, rules },
            cuts,
        }
    }
}

fn rule(random: &mut StdRng) -> Rule {
    Rule {
        fault: FAULTS[random.random_range(0..FAULTS.len())],
        probability: [0.03, 0.1, 0.3, 1.0][random.random_range(0..4)],
        methods: match random.random_range(0..3) {
            0 => vec!["PUT".to_owned(), "PATCH".to_owned(), "DELETE".to_owned()],
            1 => vec!["GET".to_owned()],
            _ => vec![],
        },
        path: String::new(),
        after: random.random_range(0..60),
        times: Some(random.random_range(1..=5)),
        retry_after: random.random_range(1..=20),
        millis: random.random_range(1..=30),
        reads: random.random_range(1..=5),
    }
}

fn cut(random: &mut StdRng) -> Cut {
    let requests = random.random_range(1..=REQUESTS);
    if random.random_bool(0.75) { Cut::Kill { requests } } else { Cut::Interrupt { requests } }
}
