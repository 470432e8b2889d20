//! The command line. Exit codes: 0 success; 1 failure, with one clear line; 2 usage error.

mod audit;
mod demo;
mod doctor;
mod keys;
mod rebuild;
mod serve;
mod settings;
mod staff;

use std::fmt;
use std::io::ErrorKind::BrokenPipe;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::app::{App, Surroundings, brings};
use crate::config::{self, Config};
use crate::features::SLICES;
use crate::http::access_log::LogFormat;

/// The front desk of a services firm in one program.
#[derive(Debug, Parser)]
#[command(name = "tekvwarho", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub config: Config,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do; `serve` if missing.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the site, the dashboard and the API (the default).
    Serve,
    /// Bring the database to the latest schema, or show what is missing.
    Migrate {
        #[command(subcommand)]
        what: Migrate,
    },
    /// Manage the people who can sign in.
    Staff {
        #[command(subcommand)]
        what: staff::Staff,
    },
    /// Read and change settings.
    Settings {
        #[command(subcommand)]
        what: settings::SettingsCommand,
    },
    /// Fill the database with realistic data; the same seed gives the same data.
    Demo(demo::Demo),
    /// Verify or export the audit trail, or erase network addresses from it.
    Audit {
        #[command(subcommand)]
        what: audit::Audit,
    },
    /// Recompute stored figures and correct those that are wrong.
    Rebuild {
        #[command(subcommand)]
        what: rebuild::Rebuild,
    },
    /// Manage the key ring.
    Keys {
        #[command(subcommand)]
        what: keys::Keys,
    },
    /// Write the OpenAPI document to standard output.
    Openapi,
    /// Write the AsyncAPI document of the WebSocket to standard output.
    Asyncapi,
    /// Check that everything the program needs is there.
    Doctor,
}

/// The database schema.
#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Bring the database to the latest schema.
    Up,
    /// List the migrations that are still missing.
    Status,
}

/// Why a command failed, in one line.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Parses the command line and runs one command.
pub fn run() -> ExitCode {
    if let Err(error) = dotenvy::dotenv()
        && !error.not_found()
    {
        // The line can contain a password, so it is not repeated.
        let why = match error {
            dotenvy::Error::LineParse(_, at) => {
                format!("a line cannot be read after character {at}; quote values that contain spaces")
            }
            dotenvy::Error::Io(cause) => cause.to_string(),
            _ => "it refers to a variable that is not set".to_owned(),
        };
        eprintln!("error: .env cannot be read: {why}");
        return ExitCode::from(2);
    }
    let cli = Cli::parse();
    let command = Cli::command();
    let known = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str());
    if let Some(unknown) = config::unknown_variables(known).first() {
        eprintln!("error: {unknown} is not a setting of this program. See .env.example for the full list.");
        return ExitCode::from(2);
    }
    if let Err(error) = cli.config.check() {
        eprintln!("error: {error}");
        return ExitCode::from(2);
    }
    start_log(&cli.config);
    for name in config::set_in_vain() {
        tracing::warn!("{name} is set but not used yet: this version does not support replicas");
    }
    // One crypto provider for all TLS in the program; installing it twice would be a bug.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the output has closed it: `tekvwarho settings list | head`.
        Err(error) if error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes a line to standard output.
fn say(line: fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    let config = cli.config;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(config).await,
        Command::Openapi => {
            say(format_args!("{}", crate::router::document().to_pretty_json()?))?;
            Ok(())
        }
        Command::Asyncapi => {
            say(format_args!("{}", serde_json::to_string_pretty(&crate::platform::live::document(&brings(&SLICES)))?))?;
            Ok(())
        }
        Command::Keys { what } => keys::run(&config, &what),
        Command::Doctor => doctor::run(config).await,
        Command::Migrate { what: Migrate::Status } => doctor::migrations(&config).await,
        Command::Migrate { what: Migrate::Up } => {
            open(config).await?;
            say(format_args!("The schema is up to date."))?;
            Ok(())
        }
        Command::Staff { what: what @ staff::Staff::ResetFactors { .. } } => {
            staff::run(existing(config).await?, what).await
        }
        Command::Staff { what } => staff::run(open(config).await?, what).await,
        Command::Settings { what: settings::SettingsCommand::Reference } => {
            say(format_args!("{}", settings::reference().trim_end()))?;
            Ok(())
        }
        Command::Settings { what } => settings::run(existing(config).await?, what).await,
        Command::Demo(demo) => demo::run(open(config).await?, demo).await,
        Command::Rebuild { what } => rebuild::run(existing(config).await?, what).await,
        Command::Audit { what } => audit::run(existing(config).await?, what).await,
    }
}

/// Opens the program without its server.
async fn open(config: Config) -> Result<App, Failure> {
    Ok(App::build(config, Surroundings { access_log: false, ..Surroundings::default() }).await?)
}

/// The same, but only if there is an installation: a wrong folder must not become a new, empty one.
async fn existing(config: Config) -> Result<App, Failure> {
    if !config.secret_file().exists() {
        let place = config.secret_file().display().to_string();
        return Err(format!("there is no installation here: {place} is missing. Is --data-dir correct?").into());
    }
    open(config).await
}

fn start_log(config: &Config) {
    // The migrator logs every step; the program logs the result in one line. On every start, PostgreSQL says that the
    // migrations table already exists.
    let directives = format!("sea_orm_migration=warn,sqlx=warn,{}", config.log.filter);
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A log that cannot be written, on a full disk, harms nobody: reporting it on the same disk would panic.
    let builder = builder.with_ansi(std::io::stderr().is_terminal()).log_internal_errors(false);
    match config.log.format {
        LogFormat::Text => builder.compact().init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}
