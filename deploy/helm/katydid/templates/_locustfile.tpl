{{/* The name of the ConfigMap with the locustfile; empty when the image has it. Fails unless there is exactly one. */}}
{{- define "katydid.configMap" -}}
{{- with .Values.locustfile -}}
{{- $given := len (compact (list .inline .existingConfigMap .inImage)) -}}
{{- if ne $given 1 -}}
{{- fail "locustfile: set exactly one of inline, existingConfigMap and inImage" -}}
{{- end -}}
{{- if and .extraFiles (not .inline) -}}
{{- fail "locustfile.extraFiles goes with locustfile.inline only" -}}
{{- end -}}
{{- if .inline -}}
{{ include "katydid.fullname" $ }}-locustfile
{{- else -}}
{{ .existingConfigMap }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The path that --locustfile names. */}}
{{- define "katydid.locustfilePath" -}}
{{- with .Values.locustfile -}}
{{- .inImage | default (printf "%s/%s" (trimSuffix "/" .mountPath) .name) -}}
{{- end -}}
{{- end -}}
