{{/* What every kind of process has: (dict "root" $ "process" process). */}}
{{- define "gavel.deployment" -}}
{{- $root := .root }}
{{- $process := .process }}
{{- $names := dict "root" $root "name" $process.name "kind" $process.kind }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "gavel.name" $names }}
  labels:
    {{- include "gavel.labels" $names | nindent 4 }}
spec:
  {{- if not (include "gavel.scaled" .) }}
  replicas: {{ $process.tuned.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      {{- include "gavel.selector" $names | nindent 6 }}
  strategy:
    {{- if include "gavel.keepsVolume" . }}
    # Its volume belongs to one pod at a time.
    type: Recreate
    {{- else }}
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
    {{- end }}
  template:
    {{- include "gavel.pod" (dict "root" $root "process" $process "migrates" false) | nindent 4 }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "gavel.name" $names }}
  labels:
    {{- include "gavel.labels" $names | nindent 4 }}
automountServiceAccountToken: false
---
{{- if gt (int $process.tuned.replicas) 1 }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "gavel.name" $names }}
  labels:
    {{- include "gavel.labels" $names | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "gavel.selector" $names | nindent 6 }}
---
{{- end }}
{{- end }}

{{- define "gavel.service" -}}
{{- $names := dict "root" .root "name" .process.name "kind" .process.kind }}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "gavel.name" $names }}
  labels:
    {{- include "gavel.labels" $names | nindent 4 }}
spec:
  ports:
    - { name: http, port: {{ .process.port }}, targetPort: http, appProtocol: http }
  selector:
    {{- include "gavel.selector" $names | nindent 4 }}
---
{{- end }}

{{- define "gavel.cpuScaling" -}}
{{- if include "gavel.scaled" . }}
{{- $names := dict "root" .root "name" .process.name "kind" .process.kind }}
{{- $scaling := .process.tuned.scaling }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "gavel.name" $names }}
  labels:
    {{- include "gavel.labels" $names | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ include "gavel.name" $names }} }
  minReplicas: {{ .process.tuned.replicas }}
  maxReplicas: {{ $scaling.maximum }}
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: {{ $scaling.cpuPercent }} } }
---
{{- end }}
{{- end }}

{{/* "true" when an autoscaler decides about the number of pods. */}}
{{- define "gavel.scaled" -}}
{{- $values := .root.Values }}
{{- if .process.tuned.scaling.enabled }}
{{- if eq .process.kind "consumer" }}
{{- if $values.autoscaling.keda }}true{{ end }}
{{- else if and $values.autoscaling.cpu (not (include "gavel.keepsVolume" .)) }}true{{ end }}
{{- end }}
{{- end }}

{{/* "true" when the process writes to a volume that only one pod can use. */}}
{{- define "gavel.keepsVolume" -}}
{{- $root := .root }}
{{- range $value := .process.environment }}
{{- if and (kindIs "map" $value) (include "gavel.mounts" (dict "root" $root "value" $value)) }}
{{- if not $value.secret }}true{{ end }}
{{- end }}
{{- end }}
{{- end }}
