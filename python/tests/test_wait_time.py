"""Wait times."""

import random
import time

import pytest

from katydid.env import Environment
from katydid.user.users import User
from katydid.user.wait_time import between, constant, constant_pacing, constant_throughput, poisson


def user(wait_time):
    return type("U", (User,), {"wait_time": wait_time})(Environment())


def test_between_takes_one_random_number():
    random.seed(3)
    wait = user(between(1, 3)).wait_time()
    random.seed(3)
    assert wait == 1 + random.random() * 2


def test_constant():
    assert user(constant(0.5)).wait_time() == 0.5


@pytest.mark.parametrize("wait_time", [constant_pacing(0.1), constant_throughput(10)])
def test_pacing_takes_the_run_time_off(wait_time):
    paced = user(wait_time)
    time.sleep(0.03)
    wait = paced.wait_time()
    assert 0.05 < wait < 0.075
    time.sleep(wait + 0.05)
    assert 0.03 < paced.wait_time() < 0.055
    time.sleep(0.2)
    assert paced.wait_time() == 0


def test_poisson_is_exponential():
    random.seed(3)
    wait = user(poisson(2)).wait_time()
    random.seed(3)
    assert wait == random.expovariate(2)


@pytest.mark.parametrize("make", [constant_throughput, poisson])
@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_is_positive(make, rate):
    with pytest.raises(ValueError, match="requires a positive rate"):
        make(rate)
