//! The one value that holds all parts, and the only place where parts are joined.

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::cluster::Bus;
use crate::config::{Config, Guard};
use crate::features::audit::LastSealed;
use crate::features::auth::{Liveness, Passwords};
use crate::features::live::Viewers;
use crate::features::messages::{SharedFigures, UsualAnswer};
use crate::features::notifications::Audience;
use crate::features::notify::{Mailer, Outbox};
use crate::features::settings::Settings;
use crate::features::{audit, auth};
use crate::http::AllowedOrigins;
use crate::http::access_log::AccessLog;
use crate::http::assets::Assets;
use crate::http::idempotency::InFlight;
use crate::http::page_cache::PageCache;
use crate::http::rate_limit::RateLimits;
use crate::ids::Ids;
use crate::places::Places;
use crate::secrets::KeyRing;
use crate::storage::{BoxFuture, Storage};
use crate::templates::Templates;

/// Settings that another process has changed are seen after this time at the latest.
const SETTINGS_LOOK: Duration = Duration::from_secs(1);

/// The program. Cheap to clone; handlers get it as axum state.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the program consists of.
pub struct Parts {
    pub config: Config,
    pub clock: Clock,
    pub ids: Ids,
    pub keys: KeyRing,
    pub bus: Bus,
    pub storage: Storage,
    pub settings: Settings,
    pub templates: Templates,
    pub assets: Assets,
    pub origins: AllowedOrigins,
    pub limits: RateLimits,
    pub access_log: AccessLog,
    pub passwords: Passwords,
    pub liveness: Liveness,
    pub outbox: Outbox,
    pub last_sealed: LastSealed,
    pub audience: Audience,
    pub in_flight: InFlight,
    pub pages: PageCache,
    pub usual_answer: UsualAnswer,
    pub figures: SharedFigures,
    pub viewers: Viewers,
    pub places: Places,
    /// Cancelled when the program is told to end: readiness turns 503 and sockets say `bye`.
    pub stopping: CancellationToken,
}

/// Time and randomness, and whether requests are logged: what tests replace.
pub struct Surroundings {
    pub clock: Clock,
    pub ids: Ids,
    pub access_log: bool,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { clock: Clock::system(), ids: Ids::random(), access_log: true }
    }
}

impl App {
    /// Opens the database, brings it to the newest schema and joins the parts.
    pub async fn build(config: Config, around: Surroundings) -> Result<Self, StartError> {
        private_folder(&config.data_dir).map_err(|error| StartError::DataDir(config.data_dir.clone(), error))?;
        let keys =
            KeyRing::open(&config.secret_file()).map_err(|error| StartError::Keys(config.secret_file(), error))?;
        let bus = Bus::in_process();
        let snapshots = config.data_dir.join("backups");
        let now = around.clock.now();
        let storage = Storage::open(&config.database_url(), bus.clone(), Some((&snapshots, now))).await?;
        auth::claim_installation(&storage, &keys).await.map_err(StartError::KeyMismatch)?;
        let settings = Settings::load(&storage).await?;
        let templates = Templates::load(config.theme_dir.as_deref());
        let assets = Assets::load(config.theme_dir.as_deref()).map_err(StartError::Theme)?;
        let mailer = Mailer::new(&config).map_err(StartError::Mail)?;
        let places = Places::open(config.geoip_db.as_deref()).map_err(StartError::Places)?;
        let app = Self(Arc::new(Parts {
            origins: AllowedOrigins::new(&config.server.public_url, &config.server.cors_origins),
            limits: RateLimits::new(config.server.rate_limits == Guard::On, settings.get().security.allowances()),
            access_log: if around.access_log { AccessLog::stdout(config.log.format) } else { AccessLog::off() },
            passwords: Passwords::start(),
            liveness: Liveness::new(),
            outbox: Outbox::new(mailer),
            last_sealed: LastSealed::default(),
            audience: Audience::new(),
            in_flight: InFlight::default(),
            pages: PageCache::new(config.server.is_https()),
            usual_answer: UsualAnswer::default(),
            figures: SharedFigures::new(&bus),
            viewers: Viewers::new(),
            places,
            stopping: CancellationToken::new(),
            clock: around.clock,
            ids: around.ids,
            keys,
            bus,
            storage,
            settings,
            templates,
            assets,
            config,
        }));
        Ok(app)
    }

    /// Starts what works beside requests: mail, jobs, the sealer, and the listener that keeps caches true.
    /// All of it ends when [`Parts::stopping`] is cancelled.
    pub fn start_background(&self) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(
            self.clone().supervise("outbox", |app| Box::pin(crate::features::notify::deliver_until_stopped(app))),
        );
        tasks.spawn(self.clone().supervise("sealer", |app| Box::pin(audit::seal_until_stopped(app))));
        tasks.spawn(self.clone().supervise("jobs", |app| Box::pin(crate::jobs::run_until_stopped(app))));
        tasks.spawn(
            self.clone().supervise("counts", |app| Box::pin(crate::features::dashboard::fold_until_stopped(app))),
        );
        tasks.spawn(self.clone().supervise("bus", |app| Box::pin(app.follow_bus())));
        tasks
    }

    /// Begins a piece of background work again when it panics: it must not stop in silence.
    async fn supervise(self, name: &'static str, work: fn(Self) -> BoxFuture<'static, ()>) {
        while let Err(panic) = tokio::spawn(work(self.clone())).await {
            tracing::error!(name, %panic, "background work panicked and begins again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Keeps what is cached in this process true to the database.
    async fn follow_bus(self) {
        use crate::cluster::Event;
        let mut events = self.bus.subscribe();
        let mut look = tokio::time::interval(SETTINGS_LOOK);
        loop {
            let event = tokio::select! {
                event = events.recv() => event,
                _ = look.tick() => {
                    // The command line writes past the bus.
                    if self.settings.is_stale(&self.storage).await {
                        self.settings_changed().await;
                    }
                    continue;
                }
                () = self.stopping.cancelled() => return,
            };
            match event {
                Ok(Event::SettingsChanged) => self.settings_changed().await,
                Ok(Event::SessionEnded(_) | Event::StaffChanged(_)) => {
                    self.liveness.forget_all();
                    self.audience.forget();
                }
                Ok(_) => {}
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                    self.liveness.forget_all();
                    self.settings_changed().await;
                }
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    /// Reads the settings again and drops the pages that were made from the old ones.
    pub async fn settings_changed(&self) {
        while let Err(error) = self.settings.reload(&self.storage).await {
            tracing::warn!(%error, "cannot read the settings again");
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = self.stopping.cancelled() => return,
            }
        }
        self.apply_settings();
    }

    /// Makes the settings of now count: limits follow them, and what was made from older ones is dropped.
    pub fn apply_settings(&self) {
        // A role may need a second factor now.
        self.liveness.forget_all();
        self.limits.adopt(self.settings.get().security.allowances());
        self.usual_answer.forget();
        self.pages.forget_all();
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Makes the data directory, for this user alone: it will hold messages, mails and keys. One that is there already
/// keeps its rights.
fn private_folder(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Why the program did not start, in one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot use the data directory {0}: {1}")]
    DataDir(std::path::PathBuf, std::io::Error),
    #[error("cannot read the key ring {0}: {1}")]
    Keys(std::path::PathBuf, std::io::Error),
    #[error("{0}")]
    KeyMismatch(crate::error::Error),
    #[error("cannot open the database: {0}. DATABASE_URL must be reachable and its user allowed to create tables")]
    Database(#[from] sea_orm::DbErr),
    #[error("cannot read the theme folder: {0}")]
    Theme(std::io::Error),
    #[error("cannot read the map of addresses (TEKVWARHO_GEOIP_DB) {0}")]
    Places(String),
    #[error("cannot use the mail settings: {0}")]
    Mail(String),
    #[error("cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
    #[error("cannot use the certificate: {0}")]
    Tls(String),
}
