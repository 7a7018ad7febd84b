//! `evenkeel simulate`

use anyhow::anyhow;
use simulator::{Latency, Settings, Simulator, Throttle};

use crate::cli::Simulate;
use crate::exit::{Exit, Failure, Outcome};
use crate::interruption::Interruptions;
use crate::output;
use crate::session::read_scenario;

/// Runs the local Azure until interrupted, or applies a scenario to its folder.
pub async fn run(args: &Simulate) -> Outcome {
    let scenario = args.scenario.as_deref().map(read_scenario).transpose()?;
    let mut settings = Settings {
        dir: args.dir.clone(),
        port: if args.once || args.dump { 0 } else { args.port },
        latency: latency(&args.latency)?,
        throttle: if args.throttle == "real" { Throttle::Real } else { Throttle::None },
        ..Settings::default()
    };
    if let Some(subscription) = &args.subscription {
        settings.subscription.clone_from(subscription);
    }
    let simulator = Simulator::start(settings).await?;
    if let Some(scenario) = &scenario {
        simulator.apply_scenario(scenario)?;
    }
    if args.dump {
        output::result(&serde_json::to_string_pretty(&simulator.dump()?)?)?;
    } else if !args.once {
        let mut interruptions = Interruptions::listen()?;
        announce(&simulator)?;
        interruptions.next().await;
    }
    simulator.stop().await;
    Ok(Exit::Done)
}

fn announce(simulator: &Simulator) -> Result<(), Failure> {
    let trust = simulator.ca_path().map_or_else(
        || {
            let url = format!("{}/simulator/ca.pem", simulator.resource_manager());
            format!("\ntrust             curl -k {url} > ca.pem; SSL_CERT_FILE=ca.pem")
        },
        |path| format!("\ntrust             SSL_CERT_FILE={}", path.display()),
    );
    output::result(&format!(
        "resource manager  {}\nauthority         {}\nsubscription      {}\n\
         tenant            {}\nclient ID         {}\nclient secret     {}{trust}",
        simulator.resource_manager(),
        simulator.authority(),
        simulator.subscription(),
        simulator.tenant(),
        simulator.client_id(),
        simulator.client_secret(),
    ))?;
    output::say("Ctrl-C stops it");
    Ok(())
}

fn latency(text: &str) -> Result<Latency, Failure> {
    match text {
        "none" => Ok(Latency::None),
        "real" => Ok(Latency::Real),
        factor => factor.parse().map(Latency::Scaled).map_err(|_| {
            Failure::invalid(
                anyhow!("`{factor}` is not a latency"),
                "write `none`, `real`, or a factor such as `0.01`",
            )
        }),
    }
}
