//! The plan inside what a run has kept.

use std::io::{Cursor, Read};

use sha2::{Digest, Sha256};

use crate::Error;

/// The file that is looked for.
const PLAN: &str = "plan.json";
/// The largest plan that is unpacked; an archive can claim anything.
const LARGEST_PLAN: u64 = 64 << 20;

/// Takes `plan.json` from a ZIP archive named `name`.
///
/// `digest` is what the forge recorded when the archive was kept, `sha256:…`.
pub(crate) fn plan(name: &str, archive: Vec<u8>, digest: Option<&str>) -> Result<Vec<u8>, Error> {
    let failed = |reason: String| Error::Archive { name: name.to_owned(), reason };
    if let Some(wanted) = digest.and_then(|digest| digest.strip_prefix("sha256:")) {
        let found: String =
            Sha256::digest(&archive).iter().map(|byte| format!("{byte:02x}")).collect();
        if !wanted.eq_ignore_ascii_case(&found) {
            return Err(failed(format!("its SHA-256 is {found}, not {wanted}")));
        }
    }
    let mut archive =
        zip::ZipArchive::new(Cursor::new(archive)).map_err(|error| failed(error.to_string()))?;
    let inside: Vec<String> = archive
        .file_names()
        .filter_map(|path| path.ok().map(|path| path.into_owned()))
        .filter(|path| path.rsplit(['/', '\\']).next() == Some(PLAN))
        .collect();
    let [path] = &inside[..] else {
        return Err(failed(format!("it holds {} files `{PLAN}`; one is allowed", inside.len())));
    };
    let file = archive.by_name(path).map_err(|error| failed(error.to_string()))?;
    let mut plan = vec![];
    file.take(LARGEST_PLAN + 1)
        .read_to_end(&mut plan)
        .map_err(|error| failed(error.to_string()))?;
    if plan.len() as u64 > LARGEST_PLAN {
        return Err(failed("its plan is larger than 64 MiB".to_owned()));
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(vec![]));
        for (name, text) in files {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a file");
            writer.write_all(text.as_bytes()).expect("written");
        }
        writer.finish().expect("an archive").into_inner()
    }

    #[test]
    fn plan_is_found_wherever_it_lies() {
        let archive =
            zipped(&[("evenkeel-plan-1/plan.html", "x"), ("evenkeel-plan-1/plan.json", "{}")]);
        assert_eq!(plan("a", archive, None).expect("a plan"), b"{}");
    }

    #[test]
    fn archive_without_one_plan_is_refused() {
        let two = zipped(&[("a/plan.json", "{}"), ("plan.json", "{}")]);
        for archive in [zipped(&[("plan.html", "")]), two, b"no archive".to_vec()] {
            assert!(matches!(plan("a", archive, None), Err(Error::Archive { .. })));
        }
    }

    #[test]
    fn other_archive_than_was_kept_is_refused() {
        let archive = zipped(&[("plan.json", "{}")]);
        let digest: String =
            Sha256::digest(&archive).iter().map(|byte| format!("{byte:02x}")).collect();
        plan("a", archive.clone(), Some(&format!("sha256:{digest}"))).expect("the same");
        let error = plan("a", archive, Some("sha256:00")).expect_err("another").to_string();
        assert!(error.contains(&digest), "{error}");
    }
}
