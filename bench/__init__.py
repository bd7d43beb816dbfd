"""What Katydid costs, beside its peers, in one sitting on one machine. Tests nothing."""
