"""Users of an MQTT broker, over paho-mqtt. Each has one connection, which a thread (a greenlet, under gevent) serves.

A publication is counted when the broker has it (with quality of service 0: when it is written), a subscription when the
broker grants it.
"""

from __future__ import annotations

import contextlib
import random
import selectors
import string
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode

from katydid.user.users import User

if TYPE_CHECKING:
    from paho.mqtt.client import MQTTMessageInfo
    from paho.mqtt.enums import MQTTProtocolVersion
    from paho.mqtt.properties import Properties
    from paho.mqtt.subscribeoptions import SubscribeOptions

    from katydid.env import Environment

#: MQTT 3.1.1, section 3.9.3: what the broker answers to a subscription that it refuses; MQTT 5 has more, all above it.
SUBACK_FAILURE = 0x80
REQUEST_TYPE = "MQTT"

#: MQTT 3.1.1, section 3.1.3.1: every broker takes 23 letters and digits.
_CLIENT_ID_LETTERS = 16


class PublishedMessageContext(NamedTuple):
    """What a published message was. ``start_time`` in seconds since the epoch, ``payload_size`` in bytes."""

    qos: int
    topic: str
    start_time: float
    payload_size: int


class MqttClient(mqtt.Client):
    """Counts connections, publications and subscriptions.

    Args:
        environment: whose events are fired.
        client_id: how the broker knows this client; made up if there is none, so that events can name it.
        protocol: the version of MQTT.
        use_loop_selectors: wait with ``selectors`` instead of paho's ``select``, which ends at file descriptor 1023.

    All other arguments are those of ``paho.mqtt.client.Client``.
    """

    def __init__(
        self,
        *args: Any,
        environment: Environment,
        client_id: str | None = None,
        protocol: MQTTProtocolVersion = mqtt.MQTTv311,
        use_loop_selectors: bool = False,
        **kwargs: Any,
    ) -> None:
        if not client_id:
            letters = random.choices(string.digits + string.ascii_letters, k=_CLIENT_ID_LETTERS)
            client_id = f"locust-{''.join(letters)}"
        super().__init__(*args, client_id=client_id, protocol=protocol, **kwargs)
        self.environment = environment
        self.client_id = client_id
        self._use_loop_selectors = use_loop_selectors
        self._publish_requests: dict[int, PublishedMessageContext] = {}
        self._subscribe_requests: dict[int, tuple[int, str, float]] = {}
        self.on_publish = self._published
        # paho hands over more with MQTT 5; what came first is the same.
        if protocol == mqtt.MQTTv5:
            self.on_connect = lambda client, userdata, flags, reason, properties: self._connected(reason)
            self.on_disconnect = lambda client, userdata, flags, reason, properties: self._disconnected(reason)
            self.on_subscribe = lambda client, userdata, mid, reasons, properties: self._subscribed(
                mid, [reason.value for reason in reasons]
            )
        else:
            self.on_connect = lambda client, userdata, flags, reason: self._connected(reason)
            self.on_disconnect = lambda client, userdata, reason: self._disconnected(reason)
            self.on_subscribe = lambda client, userdata, mid, granted: self._subscribed(mid, granted)

    def publish(
        self,
        topic: str,
        payload: mqtt.PayloadType | None = None,
        qos: int = 0,
        retain: bool = False,
        properties: Properties | None = None,
    ) -> MQTTMessageInfo:
        """Publishes a message. What cannot be sent at all is counted as a failure at once."""
        size = len(payload) if payload and not isinstance(payload, (int, float)) else 0
        message = PublishedMessageContext(qos, topic, time.time(), size)
        sent = super().publish(topic, payload=payload, qos=qos, retain=retain, properties=properties)
        if sent.rc == mqtt.MQTT_ERR_SUCCESS:
            self._publish_requests[sent.mid] = message
        else:
            name = self._generate_event_name("publish", qos, topic)
            self._fire(name, exception=sent.rc, context=message._asdict())
        return sent

    def subscribe(
        self,
        topic: str
        | tuple[str, int]
        | tuple[str, SubscribeOptions]
        | list[tuple[str, int]]
        | list[tuple[str, SubscribeOptions]],
        qos: int = 0,
        options: SubscribeOptions | None = None,
        properties: Properties | None = None,
    ) -> tuple[MQTTErrorCode, int | None]:
        """Subscribes; several topics are counted as one, under the first."""
        start_time = time.time()
        first = topic if isinstance(topic, str) else topic[0][0] if isinstance(topic, list) else topic[0]
        result, mid = super().subscribe(topic, qos, options, properties)
        if result == mqtt.MQTT_ERR_SUCCESS and mid is not None:
            self._subscribe_requests[mid] = (qos, first, start_time)
        else:
            context = {"qos": qos, "topic": first, "start_time": start_time}
            exception = None if result == mqtt.MQTT_ERR_SUCCESS else result
            self._fire(self._generate_event_name("subscribe", qos, first), exception=exception, context=context)
        return result, mid

    def _generate_event_name(self, event_type: str, qos: int, topic: str) -> str:
        """What an event is counted under; override it to group topics."""
        return f"{event_type}:{qos}:{topic}"

    def _published(self, client: mqtt.Client, userdata: Any, mid: int) -> None:
        now = time.time()
        message = self._publish_requests.pop(mid, None)
        if message is None:
            self._fire("publish", exception=_unknown("publication", mid), context={"mid": mid})
            return
        self._fire(
            self._generate_event_name("publish", message.qos, message.topic),
            response_time=(now - message.start_time) * 1000,
            response_length=message.payload_size,
            context=message._asdict(),
        )

    def _subscribed(self, mid: int, granted: list[int]) -> None:
        now = time.time()
        if mid not in self._subscribe_requests:
            self._fire("subscribe", exception=_unknown("subscription", mid), context={"mid": mid})
            return
        qos, topic, start_time = self._subscribe_requests.pop(mid)
        refused = any(code >= SUBACK_FAILURE for code in granted)
        self._fire(
            self._generate_event_name("subscribe", qos, topic),
            response_time=(now - start_time) * 1000,
            exception=AssertionError(f"Broker returned an error response during subscription: {granted}")
            if refused
            else None,
            context={"qos": qos, "topic": topic, "start_time": start_time},
        )

    def _connected(self, reason: Any) -> None:
        self._fire("connect", exception=None if reason == 0 else Exception(str(reason)))

    def _disconnected(self, reason: Any) -> None:
        self._fire("disconnect", exception=None if reason == 0 else reason)

    def _fire(
        self,
        name: str,
        response_time: float = 0,
        response_length: int = 0,
        exception: Any = None,
        context: dict[str, Any] | None = None,
    ) -> None:
        self.environment.events.request.fire(
            request_type=REQUEST_TYPE,
            name=name,
            response_time=response_time,
            response_length=response_length,
            exception=exception,
            context={"client_id": self.client_id, **(context or {})},
        )

    def _loop(self, timeout: float = 1.0) -> MQTTErrorCode:
        return self._loop_selectors(timeout) if self._use_loop_selectors else super()._loop(timeout)

    def _loop_selectors(self, timeout: float = 1.0) -> MQTTErrorCode:
        """One turn of paho's loop, with a wait that any number of descriptors can take part in."""
        if timeout < 0:
            raise ValueError("Invalid timeout.")
        sock, wakes = self._sock, self._sockpairR
        if sock is None:
            return mqtt.MQTT_ERR_CONN_LOST
        # TLS may hold bytes that the socket no longer shows.
        pending = sock.pending() if hasattr(sock, "pending") else 0
        with selectors.DefaultSelector() as selector:
            try:
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.want_write() else 0)
                selector.register(sock, wanted)
                if wakes is not None:
                    selector.register(wakes, selectors.EVENT_READ)
                ready = {key.fileobj: events for key, events in selector.select(0 if pending else timeout)}
            except (TypeError, ValueError):
                # Closed meanwhile.
                return mqtt.MQTT_ERR_CONN_LOST
            except Exception:
                return mqtt.MQTT_ERR_UNKNOWN
        events = ready.get(sock, 0)
        if pending or events & selectors.EVENT_READ:
            result = self.loop_read()
            if result or self._sock is None:
                return result
        if wakes is not None and wakes in ready:
            # Somebody has published from another thread.
            with contextlib.suppress(BlockingIOError):
                wakes.recv(10_000)
            events |= selectors.EVENT_WRITE
        if events & selectors.EVENT_WRITE:
            result = self.loop_write()
            if result or self._sock is None:
                return result
        return self.loop_misc()


def _unknown(what: str, mid: int) -> AssertionError:
    return AssertionError(f"the broker confirmed {what} {mid}, which was not sent")


class MqttUser(User):
    """A user with a client of its own, which begins to connect at once; ``client.is_connected()`` tells when it has.

    The attributes are those of paho's client. ``host`` is the broker's.
    """

    abstract = True

    host = "localhost"
    port = 1883
    transport = "tcp"
    ws_path = "/mqtt"
    tls_context = None
    client_cls: type[MqttClient] = MqttClient
    client_id = None
    username = None
    password = None
    protocol = mqtt.MQTTv311
    use_loop_selectors: bool = False

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.client: MqttClient = self.client_cls(
            environment=environment,
            transport=self.transport,
            client_id=self.client_id,
            protocol=self.protocol,
            use_loop_selectors=self.use_loop_selectors,
        )
        if self.tls_context:
            self.client.tls_set_context(self.tls_context)
        if self.transport == "websockets" and self.ws_path:
            self.client.ws_set_options(path=self.ws_path)
        if self.username and self.password:
            self.client.username_pw_set(username=self.username, password=self.password)
        self.client.connect_async(host=self.host, port=self.port)
        self.client.loop_start()
