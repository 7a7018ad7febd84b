//! Who has moved since the last apply.

use plan::{Plan, Verdicts};
use planner::{Base, Options};

use super::{Look, Session, no_order, proved};
use crate::cli::Allow;
use crate::exit::Failure;

impl Session {
    /// Looks at Azure and decides what must change, telling who has moved: Azure, or the topology in
    /// its files.
    pub async fn drift(&self) -> Result<Plan, Failure> {
        let look = self.observe_with_dns().await?;
        let options = self.options(&Allow::default(), look.last.clone());
        proved(self.judged(&look, &options)?)
    }

    /// Makes a plan that tells of each change who has moved.
    pub fn judged(&self, look: &Look, options: &Options) -> Result<Plan, Failure> {
        let plan = planner::plan(&self.desired, &look.observed, options).map_err(no_order)?;
        Ok(Plan { verdicts: Some(self.judge(&plan, look)), ..plan })
    }

    /// Tells of each change who has moved.
    fn judge(&self, plan: &Plan, look: &Look) -> Verdicts {
        let mut secrets = self.secrets(&self.desired);
        if let Some((base, _)) = &look.base {
            secrets.extend(self.secrets(base));
        }
        let base = look.base.as_ref().map(|(desired, version)| Base { desired, version });
        let options = Options { secrets, ..Options::default() };
        planner::verdicts(plan, &self.desired, &look.observed, base, &options)
    }
}
