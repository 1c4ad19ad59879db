//! `vidimus healthcheck`: asks the running server, so that images need no other tool for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::arguments::HealthcheckArgs;
use super::output::Output;
use super::{Failure, FailureKind};
use crate::config::Config;

const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks once.
pub(super) async fn run(
    config: &Config,
    arguments: &HealthcheckArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let address = reachable(arguments.listen.unwrap_or(config.listen));
    let path = if arguments.ready { "readyz" } else { "livez" };
    let url = format!("http://{address}/{path}");
    let unreachable = |error: reqwest::Error| {
        Failure::unreachable(format!("{url} does not answer: {}", error.without_url()))
    };
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(TIMEOUT)
        .build()
        .map_err(unreachable)?;
    let status = client.get(&url).send().await.map_err(unreachable)?.status();
    if !status.is_success() {
        let message = format!("{url} answers {status}");
        return Err(Failure::new(FailureKind::ProblemsFound, message));
    }
    output.talk(format_args!("{url} answers {status}"))
}

/// A server that listens everywhere is asked on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_on_this_machine_when_the_server_listens_everywhere() {
        for (listen, asked) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.1:80", "10.0.0.1:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
