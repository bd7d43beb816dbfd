"""What the Helm chart makes of its values."""

from __future__ import annotations

import copy

import helm_python
import kubernetes_validate
import pytest
import yaml

from tests.deploy.chart import CHART, WrongRelease, render

BOTH = ("master", "worker")
LATEST = kubernetes_validate.latest_version()
# The first is what Chart.yaml asks for.
VERSIONS = ("1.26", "1.30", LATEST)

EVERYTHING = {
    "image": {"repository": "registry.example/katydid", "tag": "1.2.3", "pullPolicy": "Always"},
    "imagePullSecrets": [{"name": "registry"}],
    "run": {
        "host": "https://shop.example",
        "users": 1_000_000,
        "spawnRate": 2.5,
        "runTime": "1h30m",
        "headless": False,
    },
    "locustfile": {"inline": "text: with\n  'quotes' # and more\n", "extraFiles": {"products.csv": "1,apple\n"}},
    "extraArgs": ["--tags", "browse"],
    "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "shop", "key": "token"}}}],
    "envFrom": [{"secretRef": {"name": "shop"}}],
    "extraVolumes": [{"name": "data", "configMap": {"name": "data"}}],
    "extraVolumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}],
    "clusterKey": {"existingSecret": "cluster"},
    "reports": {"existingClaim": "reports"},
    "job": {"ttlSecondsAfterFinished": 60, "activeDeadlineSeconds": 7200},
    "serviceAccountName": "load",
    "master": {
        "port": 6557,
        "extraArgs": ["--enable-rebalancing"],
        "nodeSelector": {"pool": "small"},
        "podAnnotations": {"note": "leads"},
    },
    "worker": {
        "count": 5,
        "processes": 2,
        "extraArgs": ["--loglevel", "DEBUG"],
        "nodeSelector": {"pool": "large"},
        "tolerations": [{"key": "load", "operator": "Exists", "effect": "NoSchedule"}],
        "affinity": {"podAntiAffinity": {}},
        "podLabels": {"owner": "shop"},
    },
}


@pytest.fixture(scope="module")
def plain():
    return render()


@pytest.fixture(scope="module")
def everything():
    return render(EVERYTHING)


def test_helm_finds_nothing_to_complain_about():
    for values in (None, EVERYTHING):
        report = helm_python.lint(CHART, values, strict=True)
        # An icon is all that Helm misses, and for information only.
        assert [m["error"] for m in report["messages"]] == ["icon is recommended"]
        assert report["errors"] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_every_object(plain, everything, version):
    for rendered in (plain, everything):
        assert rendered.kinds() == ["ConfigMap", "Job", "Job", "Service"]
        for one in rendered.objects:
            kubernetes_validate.validate(one, version, strict=True)


def test_the_schemas_of_kubernetes_would_notice_a_wrong_field(plain):
    wrong = copy.deepcopy(plain.one("Job", "worker"))
    wrong["spec"]["template"]["spec"]["containers"][0]["arguments"] = []
    with pytest.raises(kubernetes_validate.ValidationError, match="arguments"):
        kubernetes_validate.validate(wrong, LATEST, strict=True)


@pytest.mark.parametrize(("count", "processes", "expected"), [(1, 1, "1"), (7, 1, "7"), (5, 2, "10")])
def test_as_many_workers_as_the_values_say(count, processes, expected):
    rendered = render({"worker": {"count": count, "processes": processes}})
    job = rendered.one("Job", "worker")["spec"]
    assert (job["parallelism"], job["completions"], job["completionMode"]) == (count, count, "Indexed")
    assert rendered.option("master", "expect-workers") == expected
    assert rendered.option("worker", "processes") == (str(processes) if processes > 1 else None)


def test_workers_look_for_the_master_where_its_service_leads(plain, everything):
    for rendered in (plain, everything):
        service = rendered.one("Service", "master")
        assert rendered.option("worker", "master-host") == service["metadata"]["name"]
        port = next(p for p in service["spec"]["ports"] if p["name"] == "master")
        assert rendered.option("worker", "master-port") == str(port["port"])
        assert rendered.option("master", "master-bind-port") == str(port["port"])
        named = {p["name"]: p["containerPort"] for p in rendered.container("master")["ports"]}
        assert named[port["targetPort"]] == port["port"]
        labels = rendered.one("Job", "master")["spec"]["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()
        others = rendered.one("Job", "worker")["spec"]["template"]["metadata"]["labels"]
        assert not service["spec"]["selector"].items() <= others.items()
        assert service["spec"]["clusterIP"] == "None"
        assert service["spec"]["publishNotReadyAddresses"] is True


def test_two_releases_do_not_meet():
    first, second = render(release="first"), render(release="second")
    names = [{(o["kind"], o["metadata"]["name"]) for o in r.objects} for r in (first, second)]
    assert not names[0] & names[1]
    assert first.one("Service", "master")["spec"]["selector"] != second.one("Service", "master")["spec"]["selector"]


def test_the_names_of_a_long_release_still_fit():
    # Helm allows 53 characters. An Indexed Job's pods are called <job>-<index>, which is a host name: 63.
    rendered = render({"worker": {"count": 1000}}, release="r" * 53)
    for one in rendered.objects:
        assert len(one["metadata"]["name"]) <= 63 - len("-999"), one["metadata"]["name"]


@pytest.mark.parametrize("component", BOTH)
def test_an_inline_locustfile_is_mounted_where_the_arguments_look_for_it(component):
    rendered = render({"locustfile": {"inline": "print()\n", "extraFiles": {"a.csv": "1"}, "name": "checkout.py"}})
    folder, name = rendered.option(component, "locustfile").rsplit("/", 1)
    config_map = rendered.one("ConfigMap", "locustfile")
    assert rendered.mounted_at(component, folder)["configMap"]["name"] == config_map["metadata"]["name"]
    assert config_map["data"] == {"checkout.py": "print()\n", "a.csv": "1"}
    assert name in config_map["data"]


@pytest.mark.parametrize("component", BOTH)
def test_a_config_map_that_is_there_already_is_mounted(component):
    rendered = render({"locustfile": {"existingConfigMap": "tests", "name": "a.py", "mountPath": "/tests/"}})
    assert rendered.option(component, "locustfile") == "/tests/a.py"
    assert rendered.mounted_at(component, "/tests/")["configMap"]["name"] == "tests"
    assert "ConfigMap" not in rendered.kinds()


@pytest.mark.parametrize("component", BOTH)
def test_a_locustfile_in_the_image_needs_no_config_map(component):
    rendered = render({"locustfile": {"inImage": "/tests/a.py"}})
    assert rendered.option(component, "locustfile") == "/tests/a.py"
    assert "ConfigMap" not in rendered.kinds()
    assert not [v for v in rendered.pod(component)["volumes"] if "configMap" in v]


@pytest.mark.parametrize(
    "locustfile",
    [{}, {"inline": "x", "inImage": "/x.py"}, {"inline": "x", "existingConfigMap": "x"}],
    ids=["none", "inline and in the image", "inline and existing"],
)
def test_there_is_exactly_one_locustfile(locustfile):
    with pytest.raises(WrongRelease, match="set exactly one of inline, existingConfigMap and inImage"):
        render({"locustfile": locustfile})


def test_further_files_go_with_an_inline_locustfile_only():
    with pytest.raises(WrongRelease, match="extraFiles goes with"):
        render({"locustfile": {"inImage": "/x.py", "extraFiles": {"a.csv": ""}}})


def test_the_run_is_what_the_values_say(plain, everything):
    assert "--headless" in plain.arguments("master")
    assert "--headless" not in everything.arguments("master")
    assert plain.option("master", "host") is None
    assert everything.option("master", "host") == "https://shop.example"
    # Not 1e+06, which is how Helm writes its numbers.
    assert everything.option("master", "users") == "1000000"
    assert everything.option("master", "spawn-rate") == "2.5"
    assert everything.option("master", "run-time") == "1h30m"
    assert render({"run": {"runTime": ""}}).option("master", "run-time") is None
    assert render({"run": {"runTime": 300}}).option("master", "run-time") == "300"


def test_the_page_has_a_port_when_there_is_one(plain, everything):
    def ports(rendered):
        return {p["name"]: p["port"] for p in rendered.one("Service", "master")["spec"]["ports"]}

    assert ports(plain) == {"master": 5557}
    assert ports(everything) == {"master": 6557, "page": 8089}
    assert "8089" in everything.notes
    assert "8089" not in plain.notes


def test_further_arguments_come_last(everything):
    assert everything.arguments("master")[-3:] == ["--tags", "browse", "--enable-rebalancing"]
    assert everything.arguments("worker")[-4:] == ["--tags", "browse", "--loglevel", "DEBUG"]


@pytest.mark.parametrize("component", BOTH)
def test_the_cluster_key_is_mounted_where_the_arguments_look_for_it(plain, everything, component):
    folder, name = everything.option(component, "cluster-key").rsplit("/", 1)
    secret = everything.mounted_at(component, folder)["secret"]
    assert (secret["secretName"], name) == ("cluster", "cluster.key")
    # Nobody else may read it; the user of the container does through its group.
    assert secret["defaultMode"] == 0o440
    assert everything.pod(component)["securityContext"]["fsGroup"] == 1000
    assert plain.option(component, "cluster-key") is None


def test_reports_go_to_a_volume_of_the_master(plain, everything):
    assert plain.option("master", "csv") == "/reports/shop"
    assert plain.option("master", "html") == "/reports/shop.html"
    assert plain.mounted_at("master", "/reports")["emptyDir"] == {}
    assert everything.mounted_at("master", "/reports")["persistentVolumeClaim"]["claimName"] == "reports"
    assert "set reports.existingClaim" in plain.notes
    assert "set reports.existingClaim" not in everything.notes
    without = render({"reports": {"enabled": False}})
    assert without.option("master", "csv") is None
    assert not [v for v in without.pod("master")["volumes"] if v["name"] == "reports"]


@pytest.mark.parametrize("component", BOTH)
def test_pods_have_no_privileges(plain, component):
    pod, container = plain.pod(component), plain.container(component)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 1000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert plain.mounted_at(component, "/tmp")["emptyDir"] == {}
    assert pod["automountServiceAccountToken"] is False
    # KATYDID_WEB_PORT=tcp://... must not come from a Service of that name.
    assert pod["enableServiceLinks"] is False


@pytest.mark.parametrize("component", BOTH)
def test_what_failed_is_not_tried_again(plain, everything, component):
    job = plain.one("Job", component)["spec"]
    assert (job["backoffLimit"], job["ttlSecondsAfterFinished"]) == (0, 3600)
    assert "activeDeadlineSeconds" not in job
    assert job["template"]["spec"]["restartPolicy"] == "Never"
    job = everything.one("Job", component)["spec"]
    assert (job["ttlSecondsAfterFinished"], job["activeDeadlineSeconds"]) == (60, 7200)
    forever = render({"job": {"ttlSecondsAfterFinished": None}}).one("Job", component)["spec"]
    assert "ttlSecondsAfterFinished" not in forever


def test_probes(plain, everything):
    for rendered in (plain, everything):
        master, worker = rendered.container("master"), rendered.container("worker")
        for probe in ("startupProbe", "readinessProbe"):
            assert master[probe]["tcpSocket"] == {"port": "master"}
        # Nothing ends a run that is merely busy.
        assert "livenessProbe" not in master
        assert "livenessProbe" not in worker
        assert worker["readinessProbe"]["exec"]["command"][0] == "grep"


def test_where_pods_run_and_what_they_are_called(plain, everything):
    assert everything.pod("master")["nodeSelector"] == {"pool": "small"}
    worker = everything.pod("worker")
    assert worker["nodeSelector"] == {"pool": "large"}
    assert worker["tolerations"] == EVERYTHING["worker"]["tolerations"]
    assert worker["affinity"] == {"podAntiAffinity": {}}
    labels = everything.one("Job", "worker")["spec"]["template"]["metadata"]["labels"]
    assert labels["owner"] == "shop"
    (spread,) = plain.pod("worker")["topologySpreadConstraints"]
    assert spread["whenUnsatisfiable"] == "ScheduleAnyway"
    assert spread["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == "worker"
    assert "topologySpreadConstraints" not in render({"worker": {"spreadOverNodes": False}}).pod("worker")


@pytest.mark.parametrize("component", BOTH)
def test_image_environment_and_volumes_reach_both(plain, everything, component):
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    assert plain.container(component)["image"] == f"katydid:{version}"
    container = everything.container(component)
    assert (container["image"], container["imagePullPolicy"]) == ("registry.example/katydid:1.2.3", "Always")
    assert everything.pod(component)["imagePullSecrets"] == [{"name": "registry"}]
    assert everything.pod(component)["serviceAccountName"] == "load"
    assert container["env"] == EVERYTHING["env"]
    assert container["envFrom"] == EVERYTHING["envFrom"]
    assert everything.mounted_at(component, "/data")["configMap"]["name"] == "data"


def test_a_value_for_one_role_stays_with_it():
    rendered = render({"worker": {"resources": {"limits": {"memory": "4Gi"}}}})
    assert rendered.container("worker")["resources"]["limits"]["memory"] == "4Gi"
    assert rendered.container("master")["resources"]["limits"]["memory"] == "1Gi"
