//! The AsyncAPI 3 document of the socket, generated from the frame types.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::protocol::{FromClient, ToClient};
use crate::platform::slice::Brings;

/// Frames of one kind that travel on the socket.
#[derive(Clone, Copy)]
pub struct Frames {
    title: &'static str,
    to_client: bool,
    schemas: fn() -> Named,
}

/// The name of a type, and the schemas of it and of all that it holds, by their names.
type Named = (String, Vec<(String, RefOr<Schema>)>);

impl Frames {
    /// Frames that a client sends.
    pub const fn from_client<T: ToSchema>(title: &'static str) -> Self {
        Self { title, to_client: false, schemas: schemas_of::<T> }
    }

    /// Frames that the server sends.
    pub const fn to_client<T: ToSchema>(title: &'static str) -> Self {
        Self { title, to_client: true, schemas: schemas_of::<T> }
    }
}

fn schemas_of<T: ToSchema>() -> Named {
    let name = T::name().into_owned();
    let mut schemas = vec![(name.clone(), T::schema())];
    T::schemas(&mut schemas);
    (name, schemas)
}

/// The frames of the platform itself.
const OWN: [Frames; 2] =
    [Frames::from_client::<FromClient>("What a client sends"), Frames::to_client::<ToClient>("What the server sends")];

/// The document in `api/asyncapi.json`, with the frames that the slices bring.
pub fn document(brings: &[Brings]) -> Value {
    let mut schemas = Map::new();
    let mut messages = Map::new();
    let (mut sent, mut told) = (Map::new(), Map::new());
    for frames in OWN.iter().chain(brings.iter().flat_map(|part| part.frames)) {
        let (name, own) = (frames.schemas)();
        schemas.extend(own.into_iter().map(|(name, schema)| (name, value(&schema))));
        let message = json!({ "name": name, "title": frames.title, "contentType": "application/json",
            "payload": { "$ref": format!("#/components/schemas/{name}") } });
        messages.insert(name.clone(), message);
        let place = json!({ "$ref": format!("#/components/messages/{name}") });
        if frames.to_client { &mut told } else { &mut sent }.insert(name, place);
    }
    let named = |frames: &Map<String, Value>| -> Vec<Value> {
        frames.keys().map(|name| json!({ "$ref": format!("#/channels/live/messages/{name}") })).collect()
    };
    let (listen, tell) = (named(&sent), named(&told));
    sent.extend(told);
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
                "description": "A dashboard first sends `auth` with the ticket from `POST /api/auth/ws-ticket`, the page \
                    of a visitor `hello`.",
                "messages": sent
            }
        },
        "operations": {
            "listen": {
                "action": "receive",
                "channel": { "$ref": "#/channels/live" },
                "messages": listen
            },
            "tell": {
                "action": "send",
                "channel": { "$ref": "#/channels/live" },
                "messages": tell
            }
        },
        "components": {
            "messages": messages,
            "schemas": schemas
        }
    })
}

fn value(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}
