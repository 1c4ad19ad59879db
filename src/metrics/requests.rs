//! How many requests there were at each route, what they were answered, and how long that took.

use std::collections::HashMap;
use std::fmt;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::prometheus_text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use tokio::time::Instant;

use super::PREFIX;

/// The route of what no route answers.
const NO_ROUTE: &str = "none";
/// The method or status of what is not listed.
const OTHER: &str = "other";
/// The status of what was never answered.
const CUT_OFF: &str = "none";
/// Upper bounds of the buckets in milliseconds; the last bucket has none.
const BOUNDS: [u64; 13] = [
    1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
];
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"];
/// The statuses that this server answers with.
const STATUSES: [(u16, &str); 19] = [
    (200, "200"),
    (201, "201"),
    (204, "204"),
    (303, "303"),
    (304, "304"),
    (307, "307"),
    (400, "400"),
    (401, "401"),
    (403, "403"),
    (404, "404"),
    (405, "405"),
    (410, "410"),
    (413, "413"),
    (415, "415"),
    (422, "422"),
    (429, "429"),
    (500, "500"),
    (502, "502"),
    (503, "503"),
];

/// Requests by route, method and status.
#[derive(Debug)]
pub struct Requests {
    registry: Registry,
    table: Arc<Table>,
}

#[derive(Debug)]
struct Table {
    /// By what the router calls a route; several such names may be one route.
    routes: HashMap<String, Arc<Route>>,
    none: Arc<Route>,
    under_way: AtomicU64,
}

#[derive(Debug)]
struct Route {
    name: &'static str,
    by_method: [Cell; METHODS.len()],
    other: Cell,
}

/// The requests of one method at one route.
#[derive(Debug, Default)]
struct Cell {
    by_status: [AtomicU64; STATUSES.len()],
    other: AtomicU64,
    cut_off: AtomicU64,
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

/// A request under way. Dropped without an answer, it was cut off: it took too long, or its client
/// has gone.
#[derive(Debug)]
pub struct Watch<'a> {
    table: &'a Table,
    cell: &'a Cell,
    began: Instant,
    status: Option<u16>,
}

impl Requests {
    /// No request has come yet. Routes are given by what the router calls them, and by their name
    /// in the numbers.
    pub fn new(routes: impl Iterator<Item = (String, &'static str)>) -> Self {
        let mut by_name: HashMap<&'static str, Arc<Route>> = HashMap::new();
        let routes = routes.map(|(template, name)| {
            let route = by_name.entry(name);
            let route = route.or_insert_with(|| Arc::new(Route::new(name)));
            (template, Arc::clone(route))
        });
        let table = Arc::new(Table {
            routes: routes.collect(),
            none: Arc::new(Route::new(NO_ROUTE)),
            under_way: AtomicU64::new(0),
        });
        let mut registry = Registry::with_prefix(PREFIX);
        registry.register_collector(Box::new(Arc::clone(&table)));
        Self { registry, table }
    }

    /// A request has come, at a route by the router's name for it, if any.
    pub fn begin(&self, route: Option<&str>, method: &str) -> Watch<'_> {
        let table = &self.table;
        let found = route.and_then(|route| table.routes.get(route));
        let route = found.unwrap_or(&table.none);
        let mut cells = METHODS.iter().zip(&route.by_method);
        let cell = cells.find(|(name, _)| **name == method);
        table.under_way.fetch_add(1, Ordering::Relaxed);
        Watch {
            table,
            cell: cell.map_or(&route.other, |(_, cell)| cell),
            began: Instant::now(),
            status: None,
        }
    }

    pub(super) fn write(&self, text: &mut String) -> fmt::Result {
        encode(text, &self.registry)
    }
}

impl Watch<'_> {
    /// The request was answered.
    pub fn answered(mut self, status: u16) {
        self.status = Some(status);
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.table.under_way.fetch_sub(1, Ordering::Relaxed);
        self.cell.add(self.status, self.began.elapsed());
    }
}

impl Route {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            by_method: Default::default(),
            other: Cell::default(),
        }
    }

    fn cells(&self) -> impl Iterator<Item = (&'static str, &Cell)> {
        let listed = METHODS.into_iter().zip(&self.by_method);
        listed.chain(iter::once((OTHER, &self.other)))
    }
}

impl Cell {
    fn add(&self, status: Option<u16>, took: Duration) {
        let counter = match status {
            None => &self.cut_off,
            Some(status) => {
                let mut listed = STATUSES.iter().zip(&self.by_status);
                let found = listed.find(|((code, _), _)| *code == status);
                found.map_or(&self.other, |(_, counter)| counter)
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|bound| micros <= bound * 1_000);
        if let Some(bucket) = self.buckets.get(place.unwrap_or(BOUNDS.len())) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// How often each status was answered; what never was is left out, since most never are.
    fn statuses(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let listed = STATUSES.iter().map(|(_, text)| *text).zip(&self.by_status);
        let rest = [(OTHER, &self.other), (CUT_OFF, &self.cut_off)];
        let counts = listed.chain(rest);
        let counts = counts.map(|(text, count)| (text, count.load(Ordering::Relaxed)));
        counts.filter(|(_, count)| *count > 0)
    }

    fn buckets(&self) -> Vec<(f64, u64)> {
        let bounds = BOUNDS.iter().map(|millis| seconds(*millis, 1_000));
        let counts = self.buckets.iter();
        let counts = counts.map(|count| count.load(Ordering::Relaxed));
        bounds.chain([f64::INFINITY]).zip(counts).collect()
    }
}

impl Table {
    /// Every route once, whatever the router calls it, in the order of names.
    fn cells(&self) -> Vec<(&'static str, &'static str, &Cell)> {
        let routes = self.routes.values().chain([&self.none]);
        let mut cells: Vec<_> = routes
            .flat_map(|route| {
                let cells = route.cells();
                cells.map(|(method, cell)| (route.name, method, cell))
            })
            .collect();
        cells.sort_by_key(|(route, method, _)| (*route, *method));
        cells.dedup_by_key(|(route, method, _)| (*route, *method));
        cells
    }
}

impl Collector for Table {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let cells = self.cells();
        let help = "Requests that were answered, or cut off (status none).";
        let kind = MetricType::Counter;
        let mut counters = encoder.encode_descriptor("http_requests", help, None, kind)?;
        for (route, method, cell) in &cells {
            for (status, count) in cell.statuses() {
                let labels = [("route", *route), ("method", *method), ("status", status)];
                let mut counter = counters.encode_family(&labels)?;
                counter.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
            }
        }
        let (name, help) = (
            "http_request_duration_seconds",
            "How long requests took to answer.",
        );
        let kind = MetricType::Histogram;
        let mut times = encoder.encode_descriptor(name, help, None, kind)?;
        for (route, method, cell) in &cells {
            let buckets = cell.buckets();
            let count = buckets.iter().map(|(_, count)| count).sum();
            if count > 0 {
                let sum = seconds(cell.micros.load(Ordering::Relaxed), 1_000_000);
                let labels = [("route", *route), ("method", *method)];
                let mut histogram = times.encode_family(&labels)?;
                histogram.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
            }
        }
        let (name, help) = ("http_requests_under_way", "Requests without an answer yet.");
        let mut gauge = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        gauge.encode_gauge(&self.under_way.load(Ordering::Relaxed))
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a count of milliseconds that a float cannot hold exactly is years long"
)]
fn seconds(parts: u64, a_second: u64) -> f64 {
    parts as f64 / a_second as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests() -> Requests {
        let routes = ["/token", "/realms/{realm}/token"].map(|path| (path.to_owned(), "/token"));
        Requests::new(routes.into_iter())
    }

    fn told(requests: &Requests) -> String {
        let mut text = String::new();
        requests.write(&mut text).unwrap();
        text
    }

    #[track_caller]
    fn says(text: &str, line: &str) {
        assert!(text.lines().any(|told| told == line), "{line} in {text}");
    }

    #[test]
    fn a_route_has_one_name_in_every_realm() {
        let requests = requests();
        for route in ["/token", "/realms/{realm}/token"] {
            requests.begin(Some(route), "POST").answered(200);
        }
        let text = told(&requests);
        says(
            &text,
            "vidimus_http_requests_total{route=\"/token\",method=\"POST\",status=\"200\"} 2",
        );
        assert_eq!(text.matches("requests_total{").count(), 1, "{text}");
    }

    #[test]
    fn what_is_not_listed_has_one_name_whatever_it_is() {
        let requests = requests();
        for (route, method, status) in [
            (None, "GET", 404),
            (Some("/made-up"), "GET", 404),
            (Some("/token"), "MADEUP", 405),
            (Some("/token"), "POST", 299),
        ] {
            requests.begin(route, method).answered(status);
        }
        let text = told(&requests);
        for line in [
            "vidimus_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"} 2",
            "vidimus_http_requests_total{route=\"/token\",method=\"other\",status=\"405\"} 1",
            "vidimus_http_requests_total{route=\"/token\",method=\"POST\",status=\"other\"} 1",
        ] {
            says(&text, line);
        }
        assert!(!text.contains("made-up") && !text.contains("MADEUP") && !text.contains("299"));
    }

    #[test]
    fn a_request_is_under_way_until_it_is_answered_or_cut_off() {
        let requests = requests();
        let watch = requests.begin(Some("/token"), "POST");
        says(&told(&requests), "vidimus_http_requests_under_way 1");
        drop(watch);
        let text = told(&requests);
        says(&text, "vidimus_http_requests_under_way 0");
        says(
            &text,
            "vidimus_http_requests_total{route=\"/token\",method=\"POST\",status=\"none\"} 1",
        );
    }

    #[test]
    fn counts_times_below_each_bound_and_above_all() {
        let requests = requests();
        let route = Arc::clone(&requests.table.routes["/token"]);
        let (_, cell) = route.cells().nth(1).unwrap();
        for millis in [0, 1, 2, 60, 90_000] {
            cell.add(Some(200), Duration::from_millis(millis));
        }
        let text = told(&requests);
        let name = "vidimus_http_request_duration_seconds";
        for (le, count) in [
            ("0.001", 2),
            ("0.002", 3),
            ("0.05", 3),
            ("0.1", 4),
            ("10", 4),
        ] {
            let labels = format!("{{route=\"/token\",method=\"POST\",le=\"{le}\"}}");
            says(&text, &format!("{name}_bucket{labels} {count}"));
        }
        says(
            &text,
            &format!("{name}_bucket{{route=\"/token\",method=\"POST\",le=\"+Inf\"}} 5"),
        );
        says(
            &text,
            &format!("{name}_count{{route=\"/token\",method=\"POST\"}} 5"),
        );
        says(
            &text,
            &format!("{name}_sum{{route=\"/token\",method=\"POST\"}} 90.063"),
        );
    }
}
