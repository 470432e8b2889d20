# Two commands: `make run` serves the product, `make test` tests it. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SITE_SOURCES  := $(shell find web/site/src -type f) web/site/vite.config.js
ADMIN_SOURCES := web/site/src/tokens.css $(shell find web/admin/src web/admin/static web/api-client -type f -not -path '*/node_modules/*' 2>/dev/null) web/admin/svelte.config.js web/admin/vite.config.ts

.PHONY: help run build build-web dev test test-sqlite test-postgres test-web check gen bench chaos fuzz e2e browsers lighthouse screens clean

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 18

run: build-web ## Build whatever is missing and serve http://127.0.0.1:5500 with its data in ./data.
	cargo build --package tekvwarho
	exec target/debug/tekvwarho serve

build: build-web ## The release binary with both front ends in it: target/release/tekvwarho.
	cargo build --release --package tekvwarho

build-web: web/dist/site/.vite/manifest.json web/dist/admin/index.html ## Build both front ends into web/dist.

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund

web/dist/site/.vite/manifest.json: web/node_modules/.package-lock.json $(SITE_SOURCES)
	cd web/site && npm run build
web/dist/admin/index.html: web/node_modules/.package-lock.json $(ADMIN_SOURCES)
	cd web/admin && npm run build

dev: build-web ## Serve, and rebuild the front ends whenever they change.
	tools/dev

test: ## Everything: checks, both engines, front ends, browser, fuzzing, a short chaos run. Installs what it needs.
	tools/test

test-sqlite: ## The server's tests on SQLite.
	cargo nextest run --workspace --no-fail-fast

test-postgres: ## The server's tests on a throw-away PostgreSQL, those of several nodes among them.
	tools/need redis-server
	tools/with-postgres cargo nextest run --workspace --no-fail-fast --test it --ignore-default-filter

test-web: web/node_modules/.package-lock.json ## Unit tests of both front ends.
	cd web/site && npm test
	cd web/admin && npm test

check: web/node_modules/.package-lock.json ## Format, lints, types, unused dependencies, stale generated files.
	tools/check

gen: ## Regenerate files: OpenAPI document, TypeScript types, settings reference, database schema.
	tools/gen

e2e: build-web web/node_modules/.package-lock.json ## The product in a real browser with a real mail server.
	cargo build --package tekvwarho
	cd web/e2e && npm test

browsers: build-web web/node_modules/.package-lock.json ## The chat and the dashboard in Firefox and in WebKit. Installs both.
	cargo build --package tekvwarho
	cd web/e2e && npm run browsers

lighthouse: build-web web/node_modules/.package-lock.json ## Lighthouse on every public page, phone and desktop: fails below 100 in any category.
	cargo build --package tekvwarho
	cd web/e2e && npm run lighthouse

screens: build-web web/node_modules/.package-lock.json ## Screenshots of every page into docs/screens.
	cargo build --package tekvwarho
	cd web/e2e && npm run screens

fuzz: build-web ## Schema-driven fuzzing of the whole API, with and without a token.
	cargo build --package tekvwarho
	tools/fuzz

chaos: ## kill -9 under load, on both engines and on two nodes with Redis: everything acknowledged is there, exactly once.
	cargo build --release --package tekvwarho
	tools/need redis-server
	tools/with-postgres tools/python bench/chaos.py

bench: build ## Measure against baselines from the same run, and print targets and figures side by side.
	tools/need redis-server
	tools/with-postgres tools/python bench/bench.py

clean: ## Remove what was built. The data in ./data stays.
	cargo clean
	rm -rf web/dist web/*/node_modules
