//! Turns the document into what a page can show: operations by topic, types by name, problems by code.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::http::problem;

/// The whole reference.
#[derive(Debug, Serialize)]
pub struct Reference {
    pub version: String,
    pub topics: Vec<Topic>,
    pub types: Vec<Type>,
    pub problems: Vec<problem::Known>,
}

/// The operations of one tag.
#[derive(Debug, Serialize)]
pub struct Topic {
    pub name: String,
    pub about: String,
    pub operations: Vec<Operation>,
}

/// One method of one path.
#[derive(Debug, Serialize)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    /// Who can call it, in words.
    pub access: String,
    pub parameters: Vec<Field>,
    /// Name of the body's type.
    pub body: Option<Shape>,
    pub answers: Vec<Answer>,
}

/// A status and its content.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub status: String,
    pub about: String,
    pub shape: Option<Shape>,
}

/// A type of the document, or a primitive one, in words.
#[derive(Debug, Clone, Serialize)]
pub struct Shape {
    /// Anchor of a type on the page.
    pub name: Option<String>,
    pub words: String,
}

/// One type.
#[derive(Debug, Serialize)]
pub struct Type {
    pub name: String,
    pub about: String,
    pub fields: Vec<Field>,
    /// The allowed values, if it is an enum.
    pub values: Vec<String>,
}

/// A field of a type, or a parameter.
#[derive(Debug, Serialize)]
pub struct Field {
    pub name: String,
    pub place: String,
    pub shape: Shape,
    pub required: bool,
    pub about: String,
}

impl Reference {
    /// Parses the document.
    pub fn of(document: &Value) -> Self {
        let mut by_topic: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
        for (path, item) in entries(&document["paths"]) {
            for (method, operation) in entries(item) {
                let topic = operation["tags"][0].as_str().unwrap_or_default().to_owned();
                by_topic.entry(topic).or_default().push(operation_of(document, method, path, operation));
            }
        }
        let topics = document["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|tag| {
                let name = text(&tag["name"]);
                let operations = by_topic.remove(&name)?;
                Some(Topic { about: text(&tag["description"]), name, operations })
            })
            .collect();
        // Envelopes are the same everywhere, so the page describes them once.
        let types = entries(&document["components"]["schemas"])
            .filter(|(name, _)| !name.starts_with("Envelope_"))
            .map(|(name, schema)| type_of(name, schema))
            .collect();
        Self { version: text(&document["info"]["version"]), topics, types, problems: problem::known() }
    }
}

fn operation_of(document: &Value, method: &str, path: &str, operation: &Value) -> Operation {
    let access = match (&operation["x-permission"], operation["security"].as_array()) {
        (Value::String(who), _) if matches!(who.as_str(), "signed_in" | "own_account") => "Signed in".to_owned(),
        (Value::String(permission), _) => format!("Permission {permission}"),
        (Value::Array(some), _) => {
            let some: Vec<String> = some.iter().map(text).collect();
            format!("Permission {}", some.join(" or "))
        }
        (_, Some(_)) => "Code from the email".to_owned(),
        (_, None) => "Public".to_owned(),
    };
    let parameters = operation["parameters"].as_array().into_iter().flatten().map(|it| Field {
        name: text(&it["name"]),
        place: text(&it["in"]),
        shape: shape_of(&it["schema"]),
        required: it["required"].as_bool().unwrap_or(false),
        about: text(&it["description"]),
    });
    let answers = entries(&operation["responses"]).map(|(status, answer)| {
        // Common responses are among the components.
        let shared = answer["$ref"].as_str().map(|name| &document["components"]["responses"][last(name)]);
        let answer = shared.unwrap_or(answer);
        Answer {
            status: status.to_owned(),
            about: text(&answer["description"]),
            shape: entries(&answer["content"]).next().map(|(_, content)| shape_of(&content["schema"])),
        }
    });
    Operation {
        id: format!("{method}{}", path.replace(['/', '{', '}', '.'], "-")),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        access,
        parameters: parameters.collect(),
        body: entries(&operation["requestBody"]["content"]).next().map(|(_, content)| shape_of(&content["schema"])),
        answers: answers.collect(),
    }
}

fn type_of(name: &str, schema: &Value) -> Type {
    let mut fields = Vec::new();
    // A type that includes another one is written as a list of parts.
    for part in schema["allOf"].as_array().into_iter().flatten().chain([schema]) {
        let required: Vec<&str> = part["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if let Some(reference) = part["$ref"].as_str() {
            let shape = shape_of(part);
            fields.push(Field {
                name: "…".to_owned(),
                place: String::new(),
                shape,
                required: true,
                about: format!("All fields of {}.", last(reference)),
            });
        }
        fields.extend(entries(&part["properties"]).map(|(field, inner)| Field {
            name: field.to_owned(),
            place: String::new(),
            shape: shape_of(inner),
            required: required.contains(&field),
            about: text(&inner["description"]),
        }));
    }
    let values = schema["enum"].as_array().into_iter().flatten().map(text).collect();
    Type { name: name.to_owned(), about: text(&schema["description"]), fields, values }
}

/// The shape of a schema: envelopes are removed, lists and nullable types are described in words.
fn shape_of(schema: &Value) -> Shape {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = last(reference);
        let inner = name.strip_prefix("Envelope_").unwrap_or(name);
        return match inner.strip_prefix("Vec_") {
            Some(item) => Shape { name: Some(item.to_owned()), words: format!("list of {item}") },
            None => Shape { name: Some(inner.to_owned()), words: inner.to_owned() },
        };
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(options) = schema[choice].as_array() {
            let kinds: Vec<Shape> = options.iter().map(shape_of).collect();
            let words: Vec<&str> = kinds.iter().map(|shape| shape.words.as_str()).collect();
            return Shape { name: kinds.iter().find_map(|shape| shape.name.clone()), words: words.join(" or ") };
        }
    }
    let format = schema["format"].as_str();
    let one = |kind: &str| match (kind, format) {
        ("string", Some(format)) => format.to_owned(),
        ("string", None) => "text".to_owned(),
        ("array", _) => format!("list of {}", shape_of(&schema["items"]).words),
        (kind, _) => kind.to_owned(),
    };
    let words = match &schema["type"] {
        Value::String(kind) => one(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).map(one).collect::<Vec<_>>().join(" or "),
        _ => "anything".to_owned(),
    };
    Shape { name: (schema["type"] == "array").then(|| shape_of(&schema["items"]).name).flatten(), words }
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, inner)| (name.as_str(), inner))
}

fn last(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
