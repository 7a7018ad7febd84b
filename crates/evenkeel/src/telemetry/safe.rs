//! Traces without secrets, in which nothing acts: they leave the process as every other output does.

use std::borrow::Cow;
use std::time::Duration;

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use crate::output;

/// Takes out of spans what no output shows, when they are sent: by then all secrets are known.
#[derive(Debug)]
pub struct Safe<E>(pub E);

impl<E: SpanExporter> SpanExporter for Safe<E> {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        self.0.export(batch.into_iter().map(safe).collect())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn safe(mut span: SpanData) -> SpanData {
    make_safe(&mut span.name);
    span.attributes.iter_mut().for_each(make_attribute_safe);
    for event in &mut span.events.events {
        make_safe(&mut event.name);
        event.attributes.iter_mut().for_each(make_attribute_safe);
    }
    let links = span.links.links.iter_mut();
    links.flat_map(|link| &mut link.attributes).for_each(make_attribute_safe);
    if let Status::Error { description } = &mut span.status {
        make_safe(description);
    }
    span
}

fn make_safe(text: &mut Cow<'static, str>) {
    *text = Cow::Owned(output::line(text));
}

fn make_attribute_safe(attribute: &mut KeyValue) {
    match &mut attribute.value {
        Value::String(text) => *text = output::line(text.as_str()).into(),
        Value::Array(Array::String(texts)) => {
            texts.iter_mut().for_each(|text| *text = output::line(text.as_str()).into());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use opentelemetry::trace::{Event, Link, SpanContext, SpanId, SpanKind};
    use opentelemetry::{InstrumentationScope, StringValue};

    use super::*;

    #[test]
    fn spans_hold_no_secret_and_nothing_that_acts() {
        output::secrets().add("canary-of-the-spans");
        let text = "canary-of-the-spans\u{1b}[2J\r\n##vso[task.x]\u{202e}y";
        let list = Value::Array(Array::String(vec![StringValue::from(text)]));
        let attributes = || vec![KeyValue::new("a", text), KeyValue::new("b", list.clone())];
        let now = SystemTime::UNIX_EPOCH;
        let mut span = SpanData {
            span_context: SpanContext::empty_context(),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Client,
            name: text.into(),
            start_time: now,
            end_time: now,
            attributes: attributes(),
            dropped_attributes_count: 0,
            events: Default::default(),
            links: Default::default(),
            status: Status::error(text),
            instrumentation_scope: InstrumentationScope::default(),
        };
        span.events.events = vec![Event::new(text, now, attributes(), 0)];
        span.links.links = vec![Link::new(SpanContext::empty_context(), attributes(), 0)];
        let shown = format!("{:?}", safe(span));
        let told = "(sensitive)";
        assert_eq!(shown.matches(told).count(), 9, "{shown}");
        assert!(!shown.contains("canary") && !shown.contains("##vso["), "{shown}");
        // What was made visible begins with a backslash of its own; what acts would begin with one alone.
        assert!(!shown.replace("\\\\", "").contains('\\'), "{shown}");
    }
}
