//! A further form of a report, written to a file.

use std::path::PathBuf;

use clap::ValueEnum;

/// A form and the file that it goes to, `html=plan.html`.
///
/// One run looks at Azure once, however many forms a pipeline wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report<F> {
    /// The form.
    pub format: F,
    /// The file.
    pub file: PathBuf,
}

/// Reads `FORMAT=FILE`.
pub fn parse<F: ValueEnum>(text: &str) -> Result<Report<F>, String> {
    let known = || {
        let values = F::value_variants().iter().filter_map(F::to_possible_value);
        values.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let Some((format, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err("write a form and a file, `html=plan.html`".to_owned());
    };
    match F::from_str(format, false) {
        Ok(format) => Ok(Report { format, file: file.into() }),
        Err(_) => Err(format!("`{format}` is no form; known are {}", known())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::DriftFormat;
    use super::*;

    #[test]
    fn form_and_file_are_read() {
        let read = parse::<DriftFormat>("html=out/a=b.html").expect("read");
        assert_eq!(read, Report { format: DriftFormat::Html, file: "out/a=b.html".into() });
        assert!(parse::<DriftFormat>("html=").is_err());
        assert!(parse::<DriftFormat>("drift.html").is_err());
        let error = parse::<DriftFormat>("pdf=drift.pdf").expect_err("no such form");
        assert!(error.contains("known are text, json, markdown"), "{error}");
    }
}
