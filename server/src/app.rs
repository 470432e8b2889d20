//! The value that holds all parts, and the only place that constructs and connects them.

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::cluster::{Bus, Event, Heard, Link};
use crate::config::{Config, Guard};
use crate::features;
use crate::features::{chat, messages, site};
use crate::http::access_log::AccessLog;
use crate::http::assets::Assets;
use crate::http::page_cache::PageCache;
use crate::http::rate_limit::RateLimits;
use crate::http::{AllowedOrigins, BodyLimits, Front};
use crate::ids::Ids;
use crate::jobs::Schedule;
use crate::places::Places;
use crate::platform::audit::{self, LastSealed};
use crate::platform::auth::{self, Liveness, Passwords, Turns};
use crate::platform::files::Depot;
use crate::platform::idempotency::InFlight;
use crate::platform::known_names::KnownNames;
use crate::platform::live::{Hub, Viewers};
use crate::platform::mail::{self, Mailer, Outbox};
use crate::platform::notices::Audience;
use crate::platform::settings::{Section, Settings};
use crate::platform::slice::{Brings, Slice};
use crate::platform::staff;
use crate::platform::{self, Platform};
use crate::secrets::{KeyRing, Purpose};
use crate::storage::{BoxFuture, Storage, fold_until_stopped};
use crate::templates::Templates;

/// The longest time until changes of settings by another process are noticed.
const SETTINGS_LOOK: Duration = Duration::from_secs(1);
/// How often rate limits forget subjects that have not appeared for a while.
const SWEEP: Duration = Duration::from_secs(30);

/// The program: the platform, and the per-slice state. Cheap to clone; handlers get it as axum state.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of the program.
pub struct Parts {
    pub platform: Platform,
    /// The slices it was built from.
    pub slices: &'static [Slice<App>],
    pub inbox: messages::Kept,
    pub chat: chat::Kept,
    pub site: site::Kept,
}

/// What tests replace: time and randomness, request logging, and the slices.
pub struct Surroundings {
    pub clock: Clock,
    pub ids: Ids,
    pub access_log: bool,
    pub slices: &'static [Slice<App>],
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { clock: Clock::system(), ids: Ids::random(), access_log: true, slices: &features::SLICES }
    }
}

impl App {
    /// Opens the database, migrates it and connects the parts.
    pub async fn build(config: Config, around: Surroundings) -> Result<Self, StartError> {
        private_folder(&config.data_dir).map_err(|error| StartError::DataDir(config.data_dir.clone(), error))?;
        let keys =
            KeyRing::open(&config.secret_file()).map_err(|error| StartError::Keys(config.secret_file(), error))?;
        let bus = Bus::in_process();
        let snapshots = config.data_dir.join("backups");
        let now = around.clock.now();
        let brings = brings(around.slices);
        let words = brings.iter().flat_map(|part| part.words).copied().collect();
        let storage = Storage::open(&config.database_url(), bus.clone(), words, Some((&snapshots, now))).await?;
        auth::claim_installation(&storage, &keys).await.map_err(StartError::KeyMismatch)?;
        let link = match &config.redis.url {
            Some(redis) => {
                let node = around.ids.next(now);
                let id = auth::installation_id(&storage, node).await.map_err(StartError::Installation)?;
                let signing = keys.all(Purpose::NodeEvent).copied().collect();
                Some(Link::new(redis.as_str(), &id, node, signing).map_err(StartError::Redis)?)
            }
            None => None,
        };
        let settings = Settings::load(&storage, sections(&brings)).await?;
        settings.settle_services(&storage, &around.ids, now).await.map_err(StartError::Services)?;
        staff::settle_addresses(&storage).await.map_err(StartError::Addresses)?;
        let templates = Templates::load(config.theme_dir.as_deref());
        let assets = Assets::load(config.theme_dir.as_deref()).map_err(StartError::Theme)?;
        let mailer = Mailer::new(&config).map_err(StartError::Mail)?;
        let files = Depot::open(&config).map_err(StartError::Files)?;
        let places = Places::open(config.geoip_db.as_deref()).map_err(StartError::Places)?;
        let front = Front {
            clock: around.clock.clone(),
            ids: around.ids.clone(),
            server: config.server.clone(),
            origins: AllowedOrigins::new(config.server.origin(), &config.server.cors_origins),
            pages: PageCache::new(config.server.is_https()),
            bodies: BodyLimits::new(brings.iter().flat_map(|part| part.bodies).copied()),
            access_log: if around.access_log { AccessLog::stdout(config.log.format) } else { AccessLog::off() },
        };
        let platform = Platform::new(platform::Parts {
            front: Arc::new(front),
            limits: RateLimits::new(
                config.server.rate_limits == Guard::On,
                link.as_ref().map(|link| link.counters(*keys.current(Purpose::SharedCounter).1)),
                brings.iter().flat_map(|part| part.limits).copied(),
                |key| settings.get().number(key),
            ),
            passwords: Passwords::start().map_err(StartError::Passwords)?,
            turns: Turns::default(),
            liveness: Liveness::new(),
            outbox: Outbox::new(mailer, &bus),
            last_sealed: LastSealed::default(),
            audience: Audience::new(),
            in_flight: InFlight::default(),
            staff_names: KnownNames::new(&bus),
            token_names: KnownNames::new(&bus),
            hub: Hub::default(),
            viewers: Viewers::new(),
            places,
            brings,
            stopping: CancellationToken::new(),
            clock: around.clock,
            ids: around.ids,
            keys,
            bus,
            link,
            storage,
            files,
            settings,
            templates,
            assets,
            config,
        });
        let inbox = messages::Kept::new(&platform.bus);
        let site = site::Kept::new(&platform.bus);
        let app = Self(Arc::new(Parts { platform, slices: around.slices, inbox, chat: chat::Kept::default(), site }));
        app.keep_true();
        Ok(app)
    }

    /// Registers which caches of this process follow events and settings: every cache that a change could make stale.
    /// The hooks hold the parts weakly, because they would otherwise keep themselves alive.
    fn keep_true(&self) {
        let parts = Arc::downgrade(&self.0);
        self.bus.keep_true(vec![Box::new(move |event| {
            let Some(parts) = parts.upgrade() else { return };
            parts.liveness.follow(event);
            parts.audience.follow(event);
            parts.hub.follow(event);
            parts.viewers.follow(event, &parts.hub, &parts.bus);
            chat::follow(&Self(Arc::clone(&parts)), event);
            if *event == Event::Everything {
                parts.inbox.forget();
            }
            if site::is_stale_after(event) {
                parts.front.pages.forget_all();
            }
        })]);
        let parts = Arc::downgrade(&self.0);
        self.settings.keep_true(vec![Box::new(move |settings| {
            let Some(parts) = parts.upgrade() else { return };
            // A role may now require a second factor.
            parts.liveness.forget_all();
            parts.limits.adopt(|key| settings.number(key));
            parts.inbox.forget();
            parts.front.pages.forget_all();
        })]);
    }

    /// Starts the background work: email, jobs, the sealer, and the checks that run every second. All of it stops when
    /// [`platform::Parts::stopping`] is cancelled.
    pub fn start_background(&self) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(
            self.clone()
                .supervise("counts", |app| Box::pin(fold_until_stopped(app.storage.clone(), app.stopping.clone()))),
        );
        tasks
            .spawn(self.clone().supervise("outbox", |app| Box::pin(mail::deliver_until_stopped(app.platform.clone()))));
        tasks.spawn(self.clone().supervise("sealer", |app| Box::pin(audit::seal_until_stopped(app.platform.clone()))));
        tasks.spawn(self.clone().supervise("jobs", |app| {
            let owner = app.ids.next(app.clock.now());
            Box::pin(app.schedule().run_until_stopped(owner))
        }));
        tasks.spawn(self.clone().supervise("settings", |app| Box::pin(app.follow_settings())));
        tasks.spawn(self.clone().supervise("limits", |app| Box::pin(app.sweep_limits())));
        if self.link.is_some() {
            tasks.spawn(self.clone().supervise("nodes", |app| Box::pin(app.carry_events())));
        }
        tasks
    }

    /// The jobs of all parts.
    pub fn schedule(&self) -> Schedule {
        let own = platform::PARTS.iter().flat_map(|it| it.jobs).map(|job| job.on(&self.platform));
        let jobs = own.chain(self.slices.iter().flat_map(|it| it.jobs).map(|job| job.on(self))).collect();
        Schedule { jobs, storage: self.storage.clone(), clock: self.clock.clone(), stopping: self.stopping.clone() }
    }

    /// Restarts a background task when it panics, so that it does not stop silently.
    async fn supervise(self, name: &'static str, work: fn(Self) -> BoxFuture<'static, ()>) {
        while let Err(panic) = tokio::spawn(work(self.clone())).await {
            tracing::error!(name, %panic, "background work panicked and is restarting");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Notices what the command line and other nodes have set: at once if the bus says so, and by looking each second,
    /// because the command line has no bus.
    async fn follow_settings(self) {
        let mut events = self.bus.subscribe();
        let mut look = tokio::time::interval(SETTINGS_LOOK);
        loop {
            tokio::select! {
                _ = look.tick() => {}
                heard = events.next() => match heard {
                    Heard::Event(Event::SettingsChanged | Event::Everything) | Heard::Missed => {}
                    Heard::Event(_) => continue,
                    Heard::Closed => return,
                },
                () = self.stopping.cancelled() => return,
            }
            self.settings.follow(&self.storage).await;
        }
    }

    /// Carries events between this node and the others, until the last socket has said goodbye: the others have to know
    /// that its people left.
    async fn carry_events(self) {
        let Some(link) = &self.link else { return };
        let ended = CancellationToken::new();
        let last = async {
            self.stopping.cancelled().await;
            self.hub.closed().await;
            ended.cancel();
        };
        tokio::join!(link.carry(&self.bus, &ended), last);
    }

    async fn sweep_limits(self) {
        while self.pause(SWEEP).await {
            self.limits.sweep();
        }
    }

    /// Waits for `time`; returns false if the program starts to shut down in the meantime.
    async fn pause(&self, time: Duration) -> bool {
        tokio::time::timeout(time, self.stopping.cancelled()).await.is_err()
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Deref for Parts {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

impl FromRef<App> for Platform {
    fn from_ref(app: &App) -> Self {
        app.platform.clone()
    }
}

/// The contributions of all parts: slices first, because they describe their own entities in more detail than the
/// platform.
pub fn brings(slices: &[Slice<App>]) -> Vec<Brings> {
    slices.iter().map(|slice| slice.brings).chain(platform::PARTS.iter().map(|part| part.brings)).collect()
}

/// The settings of all parts; those of the platform come first on each page.
pub fn sections(brings: &[Brings]) -> Vec<Section> {
    brings.iter().rev().flat_map(|part| part.settings).copied().collect()
}

/// Creates the data directory with mode 0700: it will contain messages, emails and keys. Leaves the mode of an existing
/// one unchanged.
pub fn private_folder(path: &Path) -> std::io::Result<()> {
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
    #[error("another server runs on {0}; stop it first, or give this one its own data directory")]
    InUse(std::path::PathBuf),
    #[error("REDIS_URL cannot be used: {0}")]
    Redis(String),
    #[error("several nodes cannot share the mail folder: set SMTP_URL or SENDGRID_API_KEY beside REDIS_URL")]
    LocalMail,
    #[error("cannot name this installation: {0}")]
    Installation(crate::error::Error),
    #[error("cannot read the key ring {0}: {1}")]
    Keys(std::path::PathBuf, std::io::Error),
    #[error("{0}")]
    KeyMismatch(crate::error::Error),
    #[error("cannot use the database: {}", in_words(.0))]
    Database(#[from] sea_orm::DbErr),
    #[error("cannot start the password thread: {0}")]
    Passwords(std::io::Error),
    #[error("cannot save the addresses of people: {0}")]
    Addresses(crate::error::Error),
    #[error("cannot save the services: {0}")]
    Services(crate::error::Error),
    #[error("cannot read the theme folder: {0}")]
    Theme(std::io::Error),
    #[error("cannot read the IP location database (TEKVWARHO_GEOIP_DB) {0}")]
    Places(String),
    #[error("cannot use the place for files (TEKVWARHO_FILES_URL): {0}")]
    Files(String),
    #[error("cannot use the mail settings: {0}")]
    Mail(String),
    #[error("cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
    #[error("cannot use the certificate: {0}")]
    Tls(String),
}

/// The database's error message, or our own explanation of it.
fn in_words(error: &sea_orm::DbErr) -> String {
    match error {
        sea_orm::DbErr::Custom(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::http::rate_limit::Allowed;
    use crate::platform::settings::Registry;

    #[test]
    fn every_limit_has_a_name_of_its_own_and_a_setting_that_is_there() {
        let brings = brings(&features::SLICES);
        let registry = Registry::new(sections(&brings));
        let mut names = HashSet::new();
        for limit in brings.iter().flat_map(|part| part.limits) {
            assert!(names.insert(limit.name), "two limits are called {}", limit.name);
            if let Allowed::BySetting(key) = limit.allowed {
                assert!(registry.key(key).is_some_and(|key| key.default.is_u64()), "{}: {key}", limit.name);
            }
        }
        assert!(names.len() > 10, "they are read from the slices");
    }
}
