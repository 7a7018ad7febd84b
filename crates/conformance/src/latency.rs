//! How long operations take while recordings are played.

use simulator::Latency;

/// Azure's seconds become hundredths: long enough to be seen running.
const SCALE: f64 = 0.01;

/// Reads `none`, `scaled`, `scaled:0.05` or `real`.
pub fn read(text: &str) -> Result<Latency, String> {
    match text.split_once(':') {
        None if text == "none" => Ok(Latency::None),
        None if text == "scaled" => Ok(Latency::Scaled(SCALE)),
        None if text == "real" => Ok(Latency::Real),
        Some(("scaled", factor)) => match factor.parse() {
            Ok(factor) => Ok(Latency::Scaled(factor)),
            Err(_) => Err(format!("`{factor}` is not a number")),
        },
        _ => Err(format!("`{text}` is not `none`, `scaled`, `scaled:<factor>` or `real`")),
    }
}
