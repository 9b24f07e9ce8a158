{{/*
The environment of a process, from its descriptor: (dict "root" $ "process" process). Values with passwords come from Secrets
that only this process gets: its database's, its broker user's, Redis's.
*/}}
{{- define "gavel.environment" -}}
{{- $root := .root }}
{{- $process := .process }}
- name: HOST
  value: 0.0.0.0
- name: PORT
  value: {{ $process.port | quote }}
- name: OTEL_SERVICE_NAME
  value: {{ $process.name }}
- name: LOG_LEVEL
  value: {{ $root.Values.telemetry.logLevel }}
{{- with $root.Values.telemetry.otlpEndpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- if include "gavel.uses" (dict "process" $process "engine" "rabbitmq") }}
{{- $secret := printf "%s-user-credentials" (include "gavel.name" (dict "root" $root "name" $process.name)) }}
- name: RABBITMQ_USER
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: username }
- name: RABBITMQ_PASSWORD
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: password }
{{- end }}
{{- if include "gavel.uses" (dict "process" $process "engine" "redis") }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef: { name: {{ $root.Release.Name }}-redis, key: password }
{{- end }}
{{- range $key, $value := $process.environment }}
{{- include "gavel.variable" (dict "root" $root "process" $process "key" $key "value" $value) }}
{{- end }}
{{- include "gavel.clusterSettings" . }}
{{- range $key, $value := $process.tuned.settings }}
- name: {{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* One variable of a descriptor. Kubernetes replaces $(NAME) by the value of a variable that stands before it. */}}
{{- define "gavel.variable" -}}
{{- $release := .root.Release.Name }}
{{- if not (kindIs "map" .value) }}
- name: {{ .key }}
  value: {{ .value | quote }}
{{- else if eq .value.from "database" }}
- name: {{ .key }}
  valueFrom:
    secretKeyRef: { name: {{ include "gavel.database" (dict "root" .root "database" (.value.name | default (dig "database" "name" "" .process))) }}-app, key: uri }
{{- else if eq .value.from "process" }}
- name: {{ .key }}
  value: {{ include "gavel.processUrl" (dict "root" .root "name" .value.name) | quote }}
{{- else if eq .value.from "directory" }}
{{- if include "gavel.mounts" . }}
- name: {{ .key }}
  value: /data/{{ .value.name }}
{{- else if eq .value.name "archive" }}
- name: {{ .key }}
  value: {{ .root.Values.archive.location | quote }}
{{- end }}
{{- else if eq .value.to "amqp" }}
- name: {{ .key }}
  value: amqp://$(RABBITMQ_USER):$(RABBITMQ_PASSWORD)@{{ $release }}-rabbitmq:5672/%2F
{{- else if eq .value.to "stream" }}
- name: {{ .key }}
  value: rabbitmq-stream://$(RABBITMQ_USER):$(RABBITMQ_PASSWORD)@{{ $release }}-rabbitmq:5552/%2F
{{- else if eq .value.to "redis" }}
- name: {{ .key }}
  value: redis://:$(REDIS_PASSWORD)@{{ $release }}-redis:6379
{{- else if eq .value.to "nats" }}
- name: {{ .key }}
  value: nats://{{ $release }}-nats:4222
{{- else }}
{{- fail (printf "%s: the chart does not know where %s comes from" .process.name .key) }}
{{- end }}
{{- end }}

{{/* People follow a link to the web app, so it has the public address. Services have the address inside the cluster. */}}
{{- define "gavel.processUrl" -}}
{{- $process := index .root.Values.processes .name }}
{{- if eq $process.kind "web" }}{{ include "gavel.origin" .root }}
{{- else }}http://{{ .root.Release.Name }}-{{ .name }}:{{ $process.port }}
{{- end }}
{{- end }}

{{/* Settings that follow from running in a cluster, behind an ingress. */}}
{{- define "gavel.clusterSettings" -}}
{{- $values := .root.Values }}
{{- if eq .process.kind "web" }}
- name: PUBLIC_ORIGIN
  value: {{ include "gavel.origin" .root }}
- name: TRUSTED_PROXY_HOPS
  value: {{ ternary "1" "0" $values.ingress.enabled | quote }}
{{- else if has .process.name (list "auth" "bids") }}
- name: {{ upper .process.name }}_TRUSTED_PEERS
  value: {{ join "," $values.podNetworks | quote }}
{{- end }}
{{- if and (eq .process.name "bids") $values.pictures.bucket.name }}
- name: PICTURES_S3_BUCKET
  value: {{ $values.pictures.bucket.name }}
- name: PICTURES_S3_REGION
  value: {{ $values.pictures.bucket.region }}
{{- with $values.pictures.bucket.endpoint }}
- name: PICTURES_S3_ENDPOINT
  value: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* "true" when a process connects to an engine: postgres, rabbitmq, redis or nats. */}}
{{- define "gavel.uses" -}}
{{- $uses := dict }}
{{- range $value := .process.environment }}
{{- if kindIs "map" $value }}
{{- if eq $value.from "database" }}{{ $_ := set $uses "postgres" true }}{{ end }}
{{- if eq $value.from "connection" }}
{{- $_ := set $uses (ternary "rabbitmq" $value.to (has $value.to (list "amqp" "stream"))) true }}
{{- end }}
{{- end }}
{{- end }}
{{- if hasKey $uses .engine }}true{{ end }}
{{- end }}
