"""The registers of billing that a back office hands over in bulk; one module each."""
