//! A response with assertions for tests.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Status, headers and body of a response.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (code, headers) = (response.status().as_u16(), response.headers().clone());
        Self { code, headers, text: response.text().await.unwrap() }
    }

    /// Fails, showing the body, if the status differs.
    #[track_caller]
    pub fn status(&self, expected: u16) -> &Self {
        assert_eq!(self.code, expected, "{}", self.text);
        self
    }

    /// Fails unless this is the problem with that status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> &Self {
        self.status(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["success"], false);
        assert_eq!(body["status"], status);
        assert_eq!(body["requestId"], self.header("x-request-id"));
        self
    }

    /// Rejected fields with their codes.
    pub fn refused(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let body = self.json();
        body["errors"].as_array().unwrap().iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    #[track_caller]
    pub fn data(&self) -> Value {
        assert!((200..300).contains(&self.code), "{}: {}", self.code, self.text);
        self.json()["data"].clone()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The cookies that this response sets.
    pub fn cookies(&self) -> Vec<String> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }
}
