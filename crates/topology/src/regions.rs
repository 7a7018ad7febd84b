//! Azure's regions: names, pairs, availability zones.
//!
//! Source: <https://learn.microsoft.com/azure/reliability/regions-list> and
//! <https://learn.microsoft.com/azure/reliability/regions-paired>. Of the government and China
//! clouds the zones are not published in one place, so nothing is claimed of them.

use crate::suggest::closest;

/// A region of Azure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// The name that ARM uses, `westeurope`.
    pub name: &'static str,
    /// The name that people use, `West Europe`.
    pub display_name: &'static str,
    /// The region that geo-redundant storage copies to, if there is one.
    pub pair: Option<&'static str>,
    /// Whether it has availability zones; `None` where that is not known.
    pub has_zones: Option<bool>,
}

/// Returns the region of this name.
pub fn region(name: &str) -> Option<&'static Region> {
    let index = REGIONS.binary_search_by_key(&name, |region| region.name).ok()?;
    REGIONS.get(index)
}

/// Returns the name that ARM uses for a region written either way.
pub(crate) fn canonical(written: &str) -> String {
    written.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

/// Returns the region that was probably meant.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    closest(name, REGIONS.iter().map(|region| region.name))
}

/// Makes a region from a line of the table.
const fn line(
    name: &'static str,
    display_name: &'static str,
    pair: &'static str,
    zones: Option<bool>,
) -> Region {
    let pair = if pair.is_empty() { None } else { Some(pair) };
    Region { name, display_name, pair, has_zones: zones }
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

/// All regions, by name.
const REGIONS: &[Region] = &[
    line("australiacentral", "Australia Central", "australiacentral2", NO),
    line("australiacentral2", "Australia Central 2", "australiacentral", NO),
    line("australiaeast", "Australia East", "australiasoutheast", YES),
    line("australiasoutheast", "Australia Southeast", "australiaeast", NO),
    line("austriaeast", "Austria East", "", YES),
    line("belgiumcentral", "Belgium Central", "", YES),
    line("brazilsouth", "Brazil South", "southcentralus", YES),
    line("brazilsoutheast", "Brazil Southeast", "brazilsouth", NO),
    line("canadacentral", "Canada Central", "canadaeast", YES),
    line("canadaeast", "Canada East", "canadacentral", NO),
    line("centralindia", "Central India", "southindia", YES),
    line("centralus", "Central US", "eastus2", YES),
    line("centraluseuap", "Central US EUAP", "eastus2euap", NO),
    line("chilecentral", "Chile Central", "", YES),
    line("chinaeast", "China East", "chinanorth", None),
    line("chinaeast2", "China East 2", "chinanorth2", None),
    line("chinaeast3", "China East 3", "chinanorth3", None),
    line("chinanorth", "China North", "chinaeast", None),
    line("chinanorth2", "China North 2", "chinaeast2", None),
    line("chinanorth3", "China North 3", "chinaeast3", None),
    line("denmarkeast", "Denmark East", "", YES),
    line("eastasia", "East Asia", "southeastasia", YES),
    line("eastus", "East US", "westus", YES),
    line("eastus2", "East US 2", "centralus", YES),
    line("eastus2euap", "East US 2 EUAP", "centraluseuap", YES),
    line("francecentral", "France Central", "francesouth", YES),
    line("francesouth", "France South", "francecentral", NO),
    line("germanynorth", "Germany North", "germanywestcentral", NO),
    line("germanywestcentral", "Germany West Central", "germanynorth", YES),
    line("indonesiacentral", "Indonesia Central", "", YES),
    line("israelcentral", "Israel Central", "", YES),
    line("italynorth", "Italy North", "", YES),
    line("japaneast", "Japan East", "japanwest", YES),
    line("japanwest", "Japan West", "japaneast", YES),
    line("jioindiacentral", "Jio India Central", "jioindiawest", NO),
    line("jioindiawest", "Jio India West", "jioindiacentral", NO),
    line("koreacentral", "Korea Central", "koreasouth", YES),
    line("koreasouth", "Korea South", "koreacentral", NO),
    line("malaysiawest", "Malaysia West", "", YES),
    line("mexicocentral", "Mexico Central", "", YES),
    line("newzealandnorth", "New Zealand North", "", YES),
    line("northcentralus", "North Central US", "southcentralus", NO),
    line("northeurope", "North Europe", "westeurope", YES),
    line("norwayeast", "Norway East", "norwaywest", YES),
    line("norwaywest", "Norway West", "norwayeast", NO),
    line("polandcentral", "Poland Central", "", YES),
    line("qatarcentral", "Qatar Central", "", YES),
    line("southafricanorth", "South Africa North", "southafricawest", YES),
    line("southafricawest", "South Africa West", "southafricanorth", NO),
    line("southcentralus", "South Central US", "northcentralus", YES),
    line("southeastasia", "Southeast Asia", "eastasia", YES),
    line("southindia", "South India", "centralindia", NO),
    line("spaincentral", "Spain Central", "", YES),
    line("swedencentral", "Sweden Central", "swedensouth", YES),
    line("swedensouth", "Sweden South", "swedencentral", NO),
    line("switzerlandnorth", "Switzerland North", "switzerlandwest", YES),
    line("switzerlandwest", "Switzerland West", "switzerlandnorth", NO),
    line("uaecentral", "UAE Central", "uaenorth", NO),
    line("uaenorth", "UAE North", "uaecentral", YES),
    line("uksouth", "UK South", "ukwest", YES),
    line("ukwest", "UK West", "uksouth", NO),
    line("usdodcentral", "US DoD Central", "usdodeast", None),
    line("usdodeast", "US DoD East", "usdodcentral", None),
    line("usgovarizona", "US Gov Arizona", "usgovtexas", None),
    line("usgovtexas", "US Gov Texas", "usgovarizona", None),
    line("usgovvirginia", "US Gov Virginia", "usgovtexas", None),
    line("westcentralus", "West Central US", "westus2", NO),
    line("westeurope", "West Europe", "northeurope", YES),
    line("westindia", "West India", "southindia", NO),
    line("westus", "West US", "eastus", NO),
    line("westus2", "West US 2", "westcentralus", YES),
    line("westus3", "West US 3", "eastus", YES),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_pair_is_in_it() {
        assert!(REGIONS.is_sorted_by_key(|region| region.name));
        for region in REGIONS {
            assert!(region.pair.is_none_or(|pair| super::region(pair).is_some()), "{region:?}");
        }
    }

    #[test]
    fn display_names_are_understood() {
        assert_eq!(canonical("West Europe"), "westeurope");
        assert_eq!(nearest("westeurop"), Some("westeurope"));
    }
}
