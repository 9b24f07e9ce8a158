{{/* The name of a process's objects: gavel-bids for the release gavel. Takes (dict "root" $ "name" name). */}}
{{- define "gavel.name" -}}
{{ .root.Release.Name }}-{{ .name }}
{{- end }}

{{/* Labels by which selectors find the pods of a process. They never change. */}}
{{- define "gavel.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* Labels of every object of a process. `kind` is the kind of process. */}}
{{- define "gavel.labels" -}}
{{ include "gavel.selector" . }}
app.kubernetes.io/part-of: gavel
app.kubernetes.io/component: {{ .kind }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "gavel.image" -}}
{{ .root.Values.image.registry }}/gavel-{{ .name }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* The database gavel_seller_stats is the cluster gavel-seller-stats. */}}
{{- define "gavel.database" -}}
{{ .root.Release.Name }}-{{ trimPrefix "gavel_" .database | replace "_" "-" }}-db
{{- end }}

{{- define "gavel.origin" -}}
{{ ternary "https" "http" .Values.web.tls }}://{{ .Values.web.host }}
{{- end }}

{{/* Which processes this release runs: a JSON object of name and process, with its tuning merged over its kind. */}}
{{- define "gavel.processes" -}}
{{- $all := dict }}
{{- range $name, $process := .Values.processes }}
{{- if or (ne ($process.onlyWith | default "") "nats") $.Values.nats.enabled }}
{{- $tuned := mergeOverwrite (deepCopy (index $.Values.kinds $process.kind)) (deepCopy (index $.Values.tuning $name | default dict)) }}
{{- $_ := set $all $name (merge (dict "name" $name "tuned" $tuned) $process) }}
{{- end }}
{{- end }}
{{- toJson $all }}
{{- end }}
