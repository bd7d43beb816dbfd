"""A `katydid.contrib.fasthttp` with the user class only."""

from katydid.user.users import User


class FastHttpUser(User):
    abstract = True
