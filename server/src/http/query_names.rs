//! Rejects unknown query parameters: a mistyped filter must not export everything.
//!
//! The names come from the OpenAPI document. A route without any accepts all: load balancers add their own.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};

use crate::error::{Error, Result};

/// The parameter names of each route. Cheap to clone.
#[derive(Clone)]
pub struct QueryNames(Arc<HashMap<(Method, String), HashSet<String>>>);

impl QueryNames {
    /// Reads them from the document.
    pub fn of(document: &utoipa::openapi::OpenApi) -> Self {
        let mut routes = HashMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            for (method, operation) in operations {
                let names = operation.as_ref().map(names_of).unwrap_or_default();
                if !names.is_empty() {
                    routes.insert((method, path.clone()), names);
                }
            }
        }
        Self(Arc::new(routes))
    }

    fn check(&self, request: &Request) -> Result<()> {
        let (Some(query), Some(path)) = (request.uri().query(), request.extensions().get::<MatchedPath>()) else {
            return Ok(());
        };
        let Some(known) = self.0.get(&(request.method().clone(), path.as_str().to_owned())) else { return Ok(()) };
        let stranger = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| !known.contains(name.as_ref()));
        match stranger {
            Some((name, _)) => Err(Error::field(name.as_ref(), "unknown", "This parameter does not exist.")),
            None => Ok(()),
        }
    }
}

fn names_of(operation: &Operation) -> HashSet<String> {
    let of_query = |it: &RefOr<Parameter>| match it {
        RefOr::T(it) if matches!(it.parameter_in, ParameterIn::Query) => Some(it.name.clone()),
        _ => None,
    };
    operation.parameters.iter().flatten().filter_map(of_query).collect()
}

/// Rejects a request with a parameter that its route does not know.
pub async fn check(State(names): State<QueryNames>, request: Request, next: Next) -> Response {
    match names.check(&request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}
