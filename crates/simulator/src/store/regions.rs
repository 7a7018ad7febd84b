//! The regions of the public cloud, in both spellings that services answer with.
//!
//! Source: <https://learn.microsoft.com/azure/reliability/regions-list>.

/// A region of the public cloud.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Region {
    /// The short name, `westeurope`.
    pub name: &'static str,
    /// The name for people, `West Europe`.
    pub display: &'static str,
    /// The short name of the paired region, empty where there is none.
    pub pair: &'static str,
    /// Whether the region has availability zones.
    pub zones: bool,
}

/// Returns the short form of a location: without blanks, in lower case.
pub(crate) fn short(location: &str) -> String {
    location.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

/// Returns the region that `location` names in either spelling.
pub(crate) fn find(location: &str) -> Option<&'static Region> {
    let wanted = short(location);
    REGIONS.iter().find(|region| region.name == wanted)
}

/// Returns the name for people of `location`, or `location` itself where it is no region.
pub(crate) fn display(location: &str) -> String {
    find(location).map_or_else(|| location.to_owned(), |region| region.display.to_owned())
}

const fn region(
    name: &'static str,
    display: &'static str,
    pair: &'static str,
    zones: bool,
) -> Region {
    Region { name, display, pair, zones }
}

/// Every region, sorted by name.
pub(crate) const REGIONS: &[Region] = &[
    region("australiacentral", "Australia Central", "australiacentral2", false),
    region("australiacentral2", "Australia Central 2", "australiacentral", false),
    region("australiaeast", "Australia East", "australiasoutheast", true),
    region("australiasoutheast", "Australia Southeast", "australiaeast", false),
    region("austriaeast", "Austria East", "", true),
    region("belgiumcentral", "Belgium Central", "", true),
    region("brazilsouth", "Brazil South", "southcentralus", true),
    region("brazilsoutheast", "Brazil Southeast", "brazilsouth", false),
    region("canadacentral", "Canada Central", "canadaeast", true),
    region("canadaeast", "Canada East", "canadacentral", false),
    region("centralindia", "Central India", "southindia", true),
    region("centralus", "Central US", "eastus2", true),
    region("centraluseuap", "Central US EUAP", "eastus2euap", false),
    region("chilecentral", "Chile Central", "", true),
    region("denmarkeast", "Denmark East", "", true),
    region("eastasia", "East Asia", "southeastasia", true),
    region("eastus", "East US", "westus", true),
    region("eastus2", "East US 2", "centralus", true),
    region("eastus2euap", "East US 2 EUAP", "centraluseuap", true),
    region("francecentral", "France Central", "francesouth", true),
    region("francesouth", "France South", "francecentral", false),
    region("germanynorth", "Germany North", "germanywestcentral", false),
    region("germanywestcentral", "Germany West Central", "germanynorth", true),
    region("indonesiacentral", "Indonesia Central", "", true),
    region("israelcentral", "Israel Central", "", true),
    region("italynorth", "Italy North", "", true),
    region("japaneast", "Japan East", "japanwest", true),
    region("japanwest", "Japan West", "japaneast", true),
    region("jioindiacentral", "Jio India Central", "jioindiawest", false),
    region("jioindiawest", "Jio India West", "jioindiacentral", false),
    region("koreacentral", "Korea Central", "koreasouth", true),
    region("koreasouth", "Korea South", "koreacentral", false),
    region("malaysiawest", "Malaysia West", "", true),
    region("mexicocentral", "Mexico Central", "", true),
    region("newzealandnorth", "New Zealand North", "", true),
    region("northcentralus", "North Central US", "southcentralus", false),
    region("northeurope", "North Europe", "westeurope", true),
    region("norwayeast", "Norway East", "norwaywest", true),
    region("norwaywest", "Norway West", "norwayeast", false),
    region("polandcentral", "Poland Central", "", true),
    region("qatarcentral", "Qatar Central", "", true),
    region("southafricanorth", "South Africa North", "southafricawest", true),
    region("southafricawest", "South Africa West", "southafricanorth", false),
    region("southcentralus", "South Central US", "northcentralus", true),
    region("southeastasia", "Southeast Asia", "eastasia", true),
    region("southindia", "South India", "centralindia", false),
    region("spaincentral", "Spain Central", "", true),
    region("swedencentral", "Sweden Central", "swedensouth", true),
    region("swedensouth", "Sweden South", "swedencentral", false),
    region("switzerlandnorth", "Switzerland North", "switzerlandwest", true),
    region("switzerlandwest", "Switzerland West", "switzerlandnorth", false),
    region("uaecentral", "UAE Central", "uaenorth", false),
    region("uaenorth", "UAE North", "uaecentral", true),
    region("uksouth", "UK South", "ukwest", true),
    region("ukwest", "UK West", "uksouth", false),
    region("westcentralus", "West Central US", "westus2", false),
    region("westeurope", "West Europe", "northeurope", true),
    region("westindia", "West India", "southindia", false),
    region("westus", "West US", "eastus", false),
    region("westus2", "West US 2", "westcentralus", true),
    region("westus3", "West US 3", "eastus", true),
];
