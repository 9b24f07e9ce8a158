#!/bin/sh
# Installs what the chart's values-dev.yaml needs into the current cluster: the operators of Postgres and RabbitMQ, cert-manager for
# the latter, and an ingress controller. May be repeated. Needs kubectl and the internet.
set -eu
github=https://github.com

apply() {
  kubectl apply --server-side --force-conflicts --filename "$1"
}
ready() {
  kubectl --namespace "$1" wait --for=condition=Available --timeout=300s deployment --all
}

apply "$github/cert-manager/cert-manager/releases/download/v1.18.2/cert-manager.yaml"
ready cert-manager
apply "$github/cloudnative-pg/cloudnative-pg/releases/download/v1.30.0/cnpg-1.30.0.yaml"
apply "$github/rabbitmq/cluster-operator/releases/download/v2.22.3/cluster-operator.yml"
apply "$github/rabbitmq/messaging-topology-operator/releases/download/v1.20.1/messaging-topology-operator-with-certmanager.yaml"
apply https://raw.githubusercontent.com/kubernetes/ingress-nginx/controller-v1.13.3/deploy/static/provider/kind/deploy.yaml
ready cnpg-system
ready rabbitmq-system
ready ingress-nginx
