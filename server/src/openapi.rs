//! The parts of the OpenAPI document that do not come from handlers: security schemes, and the errors that the pipeline
//! adds.

use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Built, Ref, RefOr, Required, Schema};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(title = "Tekvwarho", description = "The front desk of a services firm: contact inbox, staff and settings. \
        Every successful response has the envelope `{success, data, message?, meta?, requestId}`; every error is an RFC 9457 problem with a stable `code`."),
    modifiers(&Schemes),
    tags(
        (name = "public", description = "For visitors; no sign-in needed"),
        (name = "auth", description = "Signing in, and your own account"),
        (name = "setup", description = "First-time setup"),
        (name = "dashboard", description = "The dashboard’s home page"),
        (name = "messages", description = "The inbox"),
        (name = "chats", description = "Live chat with visitors"),
        (name = "files", description = "Files that are sent with lines of a chat"),
        (name = "mail", description = "Emails that could not be delivered"),
        (name = "staff", description = "The firm’s people"),
        (name = "settings", description = "The firm’s settings"),
        (name = "site", description = "Pages of the website, and previews of it"),
        (name = "audit", description = "Who did what, and proof that nothing was altered"),
        (name = "notifications", description = "Events that a person may want to know about"),
        (name = "tokens", description = "Tokens for programs that call this API"),
        (name = "health", description = "For operators"),
    )
)]
pub struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.add_security_scheme("accessToken", SecurityScheme::Http(bearer));
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("tkw_…").build();
        components.add_security_scheme("apiToken", SecurityScheme::Http(token));
        let manage =
            ApiKey::Header(ApiKeyValue::with_description("Authorization", "`Manage` and the code from the email"));
        components.add_security_scheme("manageToken", SecurityScheme::ApiKey(manage));
        let session = ApiKey::Header(ApiKeyValue::with_description(
            "Authorization",
            "`Session` and the token of a chat, as `welcome` gives it",
        ));
        components.add_security_scheme("chatSession", SecurityScheme::ApiKey(session));
        let form = ApiKey::Header(ApiKeyValue::with_description(
            "Authorization",
            "`Form` and a token of `GET /api/form-token`",
        ));
        components.add_security_scheme("formToken", SecurityScheme::ApiKey(form));
    }
}

/// The media type of every error.
const PROBLEM: &str = "application/problem+json";

/// Adds to each operation the errors that can occur before or around its handler, based on what the operation declares.
pub fn complete(document: &mut Built) {
    for (path, item) in &mut document.paths.paths {
        for (safe, operation) in operations(item) {
            let guarded = operation.extensions.as_ref().is_some_and(|it| it.contains_key("x-permission"));
            let has_body = operation.request_body.is_some();
            let has_input = has_body || operation.parameters.as_ref().is_some_and(|it| !it.is_empty());
            let keyed = operation.security.is_some() || path.contains("/auth/");
            for (status, added, description) in [
                ("400", true, "The request cannot be read"),
                ("401", keyed, "The token or the password is missing, wrong or expired"),
                ("403", guarded || !safe, "The permission is missing, or the origin is not allowed"),
                ("404", path.contains('{'), "Nothing has this id"),
                ("409", !safe, "The request conflicts with another change, or the same request is still in progress"),
                ("413", has_body, "The body is too large"),
                ("415", has_body, "The body is not JSON"),
                ("422", has_input || !safe, "Some fields are invalid"),
                ("429", true, "Too many requests"),
                ("503", true, "Part of the service is down"),
            ] {
                if added {
                    operation.responses.responses.entry(status.to_owned()).or_insert_with(|| problem(description));
                }
            }
            as_problems(operation);
            name_headers(operation);
        }
    }
    say_once(document);
}

/// Moves errors that are the same everywhere into the components, and refers to them from each operation.
fn say_once(document: &mut Built) {
    let mut known: Vec<(String, utoipa::openapi::Response)> = Vec::new();
    for (_, operation) in document.paths.paths.values_mut().flat_map(operations) {
        for (status, response) in &mut operation.responses.responses {
            let RefOr::T(failure) = &*response else { continue };
            if !status.starts_with(['4', '5']) || !failure.content.contains_key(PROBLEM) {
                continue;
            }
            let found = known.iter().find(|(_, other)| other == failure).map(|(name, _)| name.clone());
            let name = found.unwrap_or_else(|| {
                let same = known.iter().filter(|(name, _)| name.starts_with(&format!("Problem{status}"))).count();
                let name = if same == 0 { format!("Problem{status}") } else { format!("Problem{status}x{same}") };
                known.push((name.clone(), failure.clone()));
                name
            });
            *response = RefOr::Ref(Ref::from_response_name(name));
        }
    }
    let components = document.components.get_or_insert_default();
    components.responses.extend(known.into_iter().map(|(name, response)| (name, RefOr::T(response))));
}

/// Sets the possible values of a named string type.
///
/// # Panics
/// If no route uses that type: the document would omit what a slice declares.
pub fn name_values(document: &mut Built, schema: &str, values: Vec<&str>) {
    named_object(document, schema).enum_values = Some(values.into_iter().map(Into::into).collect());
}

fn named_object<'a>(document: &'a mut Built, schema: &str) -> &'a mut Object {
    let schemas = &mut document.components.get_or_insert_default().schemas;
    match schemas.get_mut(schema) {
        Some(RefOr::T(Schema::Object(object))) => object,
        _ => panic!("the document has no object {schema}"),
    }
}

/// Adds fields that slices contribute to an object: their names with descriptions. The object appears in the
/// components, and again in the envelope of each response that contains it.
///
/// # Panics
/// If there is no such object.
pub fn name_parts(document: &mut Built, schema: &str, parts: Vec<(&str, &str)>) {
    let object = named_object(document, schema);
    let before = object.clone();
    for (name, help) in parts {
        let text = ObjectBuilder::new().schema_type(Type::String).description(Some(help));
        object.properties.insert(name.to_owned(), text.into());
        object.required.push(name.to_owned());
    }
    let after = object.clone();
    for (_, operation) in document.paths.paths.values_mut().flat_map(operations) {
        for response in operation.responses.responses.values_mut() {
            let RefOr::T(response) = response else { continue };
            for content in response.content.values_mut() {
                let RefOr::T(content) = content else { continue };
                let Some(RefOr::T(Schema::Object(envelope))) = &mut content.schema else { continue };
                if let Some(RefOr::T(Schema::Object(data))) = envelope.properties.get_mut("data")
                    && *data == before
                {
                    *data = after.clone();
                }
            }
        }
    }
}

/// The operations of a path; true: the operation is safe.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let safe = item.get.iter_mut().map(|it| (true, it));
    let unsafe_ones = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
    safe.chain(unsafe_ones.into_iter().flatten().map(|it| (false, it)))
}

fn problem(description: &str) -> RefOr<utoipa::openapi::Response> {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    RefOr::T(ResponseBuilder::new().description(description).content(PROBLEM, Content::new(Some(schema))).build())
}

/// Handlers declare errors as JSON; they are sent as problems.
fn as_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with(['4', '5']), response)
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert(PROBLEM.to_owned(), content);
        }
    }
}

/// Documents the headers that a response carries or an operation accepts.
fn name_headers(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let (name, kind, description) = match status.as_str() {
            "201" => ("Location", Type::String, "The address of what was created"),
            "429" | "503" => ("Retry-After", Type::Integer, "Seconds to wait before trying again"),
            _ => continue,
        };
        let mut header = Header::new(Object::with_type(kind));
        header.description = Some(description.to_owned());
        response.headers.insert(name.to_owned(), RefOr::T(header));
    }
    let named = operation.parameters.iter().flatten().any(|it| matches!(it, RefOr::T(it) if it.name == "If-Match"));
    if operation.responses.responses.contains_key("412") && !named {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let parameter =
            header_parameter("If-Match", "The `ETag` the caller last saw; 412 if it has changed since", text);
        operation.parameters.get_or_insert_default().push(parameter);
    }
}

/// An optional request header.
fn header_parameter(name: &str, description: &str, schema: ObjectBuilder) -> RefOr<Parameter> {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build();
    RefOr::T(parameter)
}

/// Documents that an operation honours `Idempotency-Key`.
pub fn name_key(operation: &mut Operation) {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
    let description = "Repeating a request with the same key and body returns the first response again, for 24 hours";
    let parameter = header_parameter("Idempotency-Key", description, text);
    operation.parameters.get_or_insert_default().push(parameter);
}
