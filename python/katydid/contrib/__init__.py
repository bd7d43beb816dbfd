"""Users and clients beyond HttpUser."""
