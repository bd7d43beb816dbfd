{{/* How long a Job lives and what it is worth: the same for both. */}}
{{- define "katydid.jobLimits" -}}
backoffLimit: {{ int64 .Values.job.backoffLimit }}
{{- if not (kindIs "invalid" .Values.job.ttlSecondsAfterFinished) }}
ttlSecondsAfterFinished: {{ int64 .Values.job.ttlSecondsAfterFinished }}
{{- end }}
{{- with .Values.job.activeDeadlineSeconds }}
activeDeadlineSeconds: {{ int64 . }}
{{- end }}
{{- end -}}

{{/* Labels and annotations of a pod: (dict "root" $ "component" "master" "settings" .Values.master) */}}
{{- define "katydid.podMetadata" -}}
labels:
  {{- include "katydid.labels" . | nindent 2 }}
  {{- with .settings.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .settings.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
