/** Writes frames.ts: the WebSocket frames as types, generated from their AsyncAPI document. */
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

// Formats say nothing to a type, and would take a comment for each id and number.
const plain = (name, value) => (name === "format" ? undefined : value);
const { info, components } = JSON.parse(readFileSync("../../api/asyncapi.json", "utf8"), plain);
// Both kinds of document use JSON Schema, so an OpenAPI document without paths can hold these schemas too.
const document = { openapi: "3.1.0", info, paths: {}, components: { schemas: components.schemas } };
const head = "/** Written by `npm run gen` from api/asyncapi.json: do not edit. */\n\n";
writeFileSync("frames.ts", head + astToString(await openapiTS(document)));
