# Gavel's commands. Everything runs on the pinned Node under node_modules; the machine's own only runs npm.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
NODE := node_modules/.bin/node
COMMANDS := deploy/dev/src/commands
INSTALLED := node_modules/.package-lock.json

.PHONY: help install up down status logs reset check test bench faults

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

up: $(INSTALLED) ## start everything in the background, and print the URLs and demo sign-ins (NATS=1: with the bridge to NATS)
	@$(if $(NATS),GAVEL_NATS=$(NATS) )$(NODE) $(COMMANDS)/up.ts

down: $(INSTALLED) ## stop everything, keep the data
	@$(NODE) $(COMMANDS)/down.ts

status: $(INSTALLED) ## what runs, where, and how it is (make -s status JSON=1 for programs)
	@$(NODE) $(COMMANDS)/status.ts $(if $(JSON),--json)

logs: $(INSTALLED) ## follow all logs, or one: make logs NAME=bids (FOLLOW=0 prints their ends only)
	@$(NODE) $(COMMANDS)/logs.ts $(NAME) $(if $(filter 0,$(FOLLOW)),--no-follow)

reset: $(INSTALLED) ## stop everything and remove its data
	@$(NODE) $(COMMANDS)/reset.ts

check: $(INSTALLED) ## format, lint, layers, types, generated code, contracts, dead code
	@npm run --silent check

test: $(INSTALLED) ## all tests, on private servers
	@npm run --silent test

bench: $(INSTALLED) ## measured speeds
	@npm run --silent bench

faults: $(INSTALLED) ## the fault campaign; SEED=… ROUNDS=… repeats one
	@npm run --silent faults

install: $(INSTALLED) ## install the npm packages

# npm writes this file at the end of an installation.
$(INSTALLED): package-lock.json
	@deploy/dev/bootstrap.sh
	@touch $@
