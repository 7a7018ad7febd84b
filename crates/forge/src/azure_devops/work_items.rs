//! Work items, which are the issues of Azure DevOps.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::{AzureDevops, VERSION};
use crate::http::Ask;
use crate::{Draft, Entry, Error};

const ITEMS: &str = "`Edit work items in this node: Allow` for the build service on the area";
/// How many items are read at once, the most that is allowed.
const BATCH: usize = 200;

impl AzureDevops {
    /// Lists the open items with a tag.
    ///
    /// What an open state is called depends on the process; its category does not. A description loses
    /// hidden lines, so the marker is a tag as well, and is given back as the text.
    pub(super) async fn open_items(&self, label: &str) -> Result<Vec<Entry>, Error> {
        let url = format!("{}/wit/wiql?$top={BATCH}&{VERSION}", self.base);
        let quoted = tag(label).replace('\'', "''");
        let query = format!(
            "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project \
             AND [System.Tags] CONTAINS '{quoted}' ORDER BY [System.ChangedDate] DESC"
        );
        let found = self.http.json(Ask::question(&url, json!({ "query": query }), ITEMS)).await?;
        let ids = found["workItems"].as_array().into_iter().flatten();
        let ids: Vec<String> =
            ids.filter_map(|item| item["id"].as_u64()).map(|id| id.to_string()).collect();
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let fields = "System.State,System.Tags,System.WorkItemType";
        let url =
            format!("{}/wit/workitems?ids={}&fields={fields}&{VERSION}", self.base, ids.join(","));
        let mut items = self.http.json(Ask::get(&url, ITEMS)).await?;
        let mut states = BTreeMap::new();
        let mut open = vec![];
        for item in items["value"].as_array_mut().into_iter().flatten() {
            let fields = item["fields"].take();
            let kind = fields["System.WorkItemType"].as_str().unwrap_or_default();
            if !states.contains_key(kind) {
                states.insert(kind.to_owned(), self.states(kind).await?);
            }
            let state = fields["System.State"].as_str().unwrap_or_default();
            let category = states[kind].get(state).map(String::as_str).unwrap_or_default();
            let tags = fields["System.Tags"].as_str().unwrap_or_default();
            let mut tags = tags.split(';').map(str::trim);
            let Some(own) = tags.find(|tag| tag.starts_with(MARK)) else { continue };
            if !matches!(category, "Completed" | "Removed") {
                open.push(self.entry(&item["id"], &marker(own)));
            }
        }
        open.sort_by_key(|entry| entry.id.parse::<u64>().unwrap_or(u64::MAX));
        Ok(open)
    }

    pub(super) async fn open_item(&self, draft: &Draft<'_>) -> Result<String, Error> {
        let url =
            format!("{}/wit/workitems/${}?{VERSION}", self.base, encoded(&self.work_item_type));
        let tags = format!("{}; {}", tag(draft.label), mark(draft.marker));
        let mut patch = self.described(draft);
        patch.push(set("System.Tags", &tags));
        let ask = Ask::write(Method::POST, &url, Value::Array(patch), ITEMS);
        let item = self.http.json(ask).await?;
        Ok(self.entry(&item["id"], "").url)
    }

    pub(super) async fn change_item(&self, item: &Entry, draft: &Draft<'_>) -> Result<(), Error> {
        self.patch(item, self.described(draft)).await
    }

    /// Closes an item with a last word in its history.
    pub(super) async fn close_item(&self, item: &Entry, draft: &Draft<'_>) -> Result<(), Error> {
        let url =
            format!("{}/wit/workitems/{}?fields=System.WorkItemType&{VERSION}", self.base, item.id);
        let found = self.http.json(Ask::get(&url, ITEMS)).await?;
        let kind = found["fields"]["System.WorkItemType"].as_str().unwrap_or_default();
        let states = self.states(kind).await?;
        let done = states.iter().find(|(_, category)| *category == "Completed");
        let Some((done, _)) = done else {
            return Err(self.http.incomplete(&Ask::get(&url, ITEMS), "a state that ends an item"));
        };
        let words = set("System.History", &preformatted(draft.text));
        self.patch(item, vec![set("System.State", done), words]).await
    }

    async fn patch(&self, item: &Entry, patch: Vec<Value>) -> Result<(), Error> {
        let url = format!("{}/wit/workitems/{}?{VERSION}", self.base, item.id);
        self.http.json(Ask::write(Method::PATCH, &url, Value::Array(patch), ITEMS)).await?;
        Ok(())
    }

    /// Returns the category of each state of a type of items.
    async fn states(&self, kind: &str) -> Result<BTreeMap<String, String>, Error> {
        let url = format!("{}/wit/workitemtypes/{}/states?{VERSION}", self.base, encoded(kind));
        let answer = self.http.json(Ask::get(&url, ITEMS)).await?;
        let states = answer["value"].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(states.map(|state| (text(&state["name"]), text(&state["category"]))).collect())
    }

    fn described(&self, draft: &Draft<'_>) -> Vec<Value> {
        // Only the Services know Markdown in a description; a Server of one's own would refuse it.
        let host = url::Url::parse(&self.collection).ok();
        let host = host.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
        let knows_markdown = host == "dev.azure.com" || host.ends_with(".visualstudio.com");
        let title = set("System.Title", draft.title);
        if draft.is_markdown && knows_markdown {
            let format = json!({
                "op": "add",
                "path": "/multilineFieldsFormat/System.Description",
                "value": "Markdown"
            });
            return vec![title, set("System.Description", draft.text), format];
        }
        vec![title, set("System.Description", &preformatted(draft.text))]
    }

    fn entry(&self, id: &Value, text: &str) -> Entry {
        let project = self.base.trim_end_matches("/_apis");
        Entry {
            id: id.to_string(),
            text: text.to_owned(),
            url: format!("{project}/_workitems/edit/{id}"),
        }
    }
}

/// What the tag of a marker begins with.
const MARK: &str = "evenkeel:";

/// Returns the tag for a hidden marker, `<!-- evenkeel:drift:shop -->`.
fn mark(marker: &str) -> String {
    tag(marker.trim_start_matches("<!-- ").trim_end_matches(" -->"))
}

fn marker(tag: &str) -> String {
    format!("<!-- {tag} -->")
}

/// Returns what may be a tag: a comma or a semicolon would end it.
fn tag(text: &str) -> String {
    text.replace([',', ';'], "_")
}

fn set(field: &str, value: &str) -> Value {
    json!({ "op": "add", "path": format!("/fields/{field}"), "value": value })
}

/// Returns text as HTML that shows it as it stands, without hidden lines.
fn preformatted(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("<!-- "));
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<pre>{}</pre>", text.trim())
}

fn encoded(segment: &str) -> String {
    segment.replace(' ', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marker_survives_as_a_tag() {
        let own = "<!-- evenkeel:drift:topologies/shop.yaml -->";
        assert_eq!(mark(own), "evenkeel:drift:topologies/shop.yaml");
        assert_eq!(marker(&mark(own)), own);
        assert_eq!(tag("a;b,c"), "a_b_c");
    }

    #[test]
    fn text_stays_text_in_a_description() {
        let text = "<!-- evenkeel:drift:shop -->\n### a <b>\n";
        assert_eq!(preformatted(text), "<pre>### a &lt;b&gt;</pre>");
    }
}
