# Everything runs on the pinned Node in node_modules. The machine's own Node only runs npm.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
NODE := node_modules/.bin/node
COMMANDS := deploy/dev/src/commands
# What running Gavel needs, and what its checks and tests need as well.
INSTALLED := node_modules/.package-lock.json
ALL_INSTALLED := node_modules/.gavel-all

.PHONY: help install up down stop start restart status logs reset check test bench screenshots faults model sbom verify cluster dev clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

up: $(INSTALLED) ## start everything in the background, and print all addresses and the demo accounts (NATS=1: also NATS and the bridge to it; OBSERVE=1: also Prometheus and Alertmanager; GAVEL_PORT_BASE=13000: each port is 13000 + its default - 3000)
	@$(if $(NATS),GAVEL_NATS=$(NATS) )$(if $(OBSERVE),GAVEL_OBSERVE=$(OBSERVE) )$(NODE) $(COMMANDS)/up.ts

down: $(INSTALLED) ## stop everything, keep the data
	@$(NODE) $(COMMANDS)/down.ts

stop start restart: $(INSTALLED)
	@$(NODE) $(COMMANDS)/control.ts $@ $(NAME)

stop: ## stop one process of the running system, until it is started again: make stop NAME=relay-bids
start: ## start a process that was stopped: make start NAME=relay-bids
restart: ## stop and start one process: make restart NAME=relay-bids

status: $(INSTALLED) ## show each process with its pid, health and URL (make -s status JSON=1 prints JSON)
	@$(NODE) $(COMMANDS)/status.ts $(if $(JSON),--json)

logs: $(INSTALLED) ## follow all logs, or one: make logs NAME=bids (FOLLOW=0 prints the last lines only)
	@$(NODE) $(COMMANDS)/logs.ts $(NAME) $(if $(filter 0,$(FOLLOW)),--no-follow)

reset: $(INSTALLED) ## stop everything and remove its data
	@$(NODE) $(COMMANDS)/reset.ts

check: $(ALL_INSTALLED) ## run all static checks: format, lint, layers, types, generated code, contracts, dead code
	@npm run --silent check

test: $(ALL_INSTALLED) ## run all tests, on private servers
	@npm run --silent test

bench: $(ALL_INSTALLED) ## measure speeds (PARTS=bidding measures one part)
	@npm run --silent bench

screenshots: $(ALL_INSTALLED) ## take pictures of each page of the running system, in light and dark, on a phone and a desktop (ONLY=item: some; README=1: also those of the README)
	@$(if $(ONLY),ONLY=$(ONLY) )$(if $(README),README=$(README) )$(NODE) deploy/proving/src/screenshots/main.ts

faults: $(ALL_INSTALLED) ## bid while faults are injected, and check the result (SEED=… ROUNDS=… repeats a run)
	@npm run --silent faults

model: $(ALL_INSTALLED) ## search every run of the model of the backbone with spin (FAULTS=2 searches further)
	@npm run --silent model

sbom: $(INSTALLED) ## list the packages of others in CycloneDX, and their licences, in the folder sbom
	@$(NODE) $(COMMANDS)/sbom.ts

verify: $(ALL_INSTALLED) ## use a running Gavel as people do, and name what does not work (URL=https://…; default: what `make up` started)
	@npm run --silent verify -- $(URL)

cluster: ## create a Kubernetes cluster on this machine, with the operators (needs Docker, kind, ctlptl, kubectl)
	@ctlptl apply -f deploy/cluster/cluster.yaml
	@deploy/cluster/install-operators.sh

dev: ## build the images and run the chart in that cluster, again after each change (needs Tilt)
	@tilt up

clean: ## remove that cluster and its registry
	@ctlptl delete -f deploy/cluster/cluster.yaml

install: $(ALL_INSTALLED) ## install the npm packages

# npm writes this file at the end of an installation, so it is newer than package-lock.json when the installation is complete.
# A first `make up` installs a third of the packages: measured 13 s instead of 28 s. Later ones keep what is installed.
$(INSTALLED): package-lock.json
	@deploy/dev/bootstrap.sh $(if $(wildcard $(ALL_INSTALLED)),,--omit=dev)
	@touch $@ $(wildcard $(ALL_INSTALLED))

$(ALL_INSTALLED): package-lock.json
	@deploy/dev/bootstrap.sh
	@touch $(INSTALLED) $@
