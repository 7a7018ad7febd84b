//! What a plan of each tier offers to its apps.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits>
//! (section *App Service limits*).

use resource::ResourceId;
use serde_json::Value;

use super::sites_on;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// What a tier offers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tier {
    /// Apps that are kept running.
    always_on: bool,
    /// Host names of one's own.
    pub host_names: bool,
    /// Certificates for them.
    pub tls: bool,
    /// The slots beside production.
    slots: usize,
    /// The most workers.
    pub workers: u64,
}

/// Returns what a tier offers.
pub(super) fn of(name: &str) -> Tier {
    let full = Tier { always_on: true, host_names: true, tls: true, slots: 20, workers: 100 };
    match name {
        "Free" => Tier { always_on: false, host_names: false, tls: false, slots: 0, workers: 1 },
        "Shared" => Tier { always_on: false, tls: false, slots: 0, workers: 1, ..full },
        "Basic" => Tier { slots: 0, workers: 3, ..full },
        "Standard" => Tier { slots: 5, workers: 10, ..full },
        "Dynamic" => Tier { always_on: false, slots: 1, workers: 200, ..full },
        "FlexConsumption" => Tier { always_on: false, slots: 0, workers: 1000, ..full },
        "ElasticPremium" => Tier { slots: 3, ..full },
        _ => full,
    }
}

/// Returns what the plan of a site offers.
pub(super) fn of_plan(plan: &Stored) -> Tier {
    of(plan.body["sku"]["tier"].as_str().unwrap_or("Free"))
}

fn conflict(text: String) -> Answer {
    Answer::web_error(409, "Conflict", text)
}

/// Refuses to keep an app running where its plan does not.
pub(super) fn check_always_on(plan: Option<&Stored>, config: &Value) -> Result<(), Answer> {
    let wants = config["alwaysOn"].as_bool() == Some(true);
    match plan {
        Some(plan) if wants && !of_plan(plan).always_on => Err(conflict(
            "There was a conflict. AlwaysOn cannot be set for this site as the plan does not allow \
             it. For more information on pricing and features, please see: \
             https://aka.ms/appservicepricingdetails "
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Refuses a slot more than the plan offers.
pub(super) fn check_slot(azure: &Azure, plan: &Stored, slot: &ResourceId) -> Result<(), Answer> {
    let Some(site) = slot.parent() else { return Ok(()) };
    let others = slots_of(azure, &site).filter(|other| other.id != *slot).count();
    if others < of_plan(plan).slots {
        return Ok(());
    }
    let tier = plan.body["sku"]["tier"].as_str().unwrap_or_default();
    Err(conflict(format!(
        "Cannot complete the operation because the site will exceed the number of slots allowed \
         for the '{tier}' SKU."
    )))
}

/// Refuses a tier that does not offer what an app of the plan uses.
pub(super) fn check_apps(azure: &Azure, plan: &ResourceId, tier: &str) -> Result<(), Answer> {
    sites_on(azure, plan).try_for_each(|site| check_app(azure, site, tier))
}

/// Refuses to put an app on a plan of a tier that does not offer what it uses.
pub(super) fn check_app(azure: &Azure, site: &Stored, tier: &str) -> Result<(), Answer> {
    let offer = of(tier);
    let refuse = |feature: &str| {
        Err(conflict(format!(
            "Cannot update the site '{}' because it uses {feature} feature which is not allowed in \
             the target compute mode.",
            site.id.name()
        )))
    };
    let web = azure.state.get(&site.id.child("config", "web"));
    let is_on = web.and_then(|web| web.property("/alwaysOn")).and_then(Value::as_bool);
    if is_on == Some(true) && !offer.always_on {
        return refuse("AlwaysOn");
    }
    let default = site.text("/defaultHostName").unwrap_or_default();
    let is_own = |child: &&Stored| {
        child.kind().last().eq_ignore_ascii_case("hostNameBindings")
            && child.id.parent().as_ref() == Some(&site.id)
            && !child.id.name().eq_ignore_ascii_case(default)
    };
    let is_secured = |binding: &Stored| {
        !["", "Disabled"].contains(&binding.text("/sslState").unwrap_or_default())
    };
    for binding in azure.state.below(&site.id).filter(is_own) {
        if !offer.host_names {
            return refuse("CustomHostNames");
        }
        if !offer.tls && is_secured(binding) {
            return refuse("SSL");
        }
    }
    if slots_of(azure, &site.id).count() > offer.slots {
        return refuse("Slots");
    }
    Ok(())
}

fn slots_of<'a>(azure: &'a Azure, site: &ResourceId) -> impl Iterator<Item = &'a Stored> {
    azure.state.below(site).filter(|child| child.kind().is(super::site::SLOT.name))
}
