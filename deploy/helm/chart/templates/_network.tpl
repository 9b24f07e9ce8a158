{{- define "gavel.dnsEgress" -}}
- to:
    - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
  ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
{{- end }}

{{/* The names of the processes that call a process: a JSON list. Nobody calls the web app; others only link to it. */}}
{{- define "gavel.callers" -}}
{{- $called := .process }}
{{- $callers := list }}
{{- range $process := .processes }}
{{- range $value := $process.environment }}
{{- if and (kindIs "map" $value) (ne $called.kind "web") }}
{{- if and (eq $value.from "process") (eq (dig "name" "" $value) $called.name) }}{{ $callers = append $callers $process.name }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- $callers | uniq | toJson }}
{{- end }}

{{/* The names of the databases that a process connects to: a JSON list. */}}
{{- define "gavel.databasesOf" -}}
{{- $process := . }}
{{- $names := list }}
{{- range $value := .environment }}
{{- if kindIs "map" $value }}
{{- if eq $value.from "database" }}{{ $names = append $names ($value.name | default (dig "database" "name" "" $process)) }}{{ end }}
{{- end }}
{{- end }}
{{- $names | uniq | toJson }}
{{- end }}

{{- define "gavel.engineEgress" -}}
{{- $root := .root }}
{{- $process := .process }}
{{- $ports := dict "postgres" (list 5432) "rabbitmq" (list 5672 5552) "redis" (list 6379) "nats" (list 4222) }}
{{- range $engine := keys $ports | sortAlpha }}
{{- if include "gavel.uses" (dict "process" $process "engine" $engine) }}
- to:
    {{- range $database := ternary (include "gavel.databasesOf" $process | fromJsonArray) (list "") (eq $engine "postgres") }}
    - podSelector:
        matchLabels:
          {{- include "gavel.engineSelector" (dict "root" $root "engine" $engine "database" $database) | nindent 10 }}
    {{- end }}
  ports:
    {{- range index $ports $engine }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The engines that this release starts, with their ports: a JSON list. */}}
{{- define "gavel.engines" -}}
{{- $root := . }}
{{- $engines := list }}
{{- if .Values.postgres.enabled }}
{{- range $database := include "gavel.databases" . | fromJsonArray }}
{{- $engines = append $engines (dict "engine" "postgres" "database" $database "policy" (include "gavel.database" (dict "root" $root "database" $database)) "ports" (list 5432) "peerPorts" (list 5432 8000) "operatorNamespace" $root.Values.postgres.operatorNamespace "operatorPort" 8000 "metricsPort" 9187) }}
{{- end }}
{{- end }}
{{- if .Values.rabbitmq.enabled }}
{{- $engines = append $engines (dict "engine" "rabbitmq" "policy" (printf "%s-rabbitmq" .Release.Name) "ports" (list 5672 5552) "peerPorts" (list 4369 25672) "streamPorts" true "operatorNamespace" .Values.rabbitmq.operatorNamespace "operatorPort" 15672 "metricsPort" 15692) }}
{{- end }}
{{- if .Values.redis.enabled }}
{{- $engines = append $engines (dict "engine" "redis" "policy" (printf "%s-redis" .Release.Name) "ports" (list 6379) "peerPorts" (list 6379)) }}
{{- end }}
{{- if .Values.nats.enabled }}
{{- $engines = append $engines (dict "engine" "nats" "policy" (printf "%s-nats" .Release.Name) "ports" (list 4222)) }}
{{- end }}
{{- toJson $engines }}
{{- end }}
