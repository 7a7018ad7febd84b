//! Runs a simulator until Ctrl-C: `cargo run -p simulator --example serve -- <folder> [port]`.

use std::path::PathBuf;

use simulator::{Settings, Simulator};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().map(PathBuf::from);
    let port = arguments.next().map_or(Ok(0), |port| port.parse())?;
    let simulator = Simulator::start(Settings { dir, port, ..Settings::default() }).await?;
    println!("resource manager  {}", simulator.resource_manager());
    println!("tenant            {}", simulator.tenant());
    println!("subscription      {}", simulator.subscription());
    println!("client id         {}", simulator.client_id());
    println!("client secret     {}", simulator.client_secret());
    if let Some(path) = simulator.ca_path() {
        println!("certificate       {}", path.display());
    }
    tokio::signal::ctrl_c().await?;
    simulator.stop().await;
    Ok(())
}
