//! The order of the steps around every handler.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderValue, Method, Version};
use axum::response::{IntoResponse as _, Response};
use axum::{BoxError, Router};
use futures_util::FutureExt as _;
use pin_project_lite::pin_project;
use tower::{Layer, Service, ServiceExt as _};

use super::origin::Reader;
use super::request_info::ClientAddress;
use super::{Front, RequestId, origin, problem, request_id, security_headers};
use crate::error::Error;

/// The router with all steps around it. Cheap to clone.
#[derive(Clone)]
pub struct Pipeline {
    front: Arc<Front>,
    router: Router,
}

impl Pipeline {
    /// Wraps `router` in the steps.
    pub fn new(front: Arc<Front>, router: Router) -> Self {
        Self { front, router }
    }

    /// Handles one request from the peer at `peer`.
    pub async fn answer<B>(&self, request: Request<B>, peer: IpAddr) -> Response
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let started = Instant::now();
        let front = &*self.front;
        let now = front.clock.now();
        let proxies = &front.server.trusted_proxies;
        let id = RequestId::assign(request.headers(), proxies.contain(peer), front.ids.next(now));
        let whole = has_one_host(&request);
        if let Some(page) = front.pages.of(&request).filter(|_| whole && !request.headers().contains_key(ORIGIN)) {
            let mut response = page.answer(request.headers());
            front.origins.vary(response.headers_mut());
            name(&mut response, id);
            front.access_log.note(now, &Method::GET, page.route, response.status(), started.elapsed(), id);
            return response;
        }
        let mut request = request.map(Body::new);
        let method = request.method().clone();
        let preflight = origin::is_preflight(&method, request.headers());
        let reader = front.origins.readable_by(request.headers()).cloned();
        let has_origin = request.headers().contains_key(ORIGIN);
        let client = proxies.client_of(peer, request.headers());
        request.extensions_mut().insert(ClientAddress(client));

        let mut response = if whole {
            id.scope(self.route(request)).await
        } else {
            Error::MalformedBody("An HTTP/1.1 request must name its host exactly once.".into()).into_response()
        };

        problem::render(&mut response, id);
        security_headers::apply_to(&mut response, front.server.is_https());
        let reader = reader.or_else(|| response.extensions_mut().remove::<Reader>().map(|Reader(origin)| origin));
        let headers = response.headers_mut();
        front.origins.vary(headers);
        if let Some(reader) = reader.filter(|_| has_origin) {
            origin::allow(headers, reader, preflight);
        }
        name(&mut response, id);
        let route = response.extensions_mut().remove::<Route>();
        let route = route.as_ref().map_or("-", |route| route.0.as_str());
        front.access_log.note(now, &method, route, response.status(), started.elapsed(), id);
        response
    }

    /// Runs the handler. A panic becomes an error of this request and affects nothing else.
    async fn route(&self, request: Request) -> Response {
        match AssertUnwindSafe(self.router.clone().oneshot(request)).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => Error::internal("a handler panicked").into_response(),
        }
    }
}

/// RFC 9112, 3.2: with two hosts or none, a proxy in front may use another host than we do.
fn has_one_host<B>(request: &axum::http::Request<B>) -> bool {
    request.version() != Version::HTTP_11 || request.headers().get_all(HOST).iter().count() == 1
}

fn name(response: &mut Response, id: RequestId) {
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(request_id::HEADER, value);
    }
}

/// The matched route, passed outward from the router.
#[derive(Clone)]
struct Route(MatchedPath);

/// Passes the matched route outward, for the access log.
#[derive(Clone)]
pub struct NameRoute;

impl<S> Layer<S> for NameRoute {
    type Service = NamedRoute<S>;

    fn layer(&self, inner: S) -> Self::Service {
        NamedRoute(inner)
    }
}

/// A service whose responses carry their route.
#[derive(Clone)]
pub struct NamedRoute<S>(S);

impl<S> Service<Request> for NamedRoute<S>
where
    S: Service<Request, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Naming<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let route = request.extensions().get::<MatchedPath>().cloned();
        Naming { answer: self.0.call(request), route }
    }
}

pin_project! {
    /// A response future that attaches the route to its result.
    pub struct Naming<F> {
        #[pin]
        answer: F,
        route: Option<MatchedPath>,
    }
}

impl<F: Future<Output = Result<Response, E>>, E> Future for Naming<F> {
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.answer.poll(context).map_ok(|mut response| {
            if let Some(route) = this.route.take() {
                response.extensions_mut().insert(Route(route));
            }
            response
        })
    }
}
