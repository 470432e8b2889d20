//! What a visitor does: the frames after `hello`.

use database::entity::chat_sessions::{self as sessions, Status};
use uuid::Uuid;

use super::acts::{self, Details, Outcome, Words};
use super::assignment::{self, Given, Terms};
use super::copy::Asker;
use super::frames::{FromVisitor, ToVisitor};
use super::refuse::{self, Refused};
use super::settings::Chat as Settings;
use super::visitor::Visitor;
use super::{copy, handled, limits, notices, portions, rules, store};
use crate::error::{Error, Result};
use crate::http::rate_limit::{Limit, Subject};
use crate::http::valid::{Check, is_email};
use crate::platform::live::{Gone, ToClient};
use crate::platform::staff as people;

impl Visitor {
    /// Handles a frame.
    pub(super) async fn take(&mut self, text: &str) -> Result<(), Gone> {
        let Ok(frame) = serde_json::from_str::<FromVisitor>(text) else {
            return self.line.send(&refuse::error("malformed_body", "this frame is unknown")).await;
        };
        let of = match &frame {
            FromVisitor::Message { session_id, .. }
            | FromVisitor::Details { session_id, .. }
            | FromVisitor::History { session_id, .. }
            | FromVisitor::Typing { session_id, .. }
            | FromVisitor::Read { session_id, .. }
            | FromVisitor::Close { session_id }
            | FromVisitor::Rate { session_id, .. }
            | FromVisitor::Copy { session_id, .. } => Some(*session_id),
            FromVisitor::Hello { .. } | FromVisitor::Page { .. } | FromVisitor::Ping {} => None,
        };
        let client_id = if let FromVisitor::Message { client_id, .. } = &frame { client_id.clone() } else { None };
        if of.is_some_and(|id| id != self.session()) {
            let why = Refused::new("session_unknown", "this socket has another session");
            return self.line.send(&why.frame(of, client_id)).await;
        }
        match self.handle(frame).await? {
            Ok(()) => Ok(()),
            Err(refused) => self.line.send(&refused.frame(of, client_id)).await,
        }
    }

    async fn handle(&mut self, frame: FromVisitor) -> Result<Result<(), Refused>, Gone> {
        match frame {
            FromVisitor::Hello { .. } => {
                return Ok(Err(Refused::new("conflict", "this socket has its session already")));
            }
            FromVisitor::Ping {} => self.line.send(&ToClient::Pong {}).await?,
            FromVisitor::Message { client_id, content, files, .. } => {
                let stored = self.say(client_id.clone(), content, files).await;
                return match stored {
                    Ok(seq) => {
                        let ack = ToVisitor::Ack { session_id: self.session(), client_id, seq };
                        self.line.send(&ack).await.map(Ok)
                    }
                    Err(refused) => Ok(Err(refused)),
                };
            }
            FromVisitor::History { before_seq, limit, .. } => {
                let limit = limit.clamp(1, 200).into();
                if let Err(refused) = self.counted(&limits::HISTORY).await {
                    return Ok(Err(refused));
                }
                let read = async {
                    let mut rows =
                        store::lines_before(self.app.storage.read(), self.session(), before_seq, limit).await?;
                    portions::hold_last(&mut rows);
                    Ok::<_, Error>((rows, people::names(&self.app).await?))
                };
                match read.await {
                    Ok((rows, names)) => self.history(&rows, &names, true).await?,
                    Err(error) => return Ok(Err(error.into())),
                }
            }
            FromVisitor::Typing { on, .. } => self.type_(on),
            FromVisitor::Page { url, title, .. } => {
                if let Err(refused) = self.may_edit().await {
                    return Ok(Err(refused));
                }
                self.page = Some((cut(&url, 2_000), title.as_deref().map(|title| cut(title, 200))));
                self.new.page_url = self.page.as_ref().map(|page| page.0.clone());
                self.be_present(true);
                return Ok(self.see_page().await.map_err(Refused::from));
            }
            FromVisitor::Details { name, email, topic, .. } => {
                if email.as_deref().is_some_and(|email| !is_email(email.trim())) {
                    return Ok(Err(Refused::new("validation_failed", "this is no email address")));
                }
                if let Err(refused) = self.may_edit().await {
                    return Ok(Err(refused));
                }
                let details = checked(Details { name, email, topic });
                acts::set_details(&mut self.new, &details);
                return Ok(self.describe(details).await.map_err(Refused::from));
            }
            FromVisitor::Read { seq, .. } => return Ok(self.read(seq).await.map_err(Refused::from)),
            FromVisitor::Close { .. } => return Ok(self.close().await),
            FromVisitor::Rate { rating, feedback, .. } => return Ok(self.rate(rating, feedback).await),
            FromVisitor::Copy { email, .. } => {
                return match copy::send(&self.app, self.asker(), &email).await {
                    Ok(email) => self.line.send(&ToVisitor::Copied { session_id: self.session(), email }).await.map(Ok),
                    Err(refused) => Ok(Err(refused)),
                };
            }
        }
        Ok(Ok(()))
    }

    /// Stores a line and returns its number.
    async fn say(&mut self, client_id: Option<String>, content: String, files: Vec<Uuid>) -> Result<i64, Refused> {
        if !rules::is_line(&content, files.len()) || client_id.as_deref().is_some_and(|id| !rules::is_client_id(id)) {
            return Err(Refused::new("validation_failed", rules::LINE));
        }
        let app = &self.app;
        if !self.made && !app.settings.get().part::<Settings>().enabled {
            return Err(Refused::new("unavailable", "there is no chat here"));
        }
        limits::of_line(app, self.session(), self.new.ip_address.as_deref(), !self.made).await?;
        // Whoever has begun to wait is told of once.
        let told = match &self.shown {
            Some(shown) if shown.status != Status::Closed => (Vec::new(), Vec::new()),
            _ => {
                let mails = notices::mails_of_waiting(app, &self.new, &content).await?;
                (notices::of_waiting(app, self.session()).await?, mails)
            }
        };
        let now = handled::now(app);
        let mut new = self.new.clone();
        (new.started_at, new.last_activity_at, new.changed_at) = (now.at, now.at, now.at);
        let words = Words { session: self.session(), client_id, content, files };
        let by_link = self.by_link();
        let outcome = app
            .storage
            .write((now, new, words, told, Terms::of(app)), move |tx, (now, new, words, told, terms)| {
                Box::pin(async move {
                    let (outcome, waits) = acts::say_as_visitor(tx, now, new, words, by_link).await?;
                    let given = match terms {
                        Some(terms) if waits => assignment::give(tx, now, terms, words.session).await?,
                        _ => Given::Not,
                    };
                    if waits && given != Given::ToSomebody {
                        notices::tell_of_waiting(tx, words.session, told.0.clone()).await?;
                        for mail in &told.1 {
                            tx.mail(mail.clone());
                        }
                    }
                    Ok(outcome)
                })
            })
            .await?;
        let seq = refuse::number(outcome)?;
        if !std::mem::replace(&mut self.made, true) {
            self.be_present(true);
        }
        self.type_(false);
        Ok(seq)
    }

    /// Each of these writes the row and wakes every dashboard. Whoever is blocked can do none of them.
    async fn may_edit(&self) -> Result<(), Refused> {
        self.counted(&limits::EDITS).await?;
        let (conn, new) = (self.app.storage.read(), &self.new);
        let blocked = store::blocked_until(conn, new.visitor_id, new.ip_address.as_deref(), self.app.clock.now()).await;
        if blocked.map_err(Error::from)?.is_some() { Err(refuse::blocked()) } else { Ok(()) }
    }

    fn asker(&self) -> Asker<'_> {
        Asker { session: self.session(), address: self.new.ip_address.as_deref() }
    }

    async fn counted(&self, limit: &'static Limit) -> Result<(), Refused> {
        Ok(limits::check(&self.app, limit, &Subject::Key(self.session().to_string())).await?)
    }

    async fn describe(&self, details: Details) -> Result<()> {
        let (session, now) = (self.session(), self.app.clock.now());
        let act = self.app.storage.write(details, move |tx, details| {
            Box::pin(async move { acts::describe(tx, session, details, now).await })
        });
        act.await
    }

    /// Notes the page to which they came back; without it, the one before stays.
    pub(super) async fn come_from(&self, row: &sessions::Model) {
        let is_new = self.page.as_ref().is_some_and(|(url, _)| row.page_url.as_ref() != Some(url));
        if is_new
            && self.may_edit().await.is_ok()
            && let Err(error) = self.see_page().await
        {
            tracing::debug!(%error, "the page of a visitor could not be stored");
        }
    }

    async fn see_page(&self) -> Result<()> {
        if !self.made {
            return Ok(());
        }
        let (session, now) = (self.session(), self.app.clock.now());
        let see = self.app.storage.write(self.page.clone(), move |tx, page| {
            Box::pin(async move {
                let Some(mut row) = store::locked(tx.conn(), session).await? else { return Ok(()) };
                (row.page_url, row.page_title) = page.clone().map_or((None, None), |(url, title)| (Some(url), title));
                store::save(tx, row, now).await.map(drop)
            })
        });
        see.await
    }

    async fn read(&self, seq: i64) -> Result<()> {
        let (session, now) = (self.session(), self.app.clock.now());
        let read = self
            .app
            .storage
            .write((), move |tx, ()| Box::pin(async move { acts::read_as_visitor(tx, session, seq, now).await }));
        read.await
    }

    async fn close(&self) -> Result<(), Refused> {
        self.counted(&limits::EDITS).await?;
        let (session, by) = (self.session(), rules::By::Visitor { by_link: self.by_link() });
        let now = handled::now(&self.app);
        let close = self.app.storage.write(now, move |tx, now| {
            Box::pin(async move { Ok(acts::act(tx, now, session, by, rules::Deed::Close).await?.0) })
        });
        let outcome = close.await?;
        refuse::number(outcome)?;
        if let Outcome::Stored(_) = outcome {
            // Whoever had it is free for another one.
            assignment::look(&self.app).await;
        }
        Ok(())
    }

    async fn rate(&self, rating: u8, feedback: Option<String>) -> Result<(), Refused> {
        let mut check = Check::new();
        let feedback = feedback.filter(|text| !text.trim().is_empty());
        let feedback = feedback.map(|text| check.text("feedback", &text, 2_000, ""));
        if !(1..=5).contains(&rating) || check.done().is_err() {
            return Err(Refused::new("validation_failed", "a rating is 1 to 5, its feedback at most 2,000 characters"));
        }
        self.may_edit().await?;
        let (session, now) = (self.session(), self.app.clock.now());
        let rate = self.app.storage.write(feedback, move |tx, feedback| {
            Box::pin(async move {
                let Some(mut row) = store::locked(tx.conn(), session).await? else { return Ok(false) };
                row.rating = Some(rating.into());
                row.feedback.clone_from(feedback);
                store::save(tx, row, now).await.map(|_| true)
            })
        });
        if rate.await? { Ok(()) } else { Err(Refused::new("session_unknown", "nothing was written yet")) }
    }
}

pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

/// What visitors say of themselves, without what cannot be.
pub(super) fn checked(details: Details) -> Details {
    let line = |text: Option<String>, most| text.map(|text| cut(text.trim(), most)).filter(|text| !text.is_empty());
    Details {
        name: line(details.name, 120),
        email: line(details.email, 254).filter(|email| is_email(email)),
        topic: line(details.topic, 80),
    }
}
