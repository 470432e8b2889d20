//! The AsyncAPI 3 document of the socket, generated from the frame types.

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::protocol::{FromClient, ToClient};

/// The document in `api/asyncapi.json`.
pub fn document() -> Value {
    let mut schemas = Vec::new();
    for (name, schema) in
        [(FromClient::name().into_owned(), FromClient::schema()), (ToClient::name().into_owned(), ToClient::schema())]
    {
        schemas.push((name, schema));
    }
    FromClient::schemas(&mut schemas);
    ToClient::schemas(&mut schemas);
    let schemas: Map<String, Value> = schemas.into_iter().map(|(name, schema)| (name, value(&schema))).collect();
    let message = |name: &str, title: &str| {
        json!({ "name": name, "title": title, "contentType": "application/json",
            "payload": { "$ref": format!("#/components/schemas/{name}") } })
    };
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tekvwarho, live",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Frames of the WebSocket: JSON text, `type` first, at most 16 kB from clients. An unknown \
                frame gets `error`, and the socket stays open."
        },
        "defaultContentType": "application/json",
        "channels": {
            "live": {
                "address": "/ws/chat",
                "description": "A client first sends `auth` with the ticket from `POST /api/auth/ws-ticket`.",
                "messages": {
                    "fromClient": { "$ref": "#/components/messages/ClientFrame" },
                    "toClient": { "$ref": "#/components/messages/ServerFrame" }
                }
            }
        },
        "operations": {
            "listen": {
                "action": "receive",
                "channel": { "$ref": "#/channels/live" },
                "messages": [{ "$ref": "#/channels/live/messages/fromClient" }]
            },
            "tell": {
                "action": "send",
                "channel": { "$ref": "#/channels/live" },
                "messages": [{ "$ref": "#/channels/live/messages/toClient" }]
            }
        },
        "components": {
            "messages": {
                "ClientFrame": message("ClientFrame", "What a client sends"),
                "ServerFrame": message("ServerFrame", "What the server sends")
            },
            "schemas": schemas
        }
    })
}

fn value(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}
