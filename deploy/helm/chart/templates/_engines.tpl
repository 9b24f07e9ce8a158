{{/* The databases of the processes of this release: a JSON list. */}}
{{- define "gavel.databases" -}}
{{- $names := list }}
{{- range $process := include "gavel.processes" . | fromJson }}
{{- with $process.database }}{{ $names = append $names .name }}{{ end }}
{{- end }}
{{- $names | uniq | sortAlpha | toJson }}
{{- end }}

{{/* What a process does at the broker: publishes, readsStream, readsQueue, or listens to the topic exchange. */}}
{{- define "gavel.brokerRole" -}}
{{- if eq .kind "relay" }}publishes
{{- else if eq .kind "web" }}listens
{{- else if and .consumer (not .consumer.stream) }}readsQueue
{{- else }}readsStream
{{- end }}
{{- end }}

{{/* The label of the pods of an engine: RabbitMQ's and Postgres's are those of their operators. */}}
{{- define "gavel.engineSelector" -}}
{{- if eq .engine "postgres" -}}
cnpg.io/cluster: {{ include "gavel.database" . }}
{{- else if eq .engine "rabbitmq" -}}
app.kubernetes.io/name: {{ .root.Release.Name }}-rabbitmq
{{- else -}}
{{ include "gavel.selector" (dict "root" .root "name" .engine) }}
{{- end }}
{{- end }}
