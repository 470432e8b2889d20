//! Detects idle connections. HTTP/2 has pings, windows and a preface with which a client could hold a connection
//! forever without a request; only requests, responses and their parts count as activity here.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::Instant;

/// The first request must arrive within this time, like a request head on the plain port.
const FIRST: Duration = Duration::from_secs(15);
/// Later, the connection may be idle for this long: no request, and no part of a body in either direction.
const QUIET: Duration = Duration::from_secs(75);

/// Maximum bytes passed on at once.
const PART: usize = 16 * 1024;

/// When a connection was last active.
pub struct Activity {
    began: Instant,
    /// Milliseconds after `began`; 0 before the first request.
    last: AtomicU64,
}

impl Activity {
    /// For a connection that starts now.
    pub fn begin() -> Arc<Self> {
        Arc::new(Self { began: Instant::now(), last: AtomicU64::new(0) })
    }

    /// Wraps the body; its start and each of its frames count as activity.
    pub fn note_frames<B>(self: &Arc<Self>, body: B) -> Noted<B> {
        self.note();
        Noted { body, rest: None, activity: Arc::clone(self) }
    }

    /// Returns once the connection has been idle for too long.
    pub async fn ceased(&self) {
        loop {
            let until = self.deadline();
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    fn note(&self) {
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(elapsed.max(1), Ordering::Relaxed);
    }

    fn deadline(&self) -> Instant {
        match self.last.load(Ordering::Relaxed) {
            0 => self.began + FIRST,
            last => self.began + Duration::from_millis(last) + QUIET,
        }
    }
}

pin_project! {
    /// A body whose frames count as activity.
    pub struct Noted<B> {
        #[pin]
        body: B,
        // The rest of a frame: a large one is passed on in parts, so that a slow reader still counts as active.
        rest: Option<Bytes>,
        activity: Arc<Activity>,
    }
}

impl<B: HttpBody<Data = Bytes>> HttpBody for Noted<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.project();
        let frame = match this.rest.take() {
            Some(rest) => Some(Ok(Frame::data(rest))),
            None => ready!(this.body.poll_frame(context)),
        };
        this.activity.note();
        Poll::Ready(frame.map(|frame| {
            frame.map(|frame| match frame.into_data() {
                Ok(mut data) => {
                    if data.len() > PART {
                        *this.rest = Some(data.split_off(PART));
                    }
                    Frame::data(data)
                }
                Err(other) => other,
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let waiting = self.rest.as_ref().map_or(0, |rest| rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(self.body.size_hint().lower() + waiting);
        if let Some(upper) = self.body.size_hint().upper() {
            hint.set_upper(upper + waiting);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, Full};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_ends_when_nothing_is_asked_for_and_when_nothing_happens_any_more() {
        let began = Instant::now();
        let silent = Activity::begin();
        silent.ceased().await;
        assert_eq!(began.elapsed().as_secs(), 15);

        let began = Instant::now();
        let asked = Activity::begin();
        tokio::time::advance(Duration::from_secs(10)).await;
        let body = asked.note_frames(Full::new(Bytes::from("slow")));
        let reader = async {
            tokio::time::sleep(Duration::from_secs(70)).await;
            body.collect().await.expect("a body")
        };
        tokio::join!(reader, asked.ceased());
        assert_eq!(began.elapsed().as_secs(), 10 + 70 + 75);
    }

    #[tokio::test]
    async fn a_large_body_is_given_out_whole_and_in_parts() {
        let whole = Bytes::from(vec![7; 3 * PART + 5]);
        let mut body = Activity::begin().note_frames(Full::new(whole.clone()));
        let (mut parts, mut got) = (0, Vec::new());
        while let Some(frame) = body.frame().await {
            assert_eq!(
                body.size_hint().exact(),
                Some((whole.len() - got.len() - PART.min(whole.len() - got.len())) as u64)
            );
            got.extend_from_slice(&frame.expect("a frame").into_data().expect("data"));
            parts += 1;
        }
        assert_eq!((parts, got), (4, whole.to_vec()));
    }
}
