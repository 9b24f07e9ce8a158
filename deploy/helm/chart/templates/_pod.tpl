{{/* The pod of a process: (dict "root" $ "process" process "arguments" (list …) "migrates" bool). */}}
{{- define "gavel.pod" -}}
{{- $root := .root }}
{{- $process := .process }}
metadata:
  labels:
    {{- include "gavel.labels" (dict "root" $root "name" (ternary (printf "migrate-%s" $process.name) $process.name .migrates) "kind" (ternary "migration" $process.kind .migrates)) | nindent 4 }}
spec:
  serviceAccountName: {{ include "gavel.name" (dict "root" $root "name" $process.name) }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: { type: RuntimeDefault }
  {{- if .migrates }}
  restartPolicy: OnFailure
  {{- else }}
  # The process stops within 10 s after the signal.
  terminationGracePeriodSeconds: 30
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "gavel.selector" (dict "root" $root "name" $process.name) | nindent 10 }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ $process.name }}
      image: {{ include "gavel.image" (dict "root" $root "name" $process.name) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      {{- if .migrates }}
      args: [migrate]
      {{- end }}
      env:
        {{- if .migrates }}
        {{- include "gavel.variable" (dict "root" $root "process" $process "key" "DATABASE_URL" "value" $process.environment.DATABASE_URL) | nindent 8 }}
        {{- else }}
        {{- include "gavel.environment" (dict "root" $root "process" $process) | nindent 8 }}
        {{- end }}
      {{- if not .migrates }}
      {{- with $process.tuned.secretSettings }}
      envFrom:
        - secretRef: { name: {{ . }} }
      {{- end }}
      ports:
        - name: http
          containerPort: {{ $process.port }}
      {{- include "gavel.probes" . | nindent 6 }}
      {{- if has $process.kind (list "web" "service") }}
      lifecycle:
        # New requests still arrive until every node knows that the pod is leaving.
        preStop: { sleep: { seconds: 5 } }
      {{- end }}
      {{- end }}
      resources:
        {{- toYaml $process.tuned.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        {{- if eq $process.kind "web" }}
        - { name: cache, mountPath: /app/bff/.next/standalone/bff/.next/cache }
        {{- end }}
        {{- if not .migrates }}
        {{- range $value := $process.environment }}
        {{- if include "gavel.mounts" (dict "root" $root "value" $value) }}
        - { name: {{ $value.name }}, mountPath: /data/{{ $value.name }}, readOnly: {{ $value.secret }} }
        {{- end }}
        {{- end }}
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 256Mi }
    {{- if eq $process.kind "web" }}
    - name: cache
      emptyDir: { sizeLimit: 256Mi }
    {{- end }}
    {{- if not .migrates }}
    {{- range $value := $process.environment }}
    {{- if include "gavel.mounts" (dict "root" $root "value" $value) }}
    - name: {{ $value.name }}
      {{- if $value.secret }}
      # Owner and group may read: the program refuses a key that everybody can read.
      secret: { secretName: {{ $root.Release.Name }}-{{ $value.name }}, defaultMode: 0440 }
      {{- else }}
      persistentVolumeClaim: { claimName: {{ $root.Release.Name }}-{{ $value.name }} }
      {{- end }}
    {{- end }}
    {{- end }}
    {{- end }}
{{- end }}

{{/* "true" for a directory of a descriptor that is mounted: a secret one always, pictures and archive when they are on a volume. */}}
{{- define "gavel.mounts" -}}
{{- if kindIs "map" .value }}
{{- if eq .value.from "directory" }}
{{- if .value.secret }}true{{ else if (index .root.Values .value.name).volume.enabled }}true{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Three questions: has it started (up to two minutes)? Can it work now (/readyz asks its engines)? Does it answer at all
(/healthz asks nobody, so an outage of an engine restarts nothing)?
*/}}
{{- define "gavel.probes" -}}
startupProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 2
  failureThreshold: 60
readinessProbe:
  httpGet: { path: /readyz, port: http }
  periodSeconds: 5
  # Each check of /readyz may take two seconds.
  timeoutSeconds: 3
  failureThreshold: 2
livenessProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}
