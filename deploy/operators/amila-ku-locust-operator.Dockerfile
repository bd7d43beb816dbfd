# The image for amila-ku-locust-operator.yaml. Build it where main.py, the locustfile, is.
FROM katydid:0.1.0
COPY main.py /tasks/main.py
# The operator passes no such options; the environment reaches its master and its workers alike.
ENV LOCUST_HEADLESS=true \
    LOCUST_EXPECT_WORKERS=4 \
    LOCUST_USERS=200 \
    LOCUST_SPAWN_RATE=20 \
    LOCUST_RUN_TIME=5m
