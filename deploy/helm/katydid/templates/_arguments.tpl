{{/* Arguments of both; the user's own come last, as the last one wins: (dict "root" $ "settings" .Values.master) */}}
{{- define "katydid.commonArguments" -}}
- {{ printf "--locustfile=%s" (include "katydid.locustfilePath" .root) | quote }}
{{- if .root.Values.clusterKey.existingSecret }}
- {{ printf "--cluster-key=/etc/katydid/cluster-key/%s" .root.Values.clusterKey.key | quote }}
{{- end }}
{{- range concat .root.Values.extraArgs .settings.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{/* int64: Helm reads numbers as floats and would write a million as 1e+06. */}}
{{- define "katydid.masterArguments" -}}
{{- with .Values -}}
- --master
- --master-bind-host=*
- --master-bind-port={{ int64 .master.port }}
- --expect-workers={{ mul (int64 .worker.count) (int64 .worker.processes) }}
- --expect-workers-max-wait={{ int64 .master.expectWorkersMaxWait }}
{{- if .run.headless }}
- --headless
- --only-summary
{{- end }}
- --users={{ int64 .run.users }}
- --spawn-rate={{ .run.spawnRate }}
{{- if .run.runTime }}
- --run-time={{ .run.runTime }}
{{- end }}
{{- if .run.host }}
- {{ printf "--host=%s" .run.host | quote }}
{{- end }}
{{- if .reports.enabled }}
{{- $prefix := .reports.prefix | default $.Release.Name }}
- {{ printf "--csv=/reports/%s" $prefix | quote }}
- {{ printf "--html=/reports/%s.html" $prefix | quote }}
{{- end }}
{{- end }}
{{ include "katydid.commonArguments" (dict "root" . "settings" .Values.master) }}
{{- end -}}

{{- define "katydid.workerArguments" -}}
- --worker
- --master-host={{ include "katydid.masterService" . }}
- --master-port={{ int64 .Values.master.port }}
{{- if gt (int64 .Values.worker.processes) 1 }}
- --processes={{ int64 .Values.worker.processes }}
{{- end }}
{{ include "katydid.commonArguments" (dict "root" . "settings" .Values.worker) }}
{{- end -}}
