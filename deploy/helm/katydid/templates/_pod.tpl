{{/* What the pods of both Jobs have in common: (dict "root" $ "settings" .Values.master) */}}
{{- define "katydid.pod" -}}
restartPolicy: Never
terminationGracePeriodSeconds: {{ int64 .settings.terminationGracePeriodSeconds }}
# Variables that Kubernetes makes from the names of Services could be taken for options: a Service `katydid-web`
# would set KATYDID_WEB_PORT to tcp://...
enableServiceLinks: false
# A load test has no business with the cluster's API.
automountServiceAccountToken: false
{{- with .root.Values.serviceAccountName }}
serviceAccountName: {{ . }}
{{- end }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .root.Values.podSecurityContext | nindent 2 }}
{{- with .settings.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The same for their containers. */}}
{{- define "katydid.container" -}}
image: {{ printf "%s:%s" .root.Values.image.repository (.root.Values.image.tag | default .root.Chart.AppVersion) | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- toYaml .root.Values.securityContext | nindent 2 }}
resources:
  {{- toYaml .settings.resources | nindent 2 }}
{{- with .root.Values.env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Python's temporary files, the locustfile, the cluster key and whatever else was asked for. */}}
{{- define "katydid.volumes" -}}
- name: tmp
  emptyDir: {}
{{- with include "katydid.configMap" . }}
- name: locustfile
  configMap:
    name: {{ . }}
{{- end }}
{{- with .Values.clusterKey.existingSecret }}
- name: cluster-key
  secret:
    secretName: {{ . }}
    # Readable for the owner and, through fsGroup, for the user of the container.
    defaultMode: 0440
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "katydid.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if include "katydid.configMap" . }}
- name: locustfile
  mountPath: {{ .Values.locustfile.mountPath }}
  readOnly: true
{{- end }}
{{- if .Values.clusterKey.existingSecret }}
- name: cluster-key
  mountPath: /etc/katydid/cluster-key
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
