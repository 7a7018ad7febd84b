//! The book holds together: every page is in it, every link leads somewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pulldown_cmark::HeadingLevel;

use crate::markdown::{anchors, docs, headings, links, pages, read};
use crate::scenario::root;

/// Collects the pages below a folder.
fn walk(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of pages") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.insert(path);
        }
    }
}

#[test]
fn every_page_is_in_the_summary_once() {
    let mut written = BTreeSet::new();
    walk(&docs(), &mut written);
    written.remove(&docs().join("SUMMARY.md"));
    let listed: Vec<PathBuf> = pages().iter().map(|page| docs().join(page)).collect();
    let distinct: BTreeSet<PathBuf> = listed.iter().cloned().collect();
    assert_eq!(distinct.len(), listed.len(), "a page stands twice in docs/SUMMARY.md");
    let missing: Vec<_> = written.difference(&distinct).collect();
    assert!(missing.is_empty(), "name these in docs/SUMMARY.md: {missing:#?}");
    let gone: Vec<_> = distinct.difference(&written).collect();
    assert!(gone.is_empty(), "docs/SUMMARY.md names what is not there: {gone:#?}");
}

#[test]
fn every_page_begins_with_its_title() {
    for page in pages() {
        let text = read(&docs().join(&page));
        let found = headings(&text);
        assert!(
            found.first().is_some_and(|(level, _)| *level == HeadingLevel::H1),
            "docs/{page}: the first heading is the title, `# …`"
        );
        let titles = found.iter().filter(|(level, _)| *level == HeadingLevel::H1).count();
        assert_eq!(titles, 1, "docs/{page}: one title, `#`; parts take `##`");
    }
}

/// Tells why a link leads nowhere.
fn broken(page: &Path, link: &str, text: &str) -> Option<String> {
    let is_absolute = link.contains("://") || link.starts_with("mailto:");
    if is_absolute {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let (target, found) = if path.is_empty() {
        (page.to_owned(), anchors(text))
    } else {
        let Ok(target) = page.parent().unwrap_or(page).join(path).canonicalize() else {
            return Some("there is no such file".to_owned());
        };
        let is_page = target.extension().is_some_and(|extension| extension == "md");
        let found = if is_page { anchors(&read(&target)) } else { BTreeSet::new() };
        (target, found)
    };
    if page.starts_with(docs()) && !target.starts_with(docs()) {
        return Some("a page of the book links inside docs/ only; name the file".to_owned());
    }
    let is_there = anchor.is_empty() || found.contains(anchor);
    (!is_there).then(|| format!("the page has no `{anchor}`, but {found:?}"))
}

#[test]
fn every_relative_link_leads_somewhere() {
    let root = root().canonicalize().expect("the root is there");
    let beside = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let mut files: Vec<PathBuf> = beside.iter().map(|name| root.join(name)).collect();
    files.extend(pages().iter().map(|page| docs().join(page)));
    files.push(docs().join("SUMMARY.md"));
    let mut wrong = vec![];
    let mut checked = 0;
    for file in files {
        let text = read(&file);
        for (line, link) in links(&text) {
            checked += 1;
            let reason = broken(&file, &link, &text);
            let told = |reason| format!("{}:{line}: {link}: {reason}", file.display());
            wrong.extend(reason.map(told));
        }
    }
    assert!(checked > 50, "{checked} links");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
